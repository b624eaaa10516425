"""Choose what is shown of each series, and tell how well that would have done.

From month to month the whole procedure is repeated with what was known then: forecast, choose by
the errors that were known, reconcile, give intervals by the errors that were known. So the
published forecasts are scored on months that neither made nor chose them, and the last such step,
of which no month is known yet, is the forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sales_forecast.coherence import reconcile
from sales_forecast.models import (
    DRIFT,
    HORIZON,
    MEAN,
    MODEL,
    NOTHING,
    SEASONAL,
    YEAR,
    Base,
    base,
    is_silent,
)
from sales_forecast.series import Array, Panel

# The last so many months are forecast again from, and compared with what came.
ORIGINS = 24
# With fewer forecasts to compare nothing is chosen by them.
FEWEST_SCORED = 6
LEVELS = (0.80, 0.95)
# As many errors of all series count beside those of a series itself when its width is told.
SHRINKAGE = 12
COMPARED = (MODEL, SEASONAL, DRIFT)
PUBLISHED = len(COMPARED)

Progress = Callable[[str], None]


class Score(NamedTuple):
    """How one series did, by month ahead and origin: NaN where it cannot be told.

    Attributes:
        scored: how many forecasts were compared.
        mase: mean error over the scale, of model, seasonal naive and drift, reconciled or not as
            they would be shown.
        published: the same of what would have been published.
        coverage: of the months that were within 80 and 95 %, the share: published, seasonal, drift.
    """

    scored: int
    mase: tuple[float, float, float]
    published: float
    coverage: Array


@dataclass
class Step:
    """What was known, chosen and said at one origin."""

    base: Base
    model: Array
    is_nothing: NDArray[np.bool_]
    choice: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    published: Array = field(default_factory=lambda: np.zeros((0, 0)))
    widths: Array = field(default_factory=lambda: np.zeros((0, 0)))

    def said(self) -> Array:
        """Return the forecasts of model, seasonal naive and drift, and the published ones."""
        compared = [self.model, self.base.forecasts[SEASONAL], self.base.forecasts[DRIFT]]
        return np.stack([*compared, self.published])


@dataclass(frozen=True)
class Past:
    """What has come of the forecasts of earlier months.

    Attributes:
        origins: how many columns were known to each.
        errors: absolute ones over the scale, of model, seasonal naive, drift and published, by
            origin, row and month ahead.
        variants: which model each row's history was long enough for.
        quiet: which rows sold no more.
    """

    origins: range
    errors: Array
    variants: NDArray[np.intp]
    quiet: NDArray[np.bool_]

    def known(self, origin: int) -> Array:
        """Return the errors of months that are among the first `origin` columns."""
        months = np.array(self.origins, dtype=np.intp)[:, None] + np.arange(HORIZON)
        return np.where((months < origin)[None, :, None, :], self.errors, np.nan)


@dataclass
class Result:
    """The forecast, and how well it would have done.

    Attributes:
        last: the step of which no month is known.
        scores: of each row.
        said: what model, seasonal naive, drift and published were at each origin, by row and month
            ahead.
    """

    last: Step
    scores: list[Score]
    said: Array


def run(panel: Panel, progress: Progress = lambda _: None) -> Result:
    """Forecast the months after the last one, and all that could have been forecast before."""
    origins = range(max(YEAR, panel.months - ORIGINS), panel.months)
    shape = (PUBLISHED + 1, len(origins), len(panel.values), HORIZON)
    every, inside = np.full(shape, np.nan), np.full((3, 2, *shape[1:]), np.nan)
    past = Past(
        origins,
        np.full(shape, np.nan),
        np.zeros(shape[1:3], dtype=np.intp),
        np.zeros(shape[1:3], dtype=np.bool_),
    )
    for i, origin in enumerate(origins):
        step = _step(panel, origin, past)
        past.variants[i], past.quiet[i] = _variant(step.base), step.is_nothing[:, 0]
        ahead = min(HORIZON, panel.months - origin)
        actual = panel.values[:, origin : origin + ahead]
        every[:, i] = step.said()
        said = every[:, i, :, :ahead]
        past.errors[:, i, :, :ahead] = np.abs(said - actual) / step.base.scale[:, None]
        for j, which in enumerate((PUBLISHED, SEASONAL, DRIFT)):
            for k in range(len(LEVELS)):
                width = step.widths[j, k][:, :ahead]
                covers = (actual >= np.maximum(said[which] - width, 0)) & (
                    actual <= said[which] + width
                )
                inside[j, k, i, :, :ahead] = np.where(
                    np.isnan(width) | np.isnan(said[which]), np.nan, covers
                )
        if i % 4 == 3:
            progress(f"{i + 1} of the last {len(origins)} months forecast again")
    last = _step(panel, panel.months, past)
    comparable = past.variants == _variant(last.base)
    scores = [
        _score(past.errors[:, comparable[:, row], row], inside[:, :, comparable[:, row], row])
        for row in range(len(panel.values))
    ]
    return Result(last, scores, every)


def _step(panel: Panel, origin: int, past: Past) -> Step:
    """Do at one origin all that is done, with errors of months that were known then."""
    alone = base(panel.values, panel.starts, origin)
    errors = past.known(origin)
    units = panel.values[panel.rows(0), :origin]
    silent = [is_silent(row[start:]) for row, start in zip(units, panel.starts, strict=False)]
    is_nothing = np.tile(np.array(silent)[:, None], (len(panel.measures), HORIZON))
    default = _default(alone)
    model = np.where(
        np.isnan(alone.forecasts[MODEL]), _pick(alone, default), alone.forecasts[MODEL]
    )
    step = Step(alone, _reconciled(panel, alone, model, is_nothing), is_nothing)
    step.choice = _choose(errors, past.variants == _variant(alone), default)
    step.choice[is_nothing[:, 0]] = NOTHING
    step.published = _reconciled(panel, alone, _pick(alone, step.choice), is_nothing)
    # That what sells no more has sold nothing is no error of the others.
    errors = np.where(past.quiet[None, :, :, None], np.nan, errors)
    step.widths = np.stack(
        [
            _widths(panel, errors[which], alone.scale, is_nothing)
            for which in (PUBLISHED, SEASONAL, DRIFT)
        ]
    )
    return step


def _variant(alone: Base) -> NDArray[np.intp]:
    """Return which model a history is long enough for: 0 none, 1 without a season, 2 with one."""
    return np.minimum(alone.months // YEAR, 2)


def _default(alone: Base) -> NDArray[np.intp]:
    """Return what is shown of a series of which nothing was compared."""
    return np.where(alone.months < YEAR, MEAN, SEASONAL)


def _pick(alone: Base, choice: NDArray[np.intp]) -> Array:
    """Return each series' forecasts as chosen; nothing where nothing is sold, or was yet."""
    forecasts = np.concatenate([alone.forecasts, np.zeros_like(alone.forecasts[:1])])
    picked: Array = forecasts[choice, np.arange(len(choice))]
    return np.nan_to_num(picked)


def _choose(
    past: Array, comparable: NDArray[np.bool_], default: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return which of model, seasonal naive and drift erred least; the default of what is unknown.

    The model is compared as it is published, reconciled, and must be better than both others.
    """
    past = np.where(comparable[None, :, :, None], past[: len(COMPARED)], np.nan)
    counts = (~np.isnan(past)).all(axis=0).sum(axis=(0, 2))
    mase = np.nansum(past, axis=(1, 3)) / np.maximum(counts, 1)
    best = np.where(mase[SEASONAL] <= mase[DRIFT], SEASONAL, DRIFT)
    best = np.where(mase[MODEL] < mase[1:].min(axis=0), MODEL, best)
    return np.where((counts < FEWEST_SCORED) | (default == MEAN), default, best)


def _reconciled(
    panel: Panel, alone: Base, forecasts: Array, is_nothing: NDArray[np.bool_]
) -> Array:
    """Return the forecasts of each measure made coherent; without units there is no revenue."""
    found = np.empty_like(forecasts)
    for measure in range(len(panel.measures)):
        rows = panel.rows(measure)
        zero = is_nothing[rows]
        if measure:
            zero = zero | (found[panel.rows(0)].round(2) == 0)
        found[rows] = reconcile(forecasts[rows], panel.parts, alone.scale[rows], zero)
    return found


def _widths(panel: Panel, past: Array, scale: Array, is_nothing: NDArray[np.bool_]) -> Array:
    """Return how far 80 and 95 % of what comes is from its forecast at most, by errors until now.

    Conformal: the errors of all series of a measure, each over its own usual one, have a quantile
    for each month ahead. NaN while there are too few of them to have it.
    """
    widths = np.full((len(LEVELS), len(scale), HORIZON), np.nan)
    for measure in range(len(panel.measures)):
        rows = panel.rows(measure)
        seen = past[:, rows]
        counts = (~np.isnan(seen)).sum(axis=(0, 2))
        if not counts.sum():
            continue
        usual = np.nansum(seen) / counts.sum() or 1.0
        own = (np.nansum(seen, axis=(0, 2)) + SHRINKAGE * usual) / (counts + SHRINKAGE)
        for ahead in range(HORIZON):
            pool = np.sort((seen[:, :, ahead] / own)[~np.isnan(seen[:, :, ahead])])
            for k, level in enumerate(LEVELS):
                rank = int(np.ceil((len(pool) + 1) * level))
                if rank <= len(pool):
                    widths[k, rows, ahead] = pool[rank - 1] * own * scale[rows]
    # Further ahead is no surer.
    widths = np.maximum.accumulate(widths, axis=2)
    return np.where(is_nothing[None], 0.0, widths)


def _score(errors: Array, inside: Array) -> Score:
    """Score a series by the forecasts that all of them have made."""
    told = ~np.isnan(errors).any(axis=0)
    count = int(told.sum())
    if not count:
        nan = float("nan")
        return Score(0, (nan, nan, nan), nan, np.full((3, 2), np.nan))
    means = [float(one[told].mean()) for one in errors]
    shares = [[_mean(level[told]) for level in which] for which in inside]
    return Score(count, (means[0], means[1], means[2]), means[3], np.array(shares))


def _mean(values: Array) -> float:
    values = values[~np.isnan(values)]
    return float(values.mean()) if values.size else float("nan")
