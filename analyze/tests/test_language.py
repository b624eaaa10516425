"""Texts, numbers and dates in the viewer's language."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
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
    # And of the forecast's models.
    models = (PROJECT / "forecast/sales_forecast/models.py").read_text()
    used |= {*re.findall(r'^    "(.+)",$', models, re.MULTILINE), "combinação curta"}
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
    ("moment", "pt", "en"),
    [
        ("2026-03-09 14:04", "hoje, 14:04; há 1 minuto", "today, 14:04; 1 minute ago"),
        ("2026-03-09 14:05:30", "hoje, 14:05; há 1 minuto", "today, 14:05; 1 minute ago"),
        ("2026-03-09 00:00", "hoje, 0:00; há 14 horas", "today, 0:00; 14 hours ago"),
        ("2026-03-08 18:40", "ontem, 18:40; há 19 horas", "yesterday, 18:40; 19 hours ago"),
        (
            "2026-03-06 18:40",
            "6 de mar. de 2026, 18:40; há 3 dias",
            "Mar 6, 2026, 18:40; 3 days ago",
        ),
    ],
)
def test_a_moment_is_said_by_the_viewers_clock(
    monkeypatch: pytest.MonkeyPatch, chosen: str, moment: str, pt: str, en: str
) -> None:
    monkeypatch.setattr(language, "now", lambda: datetime(2026, 3, 9, 14, 5))
    value = datetime.fromisoformat(moment)
    assert f"{language.said(value)}; {language.ago(value)}" == {"pt": pt, "en": en}[chosen]


def test_moments_in_utc_are_told_by_a_clock_that_changes_in_winter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    utc = pd.Series(pd.to_datetime(["2026-01-01 01:30", "2026-07-01 12:00", None]))
    for zone, told in (
        ("America/Sao_Paulo", ["2025-12-31 22:30", "2026-07-01 09:00"]),
        ("Europe/Lisbon", ["2026-01-01 01:30", "2026-07-01 13:00"]),
    ):
        monkeypatch.setattr(language, "ZONE", ZoneInfo(zone))
        assert language.local(utc).dropna().map(str).str[:16].tolist() == told


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
