"""What people read, in Portuguese or English, and numbers and dates as they write them.

The app's texts are Portuguese; english.json has each of them in English.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st
from babel import Locale, dates, numbers

LANGUAGES = {"pt": "pt_BR", "en": "en_US"}
ENGLISH: dict[str, str] = json.loads(
    Path(__file__).with_name("english.json").read_text(encoding="utf-8")
)
STREAMLIT: dict[str, str] = json.loads(
    Path(__file__).with_name("streamlit.json").read_text(encoding="utf-8")
)
NOTHING = "—"
MARKS = r"[!-/:-@\[-`{-~]"  # what Markdown is made of


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        sys.exit(
            f"DASHBOARD_TIME_ZONE={name!r} is not a time zone: set it in .env, to "
            "America/Sao_Paulo for example"
        )


# The clock of those who look, and of the sales: the source writes them down by it.
ZONE = _zone(os.environ.get("DASHBOARD_TIME_ZONE") or "America/Sao_Paulo")


def language() -> str:
    """Return the code of the language that the viewer has chosen."""
    return str(st.session_state.get("lang") or "pt")


def locale() -> str:
    """Return its locale, for Babel."""
    return LANGUAGES[language()]


def t(text: str, **values: object) -> str:
    """Return a text in the viewer's language, with `{names}` replaced by values."""
    return (text if language() == "pt" else ENGLISH[text]).format(**values)


def translated(text: str) -> str:
    """Return what the warehouse says in Portuguese in the viewer's language, as far as known."""
    return text if language() == "pt" else ENGLISH.get(text, text)


def streamlit_words() -> dict[str, str]:
    """Return what Streamlit says by itself, as it is said in the viewer's language."""
    return STREAMLIT if language() == "pt" else {word: said for said, word in STREAMLIT.items()}


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is: names are not ours."""
    text = " ".join(text.split())
    # Arrows, dashes and addresses are made of plain text, too, unless something invisible is in it.
    text = re.sub(rf"(?<={MARKS})(?={MARKS})|(?<=@)|(?i:(?<=www)(?=\.))", "\u2060", text)
    return re.sub(rf"({MARKS})", r"\\\1", text)


def unknown(value: Any) -> bool:
    """Tell whether a number or date is missing."""
    return value is None or bool(pd.isna(value))


def number(value: Any, digits: int = 0) -> str:
    """Write a number with thousands separators: 1.234."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return NOTHING if unknown(value) else numbers.format_decimal(value, pattern, locale())


def money(value: Any, digits: int = 2) -> str:
    """Write reais to the cent: R$ 1.234,56."""
    pattern = "¤ #,##0" + ("." + "0" * digits if digits else "")
    if unknown(value):
        return NOTHING
    return numbers.format_currency(value, "BRL", pattern, locale(), currency_digits=False)


def short_money(value: Any, *, sign: bool = False) -> str:
    """Write reais in a few digits, with a sign if asked: R$ 1,2 mi."""
    if unknown(value):
        return NOTHING
    return ("+" if sign and value > 0 else "") + numbers.format_compact_currency(
        value, "BRL", locale=locale(), fraction_digits=1
    )


def percent(value: Any, digits: int = 1) -> str:
    """Write a share of one as a percentage: 3,2%."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return NOTHING if unknown(value) else numbers.format_percent(value, pattern, locale())


def signed(value: Any, pattern: str = "#,##0.0%") -> str:
    """Write a change, as a share of one, with its sign, which zero has not: +3,2%, -1,0%, 0,0%."""
    if unknown(value):
        return NOTHING
    signs = f"+{pattern};-{pattern}"
    written = numbers.format_percent(value, signs, locale())
    is_zero = not any(digit in written for digit in "123456789")
    return written[1:] if is_zero else written


def points(value: Any) -> str:
    """Write a difference of two percentages, each a share of one: +0,01 p.p."""
    written = signed(value, "0.00%")
    return written if written == NOTHING else written.replace("%", " " + t("p.p."))


def day(value: date) -> str:
    """Write a day: 9 de mar. de 2025."""
    return dates.format_date(value, "medium", locale=locale())


def short_day(value: date | None) -> str:
    """Write a day in digits: 09/03/2025."""
    if unknown(value):
        return NOTHING
    pattern = "dd/MM/y" if language() == "pt" else "y-MM-dd"
    return dates.format_date(value, pattern, locale=locale())


def moment(value: datetime | None, pattern: str = "HH:mm") -> str:
    """Write a day and a time: 09/03/2025 14:05."""
    if unknown(value):
        return NOTHING
    return f"{short_day(value)} {dates.format_time(value, pattern, locale=locale())}"


def local(moments: pd.Series[Any]) -> pd.Series[Any]:
    """Return moments in UTC as the viewer's clock shows them."""
    return pd.to_datetime(moments, utc=True).dt.tz_convert(ZONE).dt.tz_localize(None)


def now() -> datetime:
    """Return what the viewer's clock shows."""
    return datetime.now(UTC).astimezone(ZONE).replace(tzinfo=None)


def clock() -> str:
    """Name the viewer's clock: Horário Padrão de Brasília (America/Sao_Paulo)."""
    return f"{dates.get_timezone_name(ZONE, locale=locale())} ({ZONE.key})"


def said(value: datetime) -> str:
    """Write a moment as one says it: hoje, 9:12; ontem, 18:40; 9 de mar. de 2025, 14:05."""
    ago = (now().date() - value.date()).days
    written = {0: t("hoje"), 1: t("ontem")}.get(ago) or day(value)
    return f"{written}, {dates.format_time(value, 'H:mm', locale=locale())}"


def ago(value: datetime) -> str:
    """Say how long ago a moment is: há 2 horas."""
    passed = max(now() - value, timedelta(minutes=1))
    return dates.format_timedelta(
        -passed, "minute", add_direction=True, threshold=1.5, locale=locale()
    )


def period(first: date, unit: str) -> str:
    """Name a day, week, month, quarter or year by its first day."""
    if unit == "week":
        return t("semana de {day}", day=day(first))
    pattern = {"month": "MMM y", "quarter": "QQQ y", "year": "y"}.get(unit, "medium")
    return dates.format_date(first, pattern, locale=locale())


def d3_locale() -> dict[str, Any]:
    """Return the language as charts want it: https://d3js.org/d3-format and d3-time-format."""
    words = Locale.parse(locale())
    symbols = words.number_symbols["latn"]

    def names(kind: Any, width: str, count: int, first: int) -> list[str]:
        return [str(kind["format"][width][i]) for i in range(first, first + count)]

    # d3's weeks begin on Sunday, Babel's days on Monday.
    weekdays = {w: names(words.days, w, 7, 0) for w in ("wide", "abbreviated")}
    return {
        "number": {
            "decimal": str(symbols["decimal"]),
            "thousands": str(symbols["group"]),
            "grouping": [3],
            "currency": ["R$ ", ""],
        },
        "time": {
            "dateTime": "%x %X",
            "date": "%d/%m/%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": weekdays["wide"][-1:] + weekdays["wide"][:-1],
            "shortDays": weekdays["abbreviated"][-1:] + weekdays["abbreviated"][:-1],
            "months": names(words.months, "wide", 12, 1),
            "shortMonths": [n.rstrip(".") for n in names(words.months, "abbreviated", 12, 1)],
        },
    }
