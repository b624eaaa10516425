"""Tables as CSV files that a spreadsheet opens with a double click."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from dashboard.language import language, unknown

# A text that begins so is run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four full-width
CONTROLS = ("\t", "\r", "\n")


def csv_file(rows: pd.DataFrame, digits: dict[str, int | None]) -> bytes:
    """Return rows as a file for the viewer's spreadsheet, its numbers as many digits as shown.

    Args:
        rows: with the columns' titles.
        digits: decimals by column; None where it has no numbers.
    """
    is_portuguese = language() == "pt"
    mark = "," if is_portuguese else "."
    file = io.StringIO()
    # All in quotes, as another separator than ours begins a cell elsewhere.
    writer = csv.writer(file, delimiter=";" if is_portuguese else ",", quoting=csv.QUOTE_ALL)
    writer.writerow(digits)
    for row in rows[list(digits)].itertuples(index=False, name=None):
        writer.writerow(_cell(*pair, mark) for pair in zip(row, digits.values(), strict=True))
    return file.getvalue().encode("utf-8-sig")  # by its mark Excel knows it for UTF-8


def _cell(value: Any, digits: int | None, mark: str) -> str:
    if unknown(value):
        return ""
    if digits is not None:
        number = round(Decimal(str(value)), digits) + 0  # no zero is negative
        return f"{number:f}".replace(".", mark)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    text = str(value)
    is_formula = text.startswith(CONTROLS) or text.lstrip().startswith(FORMULAS)
    return f"'{text}" if is_formula else text
