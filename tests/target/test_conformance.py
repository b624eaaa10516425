"""singer-sdk's own tests for targets pass."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Project


def test_the_target_conforms(project: Project) -> None:
    project.conforms("loaders/target-snowflake", Path(__file__).with_name("conformance.py"))
