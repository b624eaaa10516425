"""Which months count, and the series that are forecast: the network and its parts.

A month is a number, twelve times the year and its place in it, so that months can be subtracted.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# A month at either end of the history with less than this share of a usual one has mistyped dates.
LEAST_SHARE = 0.01
MEASURES = ("quantidade", "total")


class TooShortError(Exception):
    """A sentence: there is nothing to make a forecast of."""


class Sold(NamedTuple):
    """What a dealership has sold of one type of vehicle in a month."""

    month: date
    dealership: int
    dealership_name: str
    state: int
    state_name: str
    kind: str
    units: int
    revenue: Decimal


class Key(NamedTuple):
    """Which series: its level, its key there, and its name."""

    level: str
    key: str
    name: str


@dataclass(frozen=True)
class Panel:
    """Series of the same months, a row each.

    Attributes:
        keys: which series the rows are; each measure has all of them, one after the other.
        values: what was sold, a column a month; zero before a series begins.
        starts: the column in which each row begins.
        parts: of each measure, a row a whole: 1 for it, -1 for each of its parts. What is a part
            comes before it is divided, and the network's types come last.
        measures: names of the measures.
        first: the first column's month.
    """

    keys: Sequence[Key]
    values: Array
    starts: NDArray[np.intp]
    parts: Array
    measures: Sequence[str] = MEASURES
    first: int = 0

    @property
    def months(self) -> int:
        """How many columns there are."""
        return int(self.values.shape[1])

    def rows(self, measure: int) -> slice:
        """Return where a measure's rows are."""
        return slice(measure * len(self.keys), (measure + 1) * len(self.keys))


def number(day: date) -> int:
    """Return a day's month as a number."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """Return the first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def whole_months(sales: Counter[int], newest: date) -> tuple[int, int]:
    """Return the first and the last month that count.

    The clock is the data's own: a month is over when something was sold on its last day, or after
    it. Dates that somebody has mistyped stand apart from the others, and are few.

    Args:
        sales: number of sales by month.
        newest: the newest sale, but for those of the future.

    Raises:
        TooShortError: no month is over.
    """
    by_size = sorted(sales.values())
    sizes = np.cumsum(by_size)
    if not by_size or not sizes[-1]:
        raise TooShortError(
            "There are no sales with a date yet: load them first, `meltano run elt`"
        )
    usual = by_size[int(np.searchsorted(sizes, sizes[-1] / 2))]  # as the sale in the middle has it
    likely = [month for month, count in sales.items() if count and count >= LEAST_SHARE * usual]
    first, last = min(likely), max(likely)
    is_last_day = newest.day == monthrange(newest.year, newest.month)[1]
    if number(newest) <= last and not is_last_day:
        last -= 1
    if last < first:
        raise TooShortError(
            f"The sales are all of {first_day(first):%Y-%m}, which is not over: a month is when "
            "something was sold on its last day, or after it"
        )
    return first, last


def panel(sold: Iterable[Sold], newest: date) -> Panel:
    """Return units and revenue of the network, states, dealerships and types, month by month.

    A month without a sale is a zero, from the first one with a sale of that series on.
    """
    rows = list(sold)
    counts: Counter[int] = Counter()
    for row in rows:
        counts[number(row.month)] += row.units
    first, last = whole_months(counts, newest)
    keys: dict[tuple[str, Any], Key] = {("rede", None): Key("rede", "rede", "Rede")}
    cells: dict[tuple[str, Any], Array] = {}
    states: dict[int, int] = {}
    rows = [row for row in rows if first <= number(row.month) <= last]
    for row in rows:
        keys["estado", row.state] = Key("estado", str(row.state), row.state_name)
    for row in rows:
        states[row.dealership] = row.state
        keys["concessionaria", row.dealership] = Key(
            "concessionaria", str(row.dealership), row.dealership_name
        )
    for row in rows:
        keys["tipo", row.kind] = Key("tipo", row.kind, row.kind)
    for row in rows:
        for key in (
            ("rede", None),
            ("estado", row.state),
            ("concessionaria", row.dealership),
            ("tipo", row.kind),
        ):
            values = cells.setdefault(key, np.zeros((2, last - first + 1)))
            values[:, number(row.month) - first] += row.units, float(row.revenue)
    at = {key: i for i, key in enumerate(keys)}
    wholes = [
        (at["estado", s], [at["concessionaria", d] for d, of in states.items() if of == s])
        for s in dict.fromkeys(states.values())
    ]
    wholes += [(0, [i for (of, _), i in at.items() if of == level]) for level in ("estado", "tipo")]
    values = np.stack([cells[key] for key in keys], axis=1)
    starts = np.argmax(values[0] > 0, axis=1)
    return Panel(
        keys=list(keys.values()),
        values=np.concatenate(list(values)),
        starts=np.concatenate([starts, starts]),
        parts=parts_of(wholes, len(keys)),
        first=first,
    )


def parts_of(wholes: Iterable[tuple[int, Sequence[int]]], count: int) -> Array:
    """Return `Panel.parts` of wholes and their parts, by their rows."""
    matrix = []
    for whole, members in wholes:
        row = np.zeros(count)
        row[whole], row[list(members)] = 1, -1
        matrix.append(row)
    return np.array(matrix).reshape(-1, count)
