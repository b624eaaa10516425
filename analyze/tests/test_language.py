"""Texts, numbers and dates in the viewer's language."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import streamlit as st

from dashboard import language

PROJECT = Path(__file__).resolve().parents[2]
NO_BREAK = "\u00a0"


@pytest.fixture(params=["pt", "en"])
def chosen(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each language in turn."""
    st.session_state["lang"] = request.param
    yield request.param
    del st.session_state["lang"]


def test_every_text_is_in_both_languages() -> None:
    used = set()
    for file in (PROJECT / "analyze").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "t":
                used.add(ast.literal_eval(node.args[0]))
    # What dbt says of the checks is Portuguese, too.
    outcomes = re.compile(r"(?:'(?:pass|warn|fail|error|skipped)':|situation =) '([^']+)'")
    about = re.compile(r"'(?:descricao|tipo)': '([^']+)'")
    for folder in ("macros", "tests"):
        for file in (PROJECT / "transform" / folder).rglob("*.sql"):
            used |= {*outcomes.findall(file.read_text()), *about.findall(file.read_text())}
    # And of the builds; that one was interrupted is told by the query.
    builds = (PROJECT / "transform/models/facts/execucoes.yml").read_text()
    for values in re.findall(r"values: \[(.+)\]", builds):
        used |= {*values.split(", "), "interrompida"}
    english = json.loads((PROJECT / "analyze/dashboard/english.json").read_text())
    assert set(english) == used
    holes = re.compile(r"\{\w+\}")
    assert [text for text in used if holes.findall(text) != holes.findall(english[text])] == []


def test_numbers_and_dates_are_written_as_the_viewer_writes_them(chosen: str) -> None:
    written = [
        language.number(1234.5, 2),
        language.money(-1234.567),
        language.percent(0.0325),
        language.signed(0.1),
        language.signed(-0.0001),
        language.day(date(2025, 3, 9)),
        language.moment(datetime(2025, 3, 9, 14, 5)),
    ]
    expected = {
        "pt": [
            "1.234,50",
            "-R$ 1.234,57",
            "3,2%",
            "+10,0%",
            "0,0%",
            "9 de mar. de 2025",
            "09/03/2025 14:05",
        ],
        "en": [
            "1,234.50",
            "-R$ 1,234.57",
            "3.2%",
            "+10.0%",
            "0.0%",
            "Mar 9, 2025",
            "2025-03-09 14:05",
        ],
    }
    assert [text.replace(NO_BREAK, " ") for text in written] == expected[chosen]


@pytest.mark.parametrize(
    "write", [language.number, language.money, language.percent, language.signed, language.moment]
)
@pytest.mark.parametrize("missing", [None, float("nan")])
def test_what_is_unknown_is_a_dash(write: object, missing: object) -> None:
    assert callable(write)
    assert write(missing) == language.NOTHING


@pytest.mark.parametrize(
    "text",
    ["Ana & Filhos", "**a** :red[b] <c>", "www.e.example f@g.example", "a -> b", "  a \n b "],
)
def test_plain_text_loses_nothing_but_blanks(text: str) -> None:
    shown = language.plain(text).replace("\u2060", "")
    assert re.sub(r"\\(.)", r"\1", shown) == " ".join(text.split())
    assert not re.search(r"(?<!\\)[*_<\[`$]", shown)
