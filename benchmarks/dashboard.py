"""Measure how long a viewer of the dashboard waits, in a browser: `make figures` does it, too.

It runs in a project of its own in a temporary folder, with 1,000,000 sales, or as many as given.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import machine
from playwright.sync_api import Page

from tests.conftest import Project, browsing
from tests.dashboard.test_dashboard import CHART, DESK, Visit, serving, settle

RUNS = 3


def main() -> None:
    """Print the medians."""
    sales = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    waits: dict[str, list[float]] = {"first paint": [], "page again": [], "filter change": []}

    @contextmanager
    def waiting(what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        waits[what].append(time.perf_counter() - started)

    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(Path(folder)).up()
        try:
            if (seeded := project.local_stack("seed", "--sales", sales)).code:
                sys.exit(seeded.output)
            project.extract_load()
            project.build("--exclude-resource-type=test")
            with serving(project) as url, browsing() as window:
                for _ in range(RUNS):
                    # Nothing is in this browser's cache; the second time it has been there before.
                    context = window(viewport=DESK, locale="pt-BR")
                    for what in ("first paint", "page again"):
                        page = context.new_page()
                        with waiting(what):
                            opened(page, url)
                    settle(page)
                    with waiting("filter change"):
                        Visit(page).press("90d")
                    context.close()
        finally:
            project.local_stack("down")
    print(machine())
    for what, seconds in waits.items():
        print(f"{what}: {statistics.median(seconds):.2f} s on {int(sales):,} sales")


def opened(page: Page, url: str) -> None:
    """Open the overview, up to its numbers and its map."""
    page.goto(url)
    page.wait_for_selector("[data-testid=stMetricValue]")
    page.wait_for_selector(f".st-key-map {CHART} svg")


if __name__ == "__main__":
    main()
