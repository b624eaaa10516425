"""Which months count, and that every sale is in each way to divide the network."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from sales_forecast.series import Sold, TooShortError, number, panel, whole_months

YEAR = {date(2024, month, 1): 100 for month in range(1, 13)}


def months(sales: dict[date, int], newest: date) -> tuple[int, int]:
    first, last = whole_months(Counter({number(day): n for day, n in sales.items()}), newest)
    return first - number(date(2024, 1, 1)), last - number(date(2024, 1, 1))


@pytest.mark.parametrize(
    ("more", "newest", "last"),
    [
        ({}, date(2024, 12, 31), 11),  # sold on its last day
        ({}, date(2024, 12, 30), 10),  # more may come
        ({date(2025, 1, 1): 50}, date(2025, 1, 20), 11),
        ({date(2025, 1, 1): 50}, date(2025, 1, 31), 12),
        # the first sale of the new month, of which there are too few to be a month
        ({date(2025, 1, 1): 1}, date(2025, 1, 2), 12 - 1),
        # nothing was sold for months: they are zeros
        ({date(2025, 6, 1): 50}, date(2025, 6, 30), 17),
    ],
)
def test_a_month_is_over_when_something_was_sold_after_it(
    more: dict[date, int], newest: date, last: int
) -> None:
    assert months({**YEAR, **more}, newest) == (0, last)


def test_mistyped_dates_are_no_history() -> None:
    many = dict.fromkeys(YEAR, 1000)
    mistyped = {date(1924, 5, 1): 1, date(2023, 1, 1): 2, date(2031, 1, 1): 1}
    assert months({**many, **mistyped}, date(2031, 1, 9)) == (0, 11)


@pytest.mark.parametrize(
    ("sales", "said"),
    [({}, "no sales with a date"), ({date(2024, 1, 1): 9}, "all of 2024-01, which is not over")],
)
def test_no_month_is_a_sentence(sales: dict[date, int], said: str) -> None:
    with pytest.raises(TooShortError, match=said):
        months(sales, date(2024, 1, 15))


def sold(month: int, dealership: int, state: int, kind: str, units: int) -> Sold:
    names = (f"Loja {dealership}", state, f"Estado {state}")
    return Sold(date(2024, month, 1), dealership, *names, kind, units, Decimal(units) * 100)


SALES = [
    sold(1, 1, 10, "SUV", 3),
    sold(1, 2, 10, "Hatch", 2),
    sold(4, 1, 10, "SUV", 5),
    sold(3, 3, 20, "SUV", 1),  # a new one
    sold(2, -1, -1, "Não informado", 1),  # the unknown member
    sold(4, 4, -1, "Hatch", 7),  # of no state
]


def test_parts_add_up_and_months_without_sales_are_zeros() -> None:
    made = panel(SALES, date(2024, 4, 30))
    units = dict(zip([key[:2] for key in made.keys], made.values.tolist(), strict=False))
    assert units["rede", "rede"] == [5, 1, 1, 12]
    assert units["estado", "10"] == [5, 0, 0, 5]
    assert units["estado", "-1"] == [0, 1, 0, 7]
    assert units["concessionaria", "2"] == [2, 0, 0, 0]
    assert units["tipo", "SUV"] == [3, 0, 1, 5]
    starts = dict(zip([key[:2] for key in made.keys], made.starts.tolist(), strict=False))
    assert starts["concessionaria", "3"] == starts["estado", "20"] == 2
    assert starts["concessionaria", "4"] == 3
    for measure in range(2):
        assert not np.abs(made.parts @ made.values[made.rows(measure)]).any()
    assert made.values[made.rows(1)].tolist() == (100 * made.values[made.rows(0)]).tolist()


def test_one_dealership_is_a_network() -> None:
    made = panel([sold(month, 1, 10, "SUV", 1) for month in (1, 2, 3)], date(2024, 3, 31))
    assert [key.level for key in made.keys] == ["rede", "estado", "concessionaria", "tipo"]
    assert made.parts.shape == (3, 4)
