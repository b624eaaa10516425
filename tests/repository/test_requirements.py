"""What is installed is pinned, to files whose hashes uv checks."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

REQUIREMENT = re.compile(r"[\w.\-\[\]]+==\S+ (; [^\\]+ )?(\\\n    --hash=sha256:[0-9a-f]{64} ?)+\n")


@pytest.mark.parametrize(
    "name", sorted(p.name for p in (ROOT / "plugins/requirements").glob("*.txt"))
)
def test_every_requirement_is_pinned_with_its_hashes(name: str) -> None:
    text = (ROOT / "plugins/requirements" / name).read_text()
    assert REQUIREMENT.search(text)
    rest = re.sub(r"(?m)^ *#.*\n", "", REQUIREMENT.sub("", text))
    assert rest == ""
