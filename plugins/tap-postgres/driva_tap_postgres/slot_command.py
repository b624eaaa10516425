"""The command that makes and drops the slot of tables that are LOG_BASED, and shows it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import sqlalchemy as sa

from driva_tap_postgres.errors import SettingsError, explained
from driva_tap_postgres.selection import SelectionError
from driva_tap_postgres.slot import GIGABYTE, SlotError, text
from driva_tap_postgres.tap import DrivaTapPostgres


def _done(action: str, tap: DrivaTapPostgres) -> Iterator[str]:
    """Yield what was done, or found."""
    if action == "create":
        if not tap.followed:
            raise SlotError("no table that is selected is LOG_BASED, so there is nothing to follow")
        yield from tap.slot.create(tap.followed)
    elif action == "drop":
        yield from tap.slot.drop()
    else:
        state = tap.slot.state()
        yield f"slot and publication  {tap.slot.name}"
        yield f"changes are read from {text(state.position)}; the log ends at {text(state.end)}"
        yield f"log that is kept      {state.retained / GIGABYTE:.3f} GB ({state.wal_status})"
        yield f"tables                {', '.join(sorted('.'.join(name) for name in state.tables))}"


def main() -> None:
    """Do what is asked for; what the user can mend is one line and exit code 1."""
    parser = argparse.ArgumentParser(
        description="The replication slot and the publication of the tables that are LOG_BASED, in "
        "the PostgreSQL that TAP_POSTGRES_* name. Nothing else in the source is ever changed.",
        epilog="create asks for REPLICATION, CREATE on the database and the ownership of the "
        "tables; if these are missing, it says what somebody else has to run. It waits until all "
        "transactions that are open have ended.",
    )
    parser.add_argument("action", choices=["create", "drop", "show"])
    arguments = parser.parse_args()
    try:
        config = dict(DrivaTapPostgres._env_var_config)
        config.pop("batch_config", None)  # Meltano does not write it as the SDK reads it
        for line in _done(
            arguments.action, DrivaTapPostgres(config=config, catalog={"streams": []})
        ):
            print(line, flush=True)
    except (SlotError, SelectionError, SettingsError) as error:
        sys.exit(f"tap-postgres: {error}")
    except (sa.exc.DBAPIError, OSError) as error:
        sys.exit(f"tap-postgres: {explained(error)}")


if __name__ == "__main__":
    main()
