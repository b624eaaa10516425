"""Meltano and its plugins, each imported once and forked for every run.

Most of a short run is Python's imports. So Meltano's or a plugin's own `main` runs in a process of
its own that is forked from one that has imported it. Tests that are not about Meltano run plugins
without it, with the configuration that it would give them.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import atexit, gc, importlib, json, os, signal, sys, threading, traceback
main = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
for late in sys.argv[3:]:
    importlib.import_module(late)
gc.freeze()  # no run looks through what all have in common
for run in map(json.loads, sys.stdin):
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    signal.alarm(1200)  # seconds; whoever waits for ever is ended
    for number, (name, flags) in enumerate(run["files"]):
        os.dup2(os.open(name, flags, 0o600), number)
    os.chdir(run["folder"])
    os.environ.clear()
    os.environ.update(run["environment"])
    sys.stdin, sys.argv, code = open(0), run["command"], 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        code = 1
        traceback.print_exc()
    threading._shutdown()  # as Python ends: first what threads wait for
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)
"""
# The environment of each, and its command; then what it would import later.
PROGRAMS = {
    "meltano": (".venv", "meltano.cli", "main"),
    "tap-postgres": (
        ".meltano/extractors/tap-postgres/venv",
        "driva_tap_postgres.start",
        "main",
        "driva_tap_postgres.tap",
    ),
    "target-snowflake": (
        ".meltano/loaders/target-snowflake/venv",
        "driva_target_snowflake.start",
        "main",
        "driva_target_snowflake.target",
    ),
    "dbt-snowflake": (
        ".meltano/utilities/dbt-snowflake/venv",
        "dbt.cli.main",
        "cli",
        "dbt.adapters.snowflake",
    ),
    "dbt-snowflake:build": (
        ".meltano/utilities/dbt-snowflake/venv",
        "build",
        "main",
        "dbt.adapters.snowflake",
        "openlineage.dbt",
    ),
    "local-stack": (".meltano/utilities/local-stack/venv", "local_stack.cli", "main"),
    "airflow": (".meltano/utilities/airflow/venv", "airflow.__main__", "main"),
}
# Where modules are that are not installed.
PATHS = {"dbt-snowflake:build": str(ROOT / "transform")}
# What reads its settings while it is imported, so that each environment has a process of its own.
SET_AT_IMPORT = {"airflow"}


@cache
def _imported(program: str, settings: frozenset[tuple[str, str]]) -> subprocess.Popen[str]:
    """Start a process that has imported a program, for all runs of this worker."""
    venv, *names = PROGRAMS[program]
    path = {"PYTHONPATH": PATHS[program]} if program in PATHS else {}
    process = subprocess.Popen(
        [ROOT / venv / "bin/python", "-c", PROGRAM, *names],
        env={**os.environ, "PYTHONWARNINGS": "ignore", **dict(settings), **path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.kill)
    return process


@dataclass(frozen=True)
class Run:
    """A run of a program.

    Attributes:
        command: its name, and its arguments.
        folder: where it runs.
        environment: all of its environment variables.
        given: a file, its standard input.
        output: a file for its standard output.
        log: a file for its standard error; may be the same.
    """

    command: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str]
    given: Path
    output: Path
    log: Path

    def wait(self) -> int:
        """Run it to its end; return the exit code, negative for a signal."""
        program = str(self.command[0])
        settings = dict(self.environment) if program in SET_AT_IMPORT else {}
        settings.pop("PYTEST_CURRENT_TEST", None)  # which is another one in each test
        process = _imported(program, frozenset(settings.items()))
        assert process.stdin is not None
        assert process.stdout is not None
        written = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC
        order = {
            "command": list(map(str, self.command)),
            "folder": str(self.folder),
            "environment": dict(self.environment),
            "files": [
                (str(self.given), os.O_RDONLY),
                (str(self.output), written),
                (str(self.log), written),
            ],
        }
        print(json.dumps(order), file=process.stdin, flush=True)
        return int(process.stdout.readline())
