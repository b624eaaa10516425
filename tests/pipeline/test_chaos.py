"""A minute of `make chaos`."""

from __future__ import annotations

from random import randrange

from tests.chaos.chaos import FAULTS, Chaos
from tests.conftest import Project


def test_after_faults_at_random_every_row_is_right(project: Project) -> None:
    seed = randrange(10**9)
    print(f"seed {seed}")
    # What hits dbt takes longest.
    short = [(fault, name) for fault, name in FAULTS if name != "dbt"]
    chaos = Chaos(project, seed, pause=3, every=3, builds=False, faults=short)
    chaos.pass_through(3)
    print(chaos.report())
    assert chaos.hits.total() == 3
