"""What of its input the target passes on before it is imported."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from driva_target_snowflake import start, target

CONFIG = {"account": "local", "user": "local", "password": "local"}
STATE = '{"type":"STATE","value":{"bookmarks":{"a":{"n":1}}}}\n'
SCHEMA = '{"type":"SCHEMA","stream":"a","schema":{"properties":{}}}\n'


class GivenError(Exception):
    """The target was asked to go on; with what is left for it."""


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> io.BytesIO:
    """A standard input, and the settings that Meltano passes."""
    file = tmp_path / "config.json"
    file.write_text(json.dumps(CONFIG))
    lines = io.BytesIO()
    monkeypatch.setattr(sys, "argv", ["driva-target-snowflake", "--config", str(file)])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(lines)))

    def main() -> None:
        raise GivenError(sys.stdin.read())

    monkeypatch.setattr(target, "main", main)
    return lines


def put(lines: io.BytesIO, *texts: str) -> None:
    lines.write("".join(texts).encode())
    lines.seek(0)


def test_bookmarks_alone_are_passed_on(
    given: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    large = json.dumps({"type": "STATE", "value": {"a": "x" * 100_000}}) + "\n"
    put(given, STATE, large)
    start.main()
    said = capsys.readouterr()
    assert [*map(json.loads, said.out.splitlines())] == [
        json.loads(line)["value"] for line in (STATE, large)
    ]
    assert said.err == "nothing to load\n"


def test_nothing_at_all_is_nothing_to_load(
    given: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    start.main()
    assert capsys.readouterr().out == ""


def test_what_is_to_be_loaded_is_left_to_the_target(
    given: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    put(given, STATE, SCHEMA, STATE)
    with pytest.raises(GivenError) as left:
        start.main()
    assert str(left.value) == SCHEMA + STATE
    assert json.loads(capsys.readouterr().out) == json.loads(STATE)["value"]


@pytest.mark.parametrize("words", [["--about"], ["--config", "no such file"], ["--config", "ENV"]])
def test_what_is_asked_otherwise_is_the_targets(
    given: io.BytesIO, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    put(given, STATE)
    monkeypatch.setattr(sys, "argv", ["driva-target-snowflake", *words])
    with pytest.raises(GivenError) as left:
        start.main()
    assert str(left.value) == STATE
