"""What can go wrong on one machine, done on purpose to a process that runs."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from threading import Thread

import psutil

from tests.chaos.writer import NAME
from tests.conftest import ROOT, Project

# Each process, and how its command is recognised; of Meltano it is the run itself.
PLUGINS = {
    "tap": "bin/driva-tap-postgres",
    "target": "bin/driva-target-snowflake",
    "dbt": "utilities/dbt-snowflake/venv/bin/",
}
SERVERS = {"snowflake": "snowflake/server.pid", "postgres": "postgres/data/postmaster.pid"}
JOBS = {
    "el": ["el"],
    "reconcile": ["tap-postgres-reconcile", "target-snowflake"],  # the job without dbt
    "elt": ["elt"],
    "reconcile and build": ["reconcile"],
    "transform": ["transform"],
}
PHASES = (
    (r"cmd_type=command|dbt-snowflake|\d+ of \d+ (?:START|OK|PASS)", "dbt"),
    (r"([A-Z]+): [\d,]+ new rows", "load"),
    (r"Beginning .*sync of 'public-(\w+)'|public-(\w+): ", "extract"),
)
RUN_SECONDS = 420


class Started:
    """A run of Meltano, as a user starts it.

    Attributes:
        lines: what it has said so far.
    """

    def __init__(self, project: Project, job: str) -> None:
        self.lines: list[str] = []
        self.job = job
        self._project = project
        self._run = subprocess.Popen(
            [ROOT / ".venv/bin/meltano", "run", "--force", *JOBS[job]],
            cwd=project.folder,
            env=project.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._root = psutil.Process(self._run.pid)
        self._all: set[psutil.Process] = set()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._run.stdout is not None
        self.lines.extend(iter(self._run.stdout.readline, ""))

    @property
    def is_running(self) -> bool:
        """Whether Meltano has not ended."""
        return self._run.poll() is None

    def waits_for(self, is_there: Callable[[], object]) -> bool:
        """Wait until something is there; False if the run has ended before."""
        while self.is_running:
            if is_there():
                return True
            time.sleep(0.05)  # to look for processes is work, too
        return False

    def processes(self, name: str) -> list[psutil.Process]:
        """Return the processes of this name that run."""
        found: list[psutil.Process] = []
        with suppress(psutil.Error, OSError, ValueError):
            if name == "meltano":
                found = [self._root]
            elif file := SERVERS.get(name):
                text = (self._project.folder / ".local" / file).read_text()
                server = psutil.Process(int(text.split()[0]))
                found = [server, *server.children(recursive=True)]
            else:
                children = self._root.children(recursive=True)
                self._all.update(children)
                found = [p for p in children if PLUGINS[name] in " ".join(p.cmdline())]
        return [process for process in found if lives(process)]

    @property
    def phase(self) -> tuple[str, str]:
        """What the run is at, by the last line that says so: a verb, and a table."""
        for line in reversed(self.lines):
            for pattern, verb in PHASES:
                if found := re.search(pattern, line):
                    return verb, next(filter(None, found.groups()), "").lower()
        return "start", ""

    def ends(self) -> int:
        """Wait for the end of Meltano and of all that it has started."""
        with suppress(psutil.Error):
            self._all.update(self._root.children(recursive=True))
        code = self._run.wait(RUN_SECONDS)
        left = psutil.wait_procs(self._all, RUN_SECONDS)[1]
        assert not left, f"{left} go on and on\n{''.join(self.lines[-40:])}"
        self._reader.join(10)
        return code

    def abort(self) -> None:
        """Leave nothing of it."""
        with suppress(psutil.Error):
            self._all.update(self._root.children(recursive=True))
        for process in [*self._all, self._root]:
            with suppress(psutil.Error):
                process.kill()
        self._run.wait(30)


def lives(process: psutil.Process) -> bool:
    """Tell whether a process has not ended."""
    with suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


class Line:
    """A line to the local Snowflake, which can be cut."""

    def __init__(self, port: int) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._to = port
        self._open: set[socket.socket] = set()
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._server.accept()[0]
                try:
                    server = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    client.close()
                    continue
                self._open |= {client, server}
                for ends in ((client, server), (server, client)):
                    Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            self._open.discard(end)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut(self) -> bool:
        """Cut every connection; False if there is none."""
        cut = list(self._open)
        for end in cut:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return bool(cut)

    def close(self) -> None:
        """End."""
        self._server.close()
        self.cut()


def kill(processes: list[psutil.Process]) -> bool:
    """Kill them; False if one has ended before."""
    was_there = all(map(lives, processes))
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    # Not by psutil, which would take a child's exit code away.
    deadline = time.monotonic() + 10
    while any(map(lives, processes)):
        assert time.monotonic() < deadline, processes
        time.sleep(0.01)
    return was_there


def stop(processes: list[psutil.Process], seconds: float) -> bool:
    """Stop them for a while; False if none was there to be."""
    try:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        time.sleep(0.05)
        stopped = [p for p in processes if p.is_running() and p.status() == psutil.STATUS_STOPPED]
        if stopped:
            time.sleep(seconds)
        return bool(stopped)
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def fill_disk(name: str, run: Started, seconds: float) -> bool:
    """Let no file of them grow, as on a full disk, for a while; False if none was there to be."""
    hit = _limit(run.processes(name), "0")
    time.sleep(seconds if hit else 0)
    _limit(run.processes(name), "unlimited")
    return hit


def _limit(processes: list[psutil.Process], size: str) -> bool:
    """Limit the size of their files; False if none of them is left."""
    hit = False
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            # Not even root may do so to another user's, as PostgreSQL's are, but this user may.
            user, group = process.uids().real, process.gids().real
            command = ["prlimit", f"--pid={process.pid}", f"--fsize={size}:"]
            null = subprocess.DEVNULL
            done = subprocess.run(command, user=user, group=group, stderr=null, check=False)
            hit |= done.returncode == 0
    return hit


def cut_off_tap(project: Project) -> bool:
    """End the tap's sessions; False if there is none."""
    ended = project.source(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() "
        f"and backend_type = 'client backend' and application_name <> '{NAME}'"
    )
    return any(chain(*ended))
