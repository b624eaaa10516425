"""What is derived from sums, where there is nothing to divide, rank or add."""

from __future__ import annotations

import math

import pandas as pd

from dashboard.layout import change, derived, grouped, measures, rank, ratio
from dashboard.warehouse import QUOTIENTS, SUMS

NOTHING = math.nan


def shown(values: pd.Series[float]) -> list[float | None]:
    """Return numbers, and None for what a viewer sees as a dash."""
    return [None if pd.isna(value) else float(value) for value in values]


def test_every_quotient_is_of_sums() -> None:
    assert {name for pair in QUOTIENTS.values() for name in pair} <= SUMS.keys()


def test_nothing_is_divided_by_zero_and_less_than_zero_divides() -> None:
    part, whole = pd.Series([1, 1, 1, NOTHING]), pd.Series([2, 0, -4, 5])
    assert shown(ratio(part, whole)) == [0.5, None, -0.25, None]
    assert shown(change(part, whole)) == [-0.5, None, -1.25, None]
    assert ratio(1, 0) is None
    assert change(3, 2) == 0.5


def test_what_has_no_total_is_ranked_last_and_equal_totals_share_a_place() -> None:
    assert list(rank(pd.Series([5, NOTHING, 7, 7, -1, NOTHING, 0]))) == [3, 6, 1, 1, 5, 6, 4]


def test_a_sum_of_nothing_is_nothing_and_a_mean_counts_what_has_a_price() -> None:
    nothing = dict.fromkeys(SUMS, NOTHING)
    rows = pd.DataFrame(
        [
            {**nothing, "sigla": "SP", "quantidade": 3, "com_valor": 2, "total": 30},
            {**nothing, "sigla": "SP", "quantidade": 1, "com_valor": 0},
            {**nothing, "sigla": "RJ", "quantidade": 1, "com_valor": 0},
        ]
    )
    states = derived(grouped(rows, ["sigla"])).loc[["SP", "RJ"]]
    assert shown(states["quantidade"]) == [4, 1]
    assert shown(states["total"]) == [30, None]
    assert shown(states["valor_medio"]) == [15, None]
    assert measures(rows)["valor_medio"] == 15
    assert shown(measures(rows.iloc[:0])[["total", "desconto_percentual"]]) == [None, None]
