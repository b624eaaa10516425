"""singer-sdk's own tests for taps pass."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Project


def test_the_tap_conforms(project: Project) -> None:
    seeded = project.local_stack("seed", "--sales", "20")
    assert seeded.code == 0, seeded.output
    project.conforms("extractors/tap-postgres", Path(__file__).with_name("conformance.py"))
