"""Sales over time, in a unit that suits the period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from dashboard import warehouse
from dashboard.warehouse import Scope

# Up to how many days one looks at days, weeks or months, pandas' names for these, and of how many
# the moving average is.
UNITS = {"day": (92, "D", 7), "week": (800, "W-SUN", 4), "month": (10**6, "M", 3)}
# The same for a grid: a phone has room for sixteen columns.
CELLS = {
    "day": (16, "D", 1),
    "week": (106, "W-SUN", 1),
    "month": (460, "M", 1),
    "quarter": (1400, "Q", 1),
    "year": (10**6, "Y", 1),
}


@dataclass(frozen=True)
class Timeline:
    """Days, weeks or months.

    Attributes:
        unit: day, week, month, quarter or year.
        window: of how many of them the moving average is.
        periods: those that the scope touches.
        scope: the sales that are meant, without those that have no day here.
        last: the last day that is meant.
    """

    unit: str
    window: int
    periods: pd.PeriodIndex
    scope: Scope
    last: date

    @classmethod
    def of(cls, scope: Scope, units: dict[str, tuple[int, str, int]] = UNITS) -> Timeline:
        """Return that of a scope, which has sales."""
        first, last = warehouse.days() or (date.min, date.max)
        start, end = scope.start or first, scope.end or last
        unit, frequency, window = next(
            (unit, frequency, window)
            for unit, (most, frequency, window) in units.items()
            if (end - start).days < most
        )
        periods = pd.period_range(start, end, freq=frequency)
        return cls(unit, window, periods, replace(scope, start=start, end=end), end)

    def placed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give rows of `warehouse.series` the moments `inicio` and `fim`, that of the next."""
        periods = pd.PeriodIndex(pd.to_datetime(rows["inicio"]), freq=self.periods.freq)
        return rows.assign(inicio=periods.start_time, fim=(periods + 1).start_time)

    def total(self) -> pd.DataFrame:
        """Return the sums of each period, one without sales, or without a price, as zeros.

        `completo` tells whether a period is over; `media` is the moving average of the total, NULL
        where a period of the window is not over, or before the first sale.
        """
        before = pd.period_range(end=self.periods[0] - 1, periods=self.window - 1)
        since = [*before, *self.periods][0].start_time.date()
        rows = warehouse.series(self.scope, self.unit, since)
        rows.index = pd.PeriodIndex(pd.to_datetime(rows.pop("inicio")), freq=self.periods.freq)
        known = before[before >= rows.index.min()] if len(rows) else before[:0]
        rows = rows.reindex([*known, *self.periods], fill_value=0.0)
        rows["total"] = rows["total"].fillna(0)
        rows["completo"] = [period.end_time.date() <= self.last for period in rows.index]
        rows["media"] = rows["total"].where(rows["completo"]).rolling(self.window).mean()
        rows = rows.loc[self.periods[0] :]
        return self.placed(rows.assign(inicio=self.periods.start_time))
