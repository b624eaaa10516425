"""What is installed is pinned."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    "name", sorted(p.name for p in (ROOT / "plugins/requirements").glob("*.txt"))
)
def test_every_requirement_is_pinned(name: str) -> None:
    lines = (ROOT / "plugins/requirements" / name).read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert requirements
    assert [line for line in requirements if not re.match(r"[\w.\-\[\]]+==\S+", line)] == []
