"""Make forecasts add up: parts to their whole, to the cent, none below zero.

The network has two ways to be divided, by place and by type of vehicle. Both are written as what
must be zero, a whole less its parts, and the nearest forecasts that keep to it are a projection:
what MinT is with weights by variance (Wickramasuriya, Athanasopoulos and Hyndman 2019), with no
need to forecast each type in each dealership.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

from sales_forecast.series import Array

CENT = Decimal("0.01")


def reconcile(forecasts: Array, parts: Array, scale: Array, is_nothing: NDArray[np.bool_]) -> Array:
    """Return the nearest forecasts whose parts add up, by series and month ahead.

    What would come out below zero is zero, and the others are the nearest that add up with that.

    Args:
        forecasts: those of each series alone.
        parts: a row a whole, as `Panel.parts`.
        scale: the usual error of each: the larger, the further it may be moved.
        is_nothing: what must be zero, by series and month.
    """
    found = np.zeros_like(forecasts)
    adding_up = parts * scale
    adding_up /= np.abs(adding_up).max(axis=1, keepdims=True, initial=1e-300)
    for month in range(forecasts.shape[1]):
        free = ~is_nothing[:, month]
        while True:
            alone, rules = forecasts[free, month] / scale[free], adding_up[:, free]
            near = alone - np.linalg.lstsq(rules, rules @ alone)[0] if len(parts) else alone
            is_below = near < -1e-9 * np.abs(near).max(initial=0)
            if not is_below.any():
                break
            free[np.flatnonzero(free)[is_below]] = False
        found[free, month] = np.maximum(near, 0) * scale[free]
    return found


def to_cents(forecasts: Array, parts: Array) -> list[Decimal]:
    """Round the forecasts of one month so that parts still add up to their wholes.

    What has no parts is rounded, and a whole is the sum of its own. One that is known already is
    divided among its parts, of which those that lost most by rounding down get a cent more.
    """
    exact = [Decimal(repr(float(value))) for value in forecasts]
    cents: dict[int, Decimal] = {}
    for row in parts:
        whole, members = int(np.argmax(row)), [int(i) for i in np.flatnonzero(row < 0)]
        if whole not in cents:
            for member in members:
                cents.setdefault(member, exact[member].quantize(CENT))
            cents[whole] = sum((cents[member] for member in members), Decimal(0))
            continue
        together = sum((exact[member] for member in members), Decimal(0)) or Decimal(1)
        shares = {member: cents[whole] * exact[member] / together for member in members}
        cents |= {member: share.quantize(CENT, ROUND_FLOOR) for member, share in shares.items()}
        missing = cents[whole] - sum(cents[member] for member in members)
        lost = sorted(members, key=lambda member: cents[member] - shares[member])
        for member in lost[: int(missing / CENT)]:
            cents[member] += CENT
    return [cents.get(i, value.quantize(CENT)) for i, value in enumerate(exact)]
