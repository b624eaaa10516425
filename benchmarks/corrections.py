"""Measure what it costs to follow corrections and cancellations: `make bench` does it, too.

It runs Meltano in a project of its own in a temporary folder, with 1,000,000 sales, or as many as
given. Compare the times of one run with each other, and not with those of another machine.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from measure import machine

from tests.conftest import ROOT, Project

SALES = "public-vendas"
CORRECTED, CANCELLED = 1000, 100
SEED = 42


def main() -> None:
    """Print how long each run takes, and its share of a run that reads everything."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(Path(folder)).with_variables(
            TAP_POSTGRES__SELECT_FILTER=f'["{SALES}"]'
        )
        try:
            project.up()
            seconds = measured(project, rows)
        finally:
            project.local_stack("down")
    print(f"{machine()}; {rows:,} sales, {CORRECTED:,} corrected and {CANCELLED:,} cancelled")
    whole = seconds["reconcile, everything again"]
    for what, taken in seconds.items():
        print(f"{what:42} {taken:7.1f} s {100 * taken / whole:6.1f} %")


def measured(project: Project, rows: int) -> dict[str, float]:
    """Return the seconds that each run takes."""
    seconds: dict[str, float] = {}
    numbers = random.Random(SEED)

    def run(what: str, *words: str) -> None:
        started = time.perf_counter()
        done = project.run(ROOT / ".venv/bin/meltano", *words)
        seconds[what] = time.perf_counter() - started
        if done.code:
            sys.exit(done.output)

    def correct() -> None:
        changed = numbers.sample(range(1, rows), CORRECTED + CANCELLED)
        updated = ", ".join(map(str, changed[:CORRECTED]))
        deleted = ", ".join(map(str, changed[CORRECTED:]))
        project.change(
            f"update vendas set valor_pago = valor_pago + 1 where id_vendas in ({updated})",
            f"delete from vendas where id_vendas in ({deleted})",
        )

    project.change(
        "insert into vendas (id_veiculos, id_concessionarias, id_vendedores, id_clientes, "
        "valor_pago, data_venda, data_inclusao) select i % 8 + 1, i % 29 + 1, i % 53 + 1, "
        "i % 5000 + 1, i % 9000000 / 100.0, timestamp '2020-01-01' + i * interval '20 seconds', "
        f"localtimestamp from generate_series(1, {rows}) i",
        "vacuum analyze vendas",
    )
    reconcile = ("tap-postgres-reconcile", "target-snowflake")
    changes = ("tap-postgres-changes", "target-snowflake")
    run("el, the first time", "run", "el")
    run("el, nothing new", "run", "el")
    run("reconcile, the first time", "run", *reconcile)
    started = time.perf_counter()
    project.source("select count(*), sum(id_vendas) from vendas")
    seconds["select count(*), sum(id_vendas)"] = time.perf_counter() - started
    run("reconcile, nothing changed", "run", *reconcile)
    correct()
    run("reconcile, corrections and cancellations", "run", *reconcile)
    run("reconcile, everything again", "run", "--full-refresh", *reconcile)
    run("making the slot", "invoke", "tap-postgres-changes:create-slot")
    run("changes, nothing changed", "run", *changes)
    correct()
    run("changes, corrections and cancellations", "run", *changes)
    return seconds


if __name__ == "__main__":
    main()
