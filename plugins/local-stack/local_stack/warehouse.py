"""The local Snowflake as a background process, and a client's view of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import psutil
import snowflake.connector
from snowflake.connector.errors import Error

from local_stack.postgres import require_free_port, require_same_port
from local_stack.settings import Settings, StackError

MODULE = "local_stack.snowflake.server"
DATABASE = "DRIVAMOTORS"


class Warehouse:
    """The server on `settings.snowflake_port` with its databases below `settings.home`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root = settings.home / "snowflake"
        self._pid_file = self._root / "server.pid"
        # The statements that roles, schemas and grants are of.
        self._set_up_by = self._root / "setup.sql"
        self._log = self._root / "server.log"

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._settings.snowflake_port}"

    @property
    def is_new(self) -> bool:
        """Tell whether nothing was ever loaded: the database has not been created."""
        return not (self._root / "databases" / f"{DATABASE}.db").exists()

    def connect(self) -> snowflake.connector.SnowflakeConnection:
        """Open a session.

        Raises:
            StackError: the server does not answer.
        """
        try:
            return snowflake.connector.connect(
                account="local",
                user="local",
                password="local",  # noqa: S106
                host="127.0.0.1",
                port=self._settings.snowflake_port,
                protocol="http",
                database=DATABASE,
                login_timeout=5,
            )
        except Error as error:
            raise StackError(
                f"the local Snowflake at {self.address} does not answer; start it with "
                f"`meltano invoke local-stack:up` ({error.raw_msg})"
            ) from error

    def is_running(self) -> bool:
        """Tell whether this folder's server runs."""
        return self._pid() is not None

    def start(self) -> bool:
        """Start the server and bring roles, schemas and grants up to date.

        Returns:
            False if it already ran.

        Raises:
            StackError: the port is taken, or the server does not come up.
        """
        wanted = self._settings.snowflake_port
        if pid := self._pid():
            actual = int(psutil.Process(pid).cmdline()[-1])
            require_same_port(actual, wanted, "LOCAL_SNOWFLAKE_PORT")
            if not self._set_up_by.exists() or self._set_up_by.read_text() != self._setup:
                self._set_up()
            return False
        require_free_port(wanted, "LOCAL_SNOWFLAKE_PORT")
        self._root.mkdir(mode=0o700, exist_ok=True)
        with self._log.open("w") as log:
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", MODULE, "--home", str(self._root)),
                    *("--port", str(wanted)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self._settings.project,
                # A thread a session: glibc would keep a heap for each.
                env={**os.environ, "MALLOC_ARENA_MAX": "2"},
            )
        self._pid_file.write_text(str(server.pid))
        self._wait_until_ready(server)
        self._set_up()
        return True

    @property
    def _setup(self) -> str:
        """What sets an account up."""
        parts = sorted((self._settings.project / "load/snowflake/setup").glob("*.sql"))
        return "\n".join(part.read_text() for part in parts)

    def _set_up(self) -> None:
        """Run what sets an account up, with the names of this environment."""
        setup = self._setup
        with self.connect() as connection:
            try:
                connection.execute_string(f"set environment = 'local';\n{setup}")
            except Error as error:
                raise StackError(f"load/snowflake/setup failed: {error.raw_msg}") from error
        self._set_up_by.write_text(setup)

    def stop(self) -> bool:
        """Stop the server; False if it did not run."""
        pid = self._pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        for _ in range(200):
            if self._pid() is None:
                break
            time.sleep(0.1)
        else:
            os.kill(pid, signal.SIGKILL)
        self._pid_file.unlink(missing_ok=True)
        return True

    def delete(self) -> None:
        """Delete all data of a stopped server."""
        shutil.rmtree(self._root, ignore_errors=True)

    def _pid(self) -> int | None:
        """Return the server's process id; a number that another program has got is not it."""
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return None
        try:
            return pid if MODULE in psutil.Process(pid).cmdline() else None
        except psutil.Error:
            return None

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        for _ in range(300):
            if server.poll() is not None:
                tail = self._log.read_text().strip().splitlines()[-1:]
                raise StackError(f"the local Snowflake stopped at once: {' '.join(tail)}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._settings.snowflake_port)) == 0:
                    return
            time.sleep(0.1)
        raise StackError(f"the local Snowflake did not come up in 30 s; see {self._log}")
