"""Measure what the README states: `make figures`.

Clones the committed project into a temporary folder, with a local stack on ports of its own, and
runs there what a user would. Prints wall times, rows in GOLD and the peak memory of each process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import PeakMemory, free_port, machine

PROJECT = Path(__file__).resolve().parent.parent
MILLION = 1_000_000


def main() -> None:
    """Run the scenarios and print a table for each."""
    sales = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    with tempfile.TemporaryDirectory(prefix="driva-figures-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        environment = {
            **os.environ,
            "LOCAL_POSTGRES_PORT": str(free_port()),
            "LOCAL_SNOWFLAKE_PORT": str(free_port()),
        }

        def run(*command: str) -> float:
            started = time.monotonic()
            done = subprocess.run(
                command, cwd=clone, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
            return time.monotonic() - started

        meltano = str(clone / ".venv/bin/meltano")

        def said(*words: str) -> str:
            return subprocess.run(
                [meltano, "--log-level=warning", *words],
                cwd=clone,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout

        try:
            print(f"{machine()}\n")
            print("50,000 sales, and how many times as long as `meltano --version` it takes")
            run("make", "setup")
            start = min(run(meltano, "--version") for _ in range(3))
            show("meltano --version", start)
            show("make run, cold (packages installed)", run("make", "run"))
            for title, command in (
                ("make run, warm", ("make", "run")),
                ("meltano run el, nothing new", (meltano, "run", "el")),
                ("meltano run elt, nothing new", (meltano, "run", "elt")),
                ("meltano run transform", (meltano, "run", "transform")),
            ):
                seconds = min(run(*command) for _ in range(2))
                show(title, seconds, f"{seconds / start:8.1f} times")
            run("make", "reset")
            run(meltano, "run", "local-stack:up")
            memory = PeakMemory(clone)
            print(f"\n{sales:,} sales")
            show(
                "local-stack:seed",
                run(meltano, "invoke", "local-stack:seed", f"--sales={sales}"),
            )
            build = ("invoke", "dbt-snowflake:build")
            anew = 0.0
            for title, command in (
                ("meltano run el", ("run", "el")),
                ("a first build", build),
                ("a build from nothing", (*build, "--full-refresh")),
                ("meltano run transform", ("run", "transform")),
                ("a build with 1,000 new sales", build),
            ):
                if anew and command == build:
                    run(meltano, "invoke", "local-stack:simulate", "--sales=1000")
                    run(meltano, "run", "el")
                with memory.sampled() as peaks:
                    seconds = run(meltano, *command)
                anew = anew or (seconds if "--full-refresh" in command else 0)
                show(title, seconds, f"{seconds / anew:8.2f} of it" if anew else "")
                for name, used in sorted(peaks.items()):
                    print(f"    {name:<28}{used / 2**20:8.0f} MB")
            builds = said(
                *("invoke", "local-stack:sql"),
                "select escopo, instrucoes, passos, segundos from GOLD.EXECUCOES order by inicio",
            )
            print(f"\nthe builds, and the statements of each\n{builds}")
            status = said("invoke", "local-stack:status")
            print(f"\n{status[status.index('layer') :]}")
        finally:
            subprocess.run(["make", "down"], cwd=clone, env=environment, check=False)


def show(title: str, seconds: float, compared: str = "") -> None:
    """Print one wall time."""
    print(f"  {title:<40}{seconds:8.1f} s{compared}", flush=True)


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("git is needed: figures are measured in a fresh clone")
    main()
