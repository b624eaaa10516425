"""Build what differs from the last build that went well: `meltano invoke dbt-snowflake:build`.

What RAW's tables were altered last is compared with what they were before that build, which the
warehouse has in GOLD.EXECUCOES, so that it holds for whoever builds on whatever machine. Then dbt
builds one of these:

- everything, if a model, macro, test or seed differs, if the last build failed, was interrupted,
  or was somebody's own choice of models, or if a table is missing. What differs is built empty
  first (a dry run), so that what cannot be built is found before anything is replaced.
- what depends on the tables that were altered. Tables are filled anew and not made anew.
- nothing; only the tests that look at the clock run.

With --all it builds everything and tests every row, with --full-refresh it makes incremental tables
anew, too. Other arguments are dbt's own: it builds what they say, and the next build is one of
everything.
"""

# ruff: noqa: E402 - the garbage collector stops before what takes longest is imported
from __future__ import annotations

import atexit
import csv
import gc
import json
import os
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from importlib.metadata import version
from pathlib import Path
from signal import SIGINT
from typing import Any

gc.disable()  # nothing that is imported is garbage
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg
from plan import TOLD, Plan, Warehouse, decide, fingerprint

gc.freeze()
gc.enable()
atexit.register(gc.freeze)  # nor does its end look through it

# Where the loader writes down what it has loaded.
_LOADS = "RAW._SDC_LOADS"
_NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
_DRY_RUN = (
    *("--no-write-json", "--quiet", "build", "--empty", "--target", "empty"),
    *("--target-path", "target/empty", "--exclude-resource-type", "test", *_NO_UNIT_TESTS),
)


class Dbt:
    """dbt in this process, which counts the statements that it sends."""

    def __init__(self) -> None:
        self.statements = 0
        self.run = ""
        self.manifest: Manifest | None = None
        self._said = ""

    def __call__(self, *words: str) -> dbtRunnerResult:
        """Run a command, of which dbt prints what there is to say.

        Raises:
            SystemExit: Ctrl-C.
        """
        # A dry run is parsed for a target of its own.
        manifest = None if "--empty" in words else self.manifest
        done = dbtRunner(manifest=manifest, callbacks=[self._notice]).invoke([*words])
        if isinstance(done.exception, KeyboardInterrupt):
            sys.exit(128 + SIGINT)
        return done

    def operate(self, macro: str, **arguments: Any) -> str:
        """Run a macro; return what it has logged last.

        Raises:
            SystemExit: it failed, which dbt has said.
        """
        done = self(
            "--no-write-json", "--quiet", "run-operation", macro, "--args", json.dumps(arguments)
        )
        if not done.success:
            sys.exit(1)
        return self._said

    def _notice(self, event: EventMsg) -> None:
        self.run = event.info.invocation_id
        if event.info.name == "SQLQuery":
            self.statements += 1
        elif event.info.name == "JinjaLogDebug":
            self._said = event.data.msg


def main() -> None:
    """Decide what to build, and build it."""
    parser = ArgumentParser(
        "meltano invoke dbt-snowflake:build",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--all", action="store_true", help="build everything, test every row")
    parser.add_argument("--full-refresh", action="store_true", help="make every table anew")
    parser.add_argument("--empty", action="store_true", help="make the dry run, and no more")
    asked, words = parser.parse_known_args()
    project = Path(os.environ["DBT_PROJECT_DIR"])
    began = time.monotonic()
    dbt = Dbt()
    anew = ("--full-refresh",) if asked.full_refresh else ()
    if asked.empty:
        sys.exit(0 if dbt(*_DRY_RUN, *anew, *words).success else 1)
    if words:
        done = dbt("build", *_NO_UNIT_TESTS, *anew, *words)
        _send_lineage(project)
        sys.exit(0 if done.success else 1)
    first_lines = _first_lines(project)
    parsed = dbt("--quiet", "parse", "--no-write-json")
    if not isinstance(parsed.result, Manifest):
        sys.exit(1)
    dbt.manifest = parsed.result
    _check_columns(dbt.manifest, first_lines)
    code = fingerprint(project, os.environ, version("dbt-snowflake"))
    known = Warehouse(**json.loads(dbt.operate("last_build")))
    plan = (
        Plan("tudo", "from nothing, as asked", anew, checks_code=code != known.code)
        if anew
        else decide(code, _relations(dbt.manifest), known, everything=asked.all)
    )
    print(f"{plan.scope}: {plan.reason}", flush=True)
    if plan.checks_code and not dbt(*_DRY_RUN, *anew).success:
        sys.exit(1)
    os.environ[TOLD] = json.dumps(plan.told)
    command = ("test", "--no-populate-cache") if plan.scope == "nada" else ("build",)
    done = dbt(*command, *_NO_UNIT_TESTS, *plan.select)
    steps = len(done.result.results) if isinstance(done.result, RunExecutionResult) else 0
    seconds = round(time.monotonic() - began, 3)
    load = json.loads(
        dbt.operate(
            "record_run",
            run=dbt.run,
            scope=plan.scope,
            ended_well=done.success,
            steps=steps,
            statements=dbt.statements,
            seconds=seconds,
            state=json.dumps({"code": code, "tables": known.raw}) if done.success else None,
            has_loads=_LOADS in known.relations,
        )
    )
    print(
        "loaded since the build before: {new:,.0f} new rows, {reread:,.0f} read again, "
        "{deleted:,.0f} deleted, {statements:,.0f} statements, {seconds:.1f} s\n".format(**load)
        + f"{plan.scope}: {steps} steps, {dbt.statements} statements, {seconds:.1f} s",
        flush=True,
    )
    if plan.scope != "nada":
        _send_lineage(project)
    sys.exit(0 if done.success else 1)


def _first_lines(project: Path) -> dict[str, str]:
    """Return the first line of each seed, by the seed's name.

    Raises:
        SystemExit: one is in another encoding than dbt reads.
    """
    lines = {}
    for seed in sorted((project / "seeds").rglob("*.csv")):
        try:
            text = seed.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            name = seed.relative_to(project).as_posix()
            sys.exit(f"transform/{name} is not in UTF-8: save it as CSV UTF-8")
        lines[seed.stem] = next(iter(text.splitlines()), "")
    return lines


def _check_columns(manifest: Manifest, first_lines: dict[str, str]) -> None:
    """Compare seeds with what is declared; of a spreadsheet's semicolons dbt says too little.

    Raises:
        SystemExit: one has other columns.
    """
    seeds = (node for node in manifest.nodes.values() if node.resource_type == "seed")
    for seed in seeds:
        first = first_lines[seed.name]
        if seed.columns and sorted(next(csv.reader([first]), [])) != sorted(seed.columns):
            sys.exit(
                f"transform/{seed.original_file_path}: the first line is to be "
                f"{','.join(seed.columns)}, with commas, and is {repr(first) if first else 'empty'}"
            )


def _relations(manifest: Manifest) -> set[str]:
    kinds = ("model", "seed", "snapshot")
    return {
        f"{node.schema}.{node.alias}".upper()
        for node in manifest.nodes.values()
        if node.resource_type in kinds
    }


def _send_lineage(project: Path) -> None:
    """Send what dbt has read and written, from the artifacts that it leaves."""
    from openlineage.dbt import main as dbt_ol  # noqa: PLC0415 - half a second

    sys.argv = ["dbt-ol", "send-events", "--project-dir", str(project)]
    dbt_ol()


if __name__ == "__main__":
    main()
