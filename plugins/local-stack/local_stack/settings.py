"""Where the local stack lives and listens, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# What pg_ctl passes to a shell between double quotes, and what ends a path for DuckDB and fakesnow.
UNFIT = set("$`\"\\?'")


class StackError(Exception):
    """A message for the user, who can act on it."""


@dataclass(frozen=True)
class Settings:
    """The variables of `.env.example` that concern the local stack.

    Attributes:
        project: the Meltano project's root.
        home: folder of all data, `LOCAL_STACK_HOME`.
        postgres_port: port of the embedded PostgreSQL, `LOCAL_POSTGRES_PORT`.
        snowflake_port: port of the local Snowflake, `LOCAL_SNOWFLAKE_PORT`.
        external_postgres: `TAP_POSTGRES_HOST` if set; then no PostgreSQL is started or written to.
    """

    project: Path
    home: Path
    postgres_port: int
    snowflake_port: int
    external_postgres: str | None

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the environment.

        Raises:
            StackError: another Meltano environment than `local`, or a port that is no number.
        """
        environment = os.environ.get("MELTANO_ENVIRONMENT") or "local"
        if environment != "local":
            raise StackError(
                f"the local stack serves the environment 'local' only, not '{environment}': "
                "run meltano without --environment, or with --environment=local"
            )
        project = Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path.cwd())
        return cls(
            project=project,
            home=project / (os.environ.get("LOCAL_STACK_HOME") or ".local"),
            postgres_port=_port("LOCAL_POSTGRES_PORT", 15432),
            snowflake_port=_port("LOCAL_SNOWFLAKE_PORT", 8085),
            external_postgres=os.environ.get("TAP_POSTGRES_HOST") or None,
        )

    def prepare_home(self) -> None:
        """Create the home folder.

        Raises:
            StackError: it cannot be written to, or the servers cannot live there.
        """
        if unfit := UNFIT & set(f"{self.project}{self.home}"):
            raise StackError(
                f"PostgreSQL and DuckDB cannot live in a path with {' '.join(sorted(unfit))}, and "
                f"{self.home} has it: move the project to a folder without"
            )
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            probe = self.home / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise StackError(
                f"cannot write to {self.home} ({error.strerror}): "
                "set LOCAL_STACK_HOME to a folder that you may write to"
            ) from error


def _port(variable: str, default: int) -> int:
    value = os.environ.get(variable) or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise StackError(f"{variable}={value!r} is not a port number between 1 and 65535")
    return int(value)
