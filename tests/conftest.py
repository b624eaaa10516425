"""A project of its own for the tests: its folder, state, ports and servers are nobody else's."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import psycopg
import pytest
import snowflake.connector
import yaml
from playwright.sync_api import BrowserContext, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
STATE_ID = "local:tap-postgres-to-target-snowflake"
# The job `elt` without its rehearsal, which is shown in test_pipeline and need not be again.
ELT = ("tap-postgres", "target-snowflake", "dbt-snowflake:build")
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_a_browser = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium here: install Debian's chromium"
)

# The end-to-end test on a real account is not there for whoever has none.
collect_ignore = [] if os.environ.get("TARGET_SNOWFLAKE_ACCOUNT") else ["test_snowflake_account.py"]


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    output: str

    def loaded(self) -> dict[str, tuple[int, int]]:
        """Return the rows that target-snowflake reports for each table: new, and known."""
        rows = {}
        for line in self.output.splitlines():
            if " known ones read again" in line:
                words = line[: line.index(" known")].replace(",", "").split()
                rows[words[-5].rstrip(":")] = (int(words[-4]), int(words[-1]))
        return rows


@dataclass(frozen=True)
class Project:
    """A Meltano project with a local stack of its own."""

    folder: Path
    postgres_port: int
    snowflake_port: int
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path) -> Project:
        """Copy the project into an empty folder, and link what is installed.

        The folder's name is one as users have them: a blank, an accent, and what is not itself in
        an address or a pattern.
        """
        folder = folder / "Área de Trabalho" / "p#1 [a]"
        (folder / ".meltano").mkdir(parents=True)
        for name in (".venv", ".meltano/extractors", ".meltano/loaders", ".meltano/utilities"):
            (folder / name).symlink_to(ROOT / name)
        for name in (".meltano/.installed", ".meltano/.airflow", ".meltano/.dashboard"):
            (folder / name).touch()
        for name in ("meltano.yml", "Makefile", ".env.example"):
            shutil.copy(ROOT / name, folder)
        for name in ("analyze", "extract", "load", "transform", "orchestrate", "plugins"):
            made_by_dbt = shutil.ignore_patterns("target", "logs", "__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=made_by_dbt)
        return cls(folder, free_port(), free_port())

    @contextmanager
    def configured(self, change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
        """Change the extractor's definition for the time of the block."""
        file = self.folder / "extract/extract.meltano.yml"
        before = file.read_text()
        content = yaml.safe_load(before)
        change(content["plugins"]["extractors"][0])
        file.write_text(yaml.safe_dump(content))
        try:
            yield
        finally:
            file.write_text(before)

    def selecting(self, tables: dict[str, str]) -> AbstractContextManager[None]:
        """Select these tables, each with its replication key, and no other."""

        def change(extractor: dict[str, Any]) -> None:
            extractor["select"] = [f"public-{table}.*" for table in tables]
            extractor["metadata"] = {
                f"public-{table}": {"replication-method": "INCREMENTAL", "replication-key": key}
                for table, key in tables.items()
            }

        return self.configured(change)

    def reconciling(self) -> AbstractContextManager[None]:
        """Send the control totals of what is selected, too."""
        return self.configured(lambda extractor: extractor["select"].append("driva-reconciliacao"))

    def record_by_record(self) -> AbstractContextManager[None]:
        """Read no table by files."""
        return self.configured(lambda extractor: extractor["config"].pop("batch_config"))

    def with_variables(self, **variables: str) -> Project:
        """Return the same project with more environment variables."""
        return replace(self, variables={**self.variables, **variables})

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command: no variable of the user's own account or stack."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(
                ("TAP_", "TARGET_", "DBT_", "LOCAL_", "MELTANO_", "AIRFLOW_", "OPENLINEAGE_")
            )
        }
        return {
            **inherited,
            "DBT_LOG_LEVEL_FILE": "none",  # a sixth of what dbt does
            "LOCAL_STACK_HOME": str(self.folder / ".local"),
            "LOCAL_POSTGRES_PORT": str(self.postgres_port),
            "LOCAL_SNOWFLAKE_PORT": str(self.snowflake_port),
            "MELTANO_PROJECT_ROOT": str(self.folder),
            **self.variables,
        }

    def run(self, *command: str | Path, timeout: float = 1200) -> Done:
        """Run a command in the project's folder."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def meltano(self, *words: str) -> Done:
        """Run meltano."""
        return self.run(ROOT / ".venv/bin/meltano", *words)

    def succeed(self, *words: str) -> Done:
        """Run meltano, which must succeed."""
        done = self.meltano(*words)
        assert done.code == 0, done.output[-6000:]
        return done

    def local_stack(self, *words: str) -> Done:
        """Run the local stack's command as Meltano does, two seconds faster."""
        return self.run(ROOT / ".meltano/utilities/local-stack/venv/bin/local-stack", *words)

    def up(self) -> Project:
        """Start the local stack."""
        done = self.local_stack("up")
        assert done.code == 0, done.output
        return self

    def state(self) -> dict[str, Any]:
        """Return Meltano's bookmarks by stream."""
        listed = self.succeed("--log-level=error", "state", "get", STATE_ID)
        state = json.loads(listed.output[listed.output.index("{") :])
        return {
            stream: bookmark["replication_key_value"]
            for stream, bookmark in state["singer_state"]["bookmarks"].items()
            if "replication_key_value" in bookmark
        }

    def postgres(self, user: str = "driva") -> psycopg.Connection:
        """Open a connection to the source, committing each statement."""
        return psycopg.connect(
            f"host=127.0.0.1 port={self.postgres_port} dbname=driva user={user} password={user}",
            autocommit=True,
        )

    def snowflake(self, **options: Any) -> snowflake.connector.SnowflakeConnection:
        """Open a session on the local Snowflake."""
        return snowflake.connector.connect(
            **{
                "account": "local",
                "user": "local",
                "password": "local",
                "host": "127.0.0.1",
                "port": self.snowflake_port,
                "protocol": "http",
                "database": "DRIVAMOTORS",
                "login_timeout": 10,
                "platform_detection_timeout_seconds": 0,  # no cloud's metadata is asked for
                **options,
            }
        )

    def source(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query on the source."""
        with self.postgres() as connection:
            return connection.execute(statement).fetchall()

    def change(self, *statements: str) -> None:
        """Change the source."""
        with self.postgres() as connection:
            for statement in statements:
                connection.execute(statement)

    def warehouse(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query on the local Snowflake."""
        with self.snowflake() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@contextmanager
def overheard(port: int) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Pass requests on to the local Snowflake; yields a port, and paths and bodies sent to it."""
    sent: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_zipped = self.headers.get("Content-Encoding") == "gzip"
            sent.append((self.path, (decompress(body) if is_zipped else body).decode()))
            request = Request(f"http://127.0.0.1:{port}{self.path}", body, dict(self.headers))
            with urlopen(request) as answer:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in ("transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.read())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, sent
        server.shutdown()


@contextmanager
def browsing() -> Iterator[Callable[..., BrowserContext]]:
    """A Chromium that asks for nothing by itself; yields what opens a window, given its options."""
    patience = 120_000  # ms: other tests run beside this one, and a slow page is not a wrong one
    expect.set_options(timeout=patience)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )

        def window(**options: Any) -> BrowserContext:
            context = browser.new_context(**options)
            context.set_default_timeout(patience)
            return context

        yield window


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose stack runs, with an empty source, for one module's tests in their order."""
    created = Project.create(tmp_path_factory.mktemp("project") / "project")
    try:
        yield created.up()
    finally:
        created.local_stack("down")
