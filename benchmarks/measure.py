"""What the benchmarks measure with."""

from __future__ import annotations

import os
import platform
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

# What a process is called in the table, by a part of its command line; the first match counts.
PROCESSES = {
    "driva-tap-postgres": "tap-postgres",
    "driva-target-snowflake": "target-snowflake",
    "local_stack.snowflake.server": "local Snowflake",
    "transform/build.py": "dbt",
    "pginstall18/bin/postgres": "PostgreSQL (one process)",
    "local-stack/venv/bin/local-stack": "local-stack",
    "bin/meltano": "Meltano",
}
# Nothing that is measured takes so long, unless it hangs.
TIMEOUT_SECONDS = 1800


class FailedError(Exception):
    """A measured command has failed; says with what."""


@dataclass(frozen=True)
class Usage:
    """What one run has taken.

    Attributes:
        seconds: wall time.
        cpu: seconds of all its processes on a processor, in the kernel too.
        memory: the highest sum of their resident memory, in bytes.
    """

    seconds: float
    cpu: float
    memory: int


class PeakMemory:
    """The highest resident memory of each kind of process below a folder, sampled."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._peaks: dict[str, int] = {}

    @contextmanager
    def sampled(self) -> Iterator[dict[str, int]]:
        """Sample ten times a second; yields bytes by process, filled while the block runs."""
        self._peaks = {}
        with _often(self._sample):
            yield self._peaks

    def _sample(self) -> None:
        for process in psutil.process_iter(["cmdline", "exe", "memory_info"]):
            # PostgreSQL's processes overwrite their command line.
            command = " ".join((process.info["exe"] or "", *(process.info["cmdline"] or ())))
            if self._folder not in command:
                continue
            name = next((PROCESSES[part] for part in PROCESSES if part in command), None)
            if name and process.info["memory_info"]:
                used = process.info["memory_info"].rss
                self._peaks[name] = max(used, self._peaks.get(name, 0))


def usage(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    server: psutil.Process | None = None,
) -> Usage:
    """Run a command to its end.

    Args:
        command: what to run.
        folder: where to run it.
        environment: its environment.
        server: a process that works for it, and counts with it.

    Raises:
        FailedError: with the end of what the command has printed.
    """
    peak = 0
    log = folder / "bench.log"
    cpu_before = _cpu(server)
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    root = psutil.Process(process.pid)

    def sample() -> None:
        nonlocal peak
        with suppress(psutil.NoSuchProcess):
            tree = [root, *root.children(recursive=True)]
            peak = max(peak, sum(map(_memory, [*tree, *([server] if server else [])])))
            if time.monotonic() - started > TIMEOUT_SECONDS:
                for each in tree:
                    each.kill()

    with _often(sample):
        _, status, resources = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        printed = log.read_text(errors="replace").strip()
        raise FailedError(printed[-2000:] or f"exit code {process.returncode}")
    cpu = resources.ru_utime + resources.ru_stime + _cpu(server) - cpu_before
    return Usage(seconds, cpu, peak)


def typical(runs: Sequence[Usage]) -> Usage:
    """Return the medians of what runs have taken, and their highest memory."""
    return Usage(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.memory for run in runs),
    )


def machine() -> str:
    """Name the machine in a line."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}"
    )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _often(sample: Callable[[], None]) -> Iterator[None]:
    """Call a function ten times a second while the block runs."""
    done = threading.Event()

    def run() -> None:
        while not done.wait(0.1):
            sample()

    sampler = threading.Thread(target=run)
    sampler.start()
    try:
        yield
    finally:
        done.set()
        sampler.join()


def _cpu(process: psutil.Process | None) -> float:
    if process is None:
        return 0.0
    times = process.cpu_times()
    return float(times.user + times.system)


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0
