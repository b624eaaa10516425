"""What each series alone is forecast as, on public data and on histories as they come."""

from __future__ import annotations

import numpy as np
import pytest
from sales_forecast.models import DRIFT, HORIZON, MEAN, MODEL, SEASONAL, base, is_silent
from statsforecast.utils import AirPassengers

PASSENGERS = np.asarray(AirPassengers, dtype=float)


def alone(values: list[float] | np.ndarray) -> np.ndarray:
    history = np.array([values], dtype=float)
    return base(history, np.zeros(1, dtype=np.intp), history.shape[1]).forecasts[:, 0]


def test_the_baselines_are_what_the_books_say() -> None:
    told = alone(PASSENGERS)
    assert told[SEASONAL].tolist() == PASSENGERS[-12:-6].tolist()
    slope = (PASSENGERS[-1] - PASSENGERS[0]) / (len(PASSENGERS) - 1)
    assert told[DRIFT] == pytest.approx(PASSENGERS[-1] + slope * np.arange(1, HORIZON + 1))
    assert told[MEAN] == pytest.approx(np.full(HORIZON, PASSENGERS[-12:].mean()))


def test_errors_are_divided_by_those_of_the_seasonal_naive() -> None:
    """As MASE is defined: on the history alone."""
    made = base(PASSENGERS[None, :], np.zeros(1, dtype=np.intp), 60)
    history = PASSENGERS[:60]
    assert made.scale[0] == pytest.approx(np.mean(np.abs(history[12:] - history[:-12])))


def test_the_model_is_better_where_there_is_a_season_and_a_trend() -> None:
    known, came = PASSENGERS[:-HORIZON], PASSENGERS[-HORIZON:]
    errors = np.abs(alone(known) - came).mean(axis=1)
    assert errors[MODEL] < 0.5 * errors[SEASONAL] < errors[DRIFT]


@pytest.mark.parametrize(
    ("months", "has"),
    [
        (1, {MEAN}),
        (11, {MEAN}),
        (12, {MODEL, SEASONAL, DRIFT, MEAN}),
        (23, {MODEL, SEASONAL, DRIFT, MEAN}),
        (24, {MODEL, SEASONAL, DRIFT, MEAN}),
    ],
)
def test_a_short_history_has_fewer_models(months: int, has: set[int]) -> None:
    told = alone(PASSENGERS[:months])
    assert {i for i, one in enumerate(told) if not np.isnan(one).any()} == has


def test_a_series_begins_with_its_first_sale() -> None:
    history = np.concatenate([np.zeros(24), PASSENGERS[:36]])[None, :]
    late = base(history, np.array([24]), 60)
    assert late.months.tolist() == [36]
    assert late.forecasts[:, 0] == pytest.approx(alone(PASSENGERS[:36]))
    before = base(history, np.array([24]), 24)
    assert before.months.tolist() == [0]
    assert np.isnan(before.forecasts).all()


def test_one_outlier_month_moves_the_forecast_little() -> None:
    """Ten times a month's sales, typed twice or a fleet sold: a year's mean would be up by half."""
    history = PASSENGERS[:60].copy()
    usual = alone(history)[MODEL]
    history[-18] *= 10
    assert alone(history)[MODEL] == pytest.approx(usual, rel=0.35)


def test_zeros_and_constants_are_forecast_as_they_are() -> None:
    assert alone(np.zeros(40))[:MEAN] == pytest.approx(np.zeros((3, HORIZON)), abs=1e-6)
    assert alone(np.full(40, 7.0)) == pytest.approx(np.full((4, HORIZON), 7.0), rel=0.02)


def test_nothing_is_forecast_below_zero() -> None:
    assert (alone(np.arange(40, 0, -1.0)) >= 0).all()


@pytest.mark.parametrize(
    ("history", "silent"),
    [
        ([5, 4, 6, 5, 0, 0], False),
        ([5, 4, 6, 5, 0, 0, 0], True),  # closed
        ([1, 0, 0, 0, 1, 0, 0, 0], False),  # it sells now and then
        ([1, 0, 0, 0, 1, 0, 0, 0, 0], True),
        ([0, 0, 0], True),
        ([], True),
    ],
)
def test_what_sells_no_more(history: list[float], silent: bool) -> None:
    assert is_silent(np.array(history, dtype=float)) == silent
