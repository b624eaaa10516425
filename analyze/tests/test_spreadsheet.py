"""Tables as files that a spreadsheet opens."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from dashboard.spreadsheet import csv_file


def cells(values: list[object], digits: int | None) -> list[str]:
    """Return a column's cells, as a file has them."""
    rows = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    text = csv_file(rows, {"a": digits}).decode("utf-8-sig")
    return [row[0] if row else "" for row in csv.reader(io.StringIO(text, newline=""))][1:]


@pytest.mark.parametrize(
    "text", ["=1+1", " =cmd|' /C calc'!A0", "+a", "-b", "@c", "\td", "\re", "\uff1df"]
)
def test_a_file_runs_no_formula(text: str) -> None:
    assert cells([text], None) == [f"'{text}"]


def test_other_texts_stay_as_they_are() -> None:
    assert cells(["a=b", "", None, "Conceição"], None) == ["a=b", "", "", "Conceição"]


def test_numbers_have_the_digits_that_are_shown() -> None:
    numbers = [1177.0, 134248.77730671197, -0.001, -5.005, 2**60, None, 0.5]
    assert cells(list(numbers), 2) == [
        "1177,00",
        "134248,78",
        "0,00",
        "-5,00",
        "1152921504606846976,00",
        "",
        "0,50",
    ]
