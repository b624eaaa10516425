"""What people read, in Portuguese or English, and numbers and dates as they write them.

The app's texts are Portuguese; english.json has each of them in English.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from babel import Locale, dates, numbers

LANGUAGES = {"pt": "pt_BR", "en": "en_US"}
ENGLISH: dict[str, str] = json.loads(
    Path(__file__).with_name("english.json").read_text(encoding="utf-8")
)
NOTHING = "—"
MARKS = r"[!-/:-@\[-`{-~]"  # what Markdown is made of


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


def short_money(value: Any) -> str:
    """Write reais in a few digits: R$ 1,2 mi."""
    if unknown(value):
        return NOTHING
    return numbers.format_compact_currency(value, "BRL", locale=locale(), fraction_digits=1)


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
