"""What each series alone would be forecast as: by the model, and by the baselines.

The model is the median of AutoETS, AutoCES and MSTL; benchmarks/forecast.py compares. Below two
years there is no season to find: it is then the mean of an ETS without one and of the same months
of the year before, and below one year there is none.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsforecast import StatsForecast
from statsforecast.models import MSTL, AutoCES, AutoETS, RandomWalkWithDrift, SeasonalNaive

from sales_forecast.series import Array

YEAR = 12
HORIZON = 6
# What can be shown, in the words of the tables; the first is the model.
MODEL, SEASONAL, DRIFT, MEAN, NOTHING = range(5)
SHOWN = (
    "combinação",
    "mesmo mês do ano anterior",
    "tendência",
    "média",
    "sem vendas",
)
# Below so many series it takes longer to start processes.
MANY = 32
# A series that sold nothing for so many months, and never before for as many, sells no more.
SILENT_MONTHS = 3


@dataclass(frozen=True)
class Base:
    """Forecasts of each series alone, by what was known in the first `origin` columns.

    Attributes:
        origin: how many columns were known.
        months: how many of them each series has had, since it began.
        forecasts: of model, seasonal naive, drift and mean, by series and month ahead; NaN where a
            history is too short for one.
        scale: the usual error of the seasonal naive in the history, by which errors are divided;
            of a history without two years' same months, the usual month.
    """

    origin: int
    months: NDArray[np.intp]
    forecasts: Array
    scale: Array


def base(values: Array, starts: NDArray[np.intp], origin: int) -> Base:
    """Forecast each series by the first `origin` columns."""
    known = values[:, :origin]
    months = np.maximum(origin - starts, 0)
    forecasts = np.full((4, len(values), HORIZON), np.nan)
    forecasts[MODEL], forecasts[SEASONAL], forecasts[DRIFT] = _by_library(known, months)
    for row, count in enumerate(months):
        if count:
            forecasts[MEAN, row] = known[row, -min(count, YEAR) :].mean()
    return Base(
        origin,
        months,
        np.maximum(forecasts, 0),
        np.array([_scale(row[len(row) - n :]) for row, n in zip(known, months, strict=True)]),
    )


def is_silent(history: Array) -> bool:
    """Tell whether a series sells no more: it was never silent for as long before."""
    sold = np.flatnonzero(history > 0)
    if not sold.size:
        return True
    now = len(history) - 1 - sold[-1]
    before = int(np.diff(sold).max(initial=1)) - 1
    return bool(now >= SILENT_MONTHS and now > before)


def _by_library(known: Array, months: NDArray[np.intp]) -> Array:
    """Return what model, seasonal naive and drift say, NaN where they cannot."""
    baselines = [SeasonalNaive(YEAR), RandomWalkWithDrift()]
    found = np.full((3, len(known), HORIZON), np.nan)
    for rows, models, combined in (
        (
            np.flatnonzero(months >= 2 * YEAR),
            [AutoETS(season_length=YEAR), AutoCES(season_length=YEAR), MSTL(YEAR)],
            np.median,
        ),
        (
            np.flatnonzero((months >= YEAR) & (months < 2 * YEAR)),
            [AutoETS(season_length=1), SeasonalNaive(YEAR, alias="SameMonth")],
            np.mean,
        ),
    ):
        if not rows.size:
            continue
        long = pd.concat(
            pd.DataFrame(
                {"unique_id": row, "ds": range(months[row]), "y": known[row][-months[row] :]}
            )
            for row in rows
        )
        forecaster = StatsForecast(
            [*models, *baselines],
            freq=1,
            n_jobs=os.cpu_count() or 1 if len(rows) >= MANY else 1,
            fallback_model=SeasonalNaive(YEAR),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a series that is constant, or all zeros
            told = forecaster.forecast(df=long, h=HORIZON).sort_values(["unique_id", "ds"])
        names = [*(repr(model) for model in models), *(repr(model) for model in baselines)]
        by_model = np.array([told[name].to_numpy().reshape(len(rows), HORIZON) for name in names])
        found[0, rows] = combined(by_model[: len(models)], axis=0)
        found[1:, rows] = by_model[len(models) :]
    return found


def _scale(history: Array) -> float:
    """Return what errors of a series are divided by (Hyndman and Koehler 2006, with a season)."""
    if len(history) > YEAR and (error := np.abs(history[YEAR:] - history[:-YEAR]).mean()):
        return float(error)
    return float(np.abs(history).mean() if len(history) else 0) or 1.0
