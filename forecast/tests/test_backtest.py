"""That it is honest: nothing is chosen, or told, by months that were not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sales_forecast.backtest import _choose, _widths, run
from sales_forecast.cli import forecast_rows, quality_rows
from sales_forecast.models import DRIFT, HORIZON, MEAN, MODEL, NOTHING, SEASONAL
from sales_forecast.series import Key, Panel, first_day, parts_of
from statsforecast.utils import AirPassengers

PASSENGERS = np.asarray(AirPassengers, dtype=float)
LEVELS = ("rede", "estado", "concessionaria", "concessionaria", "tipo")


def network(first: np.ndarray, second: np.ndarray, price: float = 1000) -> Panel:
    """Two dealerships of one state, with one type of vehicle."""
    units = np.array([first + second, first + second, first, second, first + second])
    starts = np.argmax(units > 0, axis=1)
    return Panel(
        keys=[Key(level, str(i), str(i)) for i, level in enumerate(LEVELS)],
        values=np.concatenate([units, price * units]),
        starts=np.concatenate([starts, starts]),
        parts=parts_of([(1, [2, 3]), (0, [1]), (0, [4])], 5),
        first=2020 * 12,
    )


def rows(made: Panel, result: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    now = first_day(2024 * 12)
    return list(forecast_rows(made, result, now)), list(quality_rows(made, result, now))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def grown() -> tuple[Panel, Any]:
    """Sales of 28 months; the second dealership began in the fifth."""
    late = np.concatenate([np.zeros(4), PASSENGERS[50:74]])
    made = network(PASSENGERS[:28], late)
    return made, run(made)


def test_what_was_not_known_changes_nothing(grown: tuple[Panel, Any]) -> None:
    """Of other months to come, whatever is said before them is the same."""
    made, result = grown
    other = made.values.copy()
    other[:, 26:] = other[:, 26:] * np.array([0, 9])
    again = run(Panel(made.keys, other, made.starts, made.parts, first=made.first))
    known = 26 - (made.months - result.said.shape[1]) + 1  # steps until then
    assert again.said[:, :known] == pytest.approx(result.said[:, :known], nan_ok=True)
    assert not np.allclose(again.said[3, known:], result.said[3, known:])


def test_a_forecast_is_one_of_the_back_tests_steps(grown: tuple[Panel, Any]) -> None:
    """What is published of a month is what the back-test says that it would have been."""
    made, result = grown
    cut = Panel(made.keys, made.values[:, :27], made.starts, made.parts, first=made.first)
    at = 27 - (made.months - result.said.shape[1])
    assert run(cut).last.published == pytest.approx(result.said[3, at], rel=1e-6)


def test_the_rows_add_up_and_lie_within_their_limits(grown: tuple[Panel, Any]) -> None:
    forecasts, quality = rows(*grown)
    assert len(forecasts) == 5 * 2 * HORIZON
    assert len(quality) == 5 * 2
    for measure in ("quantidade", "total"):
        for ahead in range(HORIZON):
            month = first_day(2020 * 12 + 28 + ahead)
            of_month = [r for r in forecasts if (r["medida"], r["mes"]) == (measure, month)]
            by_level = {level: Decimal(0) for level in LEVELS}
            for row in of_month:
                by_level[row["nivel"]] += row["previsto"]
                assert 0 <= row["minimo_95"] <= row["minimo_80"] <= row["previsto"]
                assert row["previsto"] <= row["maximo_80"] <= row["maximo_95"]
            assert len(set(by_level.values())) == 1
    assert {row["ultimo_mes"] for row in forecasts} == {date(2022, 4, 1)}
    assert {row["meses"] for row in quality} == {28, 24}
    young = [row for row in quality if row["chave"] == "3"]
    assert {row["motivo"] for row in young} == {"história curta demais para comparar"}
    assert {row["modelo"] for row in young} == {"mesmo mês do ano anterior"}


def test_a_closed_dealership_sells_nothing_and_a_new_one_its_mean() -> None:
    closed, new = PASSENGERS[:30].copy(), np.zeros(30)
    closed[-4:], new[-4:] = 0, [8, 10, 12, 10]
    made = network(closed, new)
    result = run(made)
    assert result.last.choice[[2, 3]].tolist() == [NOTHING, MEAN]
    forecasts, quality = rows(made, result)
    of_closed = [row for row in forecasts if row["chave"] == "2"]
    assert {(row["previsto"], row["maximo_95"]) for row in of_closed} == {(0, 0)}
    assert {row["modelo"] for row in forecasts if row["chave"] == "3"} == {"média"}
    assert {row["motivo"] for row in quality if row["chave"] == "3"} == {
        "menos de um ano de história"
    }


@pytest.mark.parametrize("months", [3, 12, 14, 25])
def test_short_histories_and_zeros_are_forecast_too(months: int) -> None:
    made = network(PASSENGERS[:months], np.zeros(months))
    forecasts, quality = rows(made, run(made))
    assert all(row["previsto"] > 0 for row in forecasts if row["chave"] == "2")
    assert all(row["previsto"] == 0 for row in forecasts if row["chave"] == "3")
    assert not any(row["supera_referencia"] for row in quality if months < 14)


def test_without_units_there_is_no_revenue() -> None:
    made = network(PASSENGERS[:26], np.tile([0.0, 0, 1], 9)[:26])
    forecasts, _ = rows(made, run(made))
    told = {(r["medida"], r["chave"], r["mes"]): r["previsto"] for r in forecasts}
    for (measure, key, month), value in told.items():
        if measure == "quantidade" and value == 0:
            assert told["total", key, month] == 0


def past(model: float, seasonal: float, drift: float, count: int = 6) -> np.ndarray:
    errors = np.full((4, count, 1, HORIZON), np.nan)
    errors[:, :, 0, 0] = np.array([model, seasonal, drift, 9])[:, None]
    return errors


@pytest.mark.parametrize(
    ("errors", "chosen"),
    [
        (past(0.8, 0.9, 1.0), MODEL),
        (past(0.9, 0.9, 1.0), SEASONAL),  # as good is not better
        (past(0.9, 0.8, 1.0), SEASONAL),
        (past(0.9, 1.0, 0.8), DRIFT),
        (past(0.1, 0.9, 1.0, count=5), SEASONAL),  # too few to tell
    ],
)
def test_the_model_is_shown_only_where_it_is_better(errors: np.ndarray, chosen: int) -> None:
    every = np.ones(errors.shape[1:3], dtype=bool)
    assert _choose(errors, every, np.array([SEASONAL])).tolist() == [chosen]
    assert _choose(errors, ~every, np.array([SEASONAL])).tolist() == [SEASONAL]
    assert _choose(errors, every, np.array([MEAN])).tolist() == [MEAN]


def test_an_interval_is_a_quantile_of_errors_that_were() -> None:
    """Of 19 errors the largest is the limit of 95 %, and of 18 nobody can tell."""
    made = Panel([Key("s", "1", "1")], np.ones((1, 30)), np.zeros(1, int), np.zeros((0, 1)), ("y",))
    errors = np.full((19, 1, HORIZON), np.nan)
    errors[:, 0, 0] = np.arange(1, 20)
    nothing = np.zeros((1, HORIZON), dtype=bool)
    eighty, most = _widths(made, errors, np.array([2.0]), nothing)[:, 0, 0]
    assert (eighty, most) == (16 * 2, 19 * 2)
    eighty, most = _widths(made, errors[:18], np.array([2.0]), nothing)[:, 0, 0]
    assert eighty == pytest.approx(16 * 2)
    assert np.isnan(most)
