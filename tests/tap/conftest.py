"""Sources of other kinds than the embedded PostgreSQL."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.conftest import Project, free_port

# Where Debian has what it does not put on the PATH.
DEBIAN = Path("/usr/lib/postgresql/15/bin")


# PostgreSQL does not run as root; folders of pytest are closed to others.
AS_NOBODY = (
    *("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
    *("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"),
    "--securebits=+no_setuid_fixup",
)


def as_nobody(*command: str | Path, folder: Path) -> None:
    """Run a command of PostgreSQL's in a folder of its own."""
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
        command = (*AS_NOBODY, *command)
    done = subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def served(data: Path, port: int, binaries: Path) -> Iterator[None]:
    """Serve a data folder for the time of the block."""
    pg_ctl = binaries / "pg_ctl"
    options = f"-p {port} -c unix_socket_directories= -c fsync=off -c wal_level=logical"
    folder, log = data.parent, data.parent / f"{data.name}.log"
    as_nobody(pg_ctl, "start", "-w", "-D", data, "-l", log, "-o", options, folder=folder)
    try:
        yield
    finally:
        as_nobody(pg_ctl, "stop", "-m", "immediate", "-D", data, folder=folder)


@contextmanager
def debian(project: Project, folder: Path) -> Iterator[Project]:
    """The same project with Debian's PostgreSQL 15 as its source."""
    folder.mkdir()
    data, password, port = folder / "data", folder / "password", free_port()
    password.write_text("driva")
    password.chmod(0o644)
    initdb = ("initdb", "-A", "scram-sha-256", "-U", "driva", f"--pwfile={password}", "-D", data)
    as_nobody(DEBIAN / initdb[0], *initdb[1:], folder=folder)
    with served(data, port, DEBIAN):
        created = replace(project, postgres_port=port)
        with created.postgres(database="postgres") as connection:
            connection.execute("create database driva")
        yield created


@contextmanager
def standby(primary: Project, folder: Path, binaries: Path = DEBIAN) -> Iterator[Project]:
    """The same project with a hot standby of its source."""
    folder.mkdir()
    data, port = folder / "data", free_port()
    address = f"host=127.0.0.1 port={primary.postgres_port} user=driva password=driva"
    copy = ("-R", "-c", "fast", "-D", data, "-d", address)
    as_nobody(binaries / "pg_basebackup", *copy, folder=folder)
    with served(data, port, binaries):
        yield replace(primary, postgres_port=port)


def replayed(primary: Project, copy: Project) -> None:
    """Wait until a standby has all that is committed on its primary."""
    ((here,),) = primary.source("select pg_current_wal_flush_lsn()")
    while copy.source(f"select pg_last_wal_replay_lsn() < '{here}'") == [(True,)]:
        time.sleep(0.05)
