"""That parts add up: to what another library says, to the cent, and never below zero."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from sales_forecast.coherence import reconcile, to_cents
from sales_forecast.series import parts_of

# Two states, of two dealerships each, and their network.
TREE = parts_of([(1, [3, 4]), (2, [5, 6]), (0, [1, 2])], 7)
ALONE = np.array([[100, 120], [70, 66], [25, 40], [30, 30], [42, 31], [20, 22], [9, 13]], float)
NEGATIVE = np.array([[10], [10], [0], [12], [6], [1], [0]], float)
# The network by place, and by two types of vehicle as well.
CROSSED = np.concatenate([np.pad(TREE, ((0, 0), (0, 2))), parts_of([(0, [7, 8])], 9)])


def reconciled(alone: np.ndarray, parts: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return reconcile(alone, parts, scale, np.zeros(alone.shape, dtype=bool))


@pytest.mark.parametrize(
    ("alone", "scale", "expected"),
    [
        # hierarchicalforecast 1.5.3: MinTrace("ols"), MinTrace("wls_struct"), whose variances are
        # the numbers of dealerships, and MinTrace("ols", nonnegative=True).
        (
            ALONE,
            np.ones(7),
            [
                *([98.714286, 112.571429], [71.52381, 69.285714], [27.190476, 43.285714]),
                *([29.761905, 34.142857], [41.761905, 35.142857]),
                *([19.095238, 26.142857], [8.095238, 17.142857]),
            ],
        ),
        (
            ALONE,
            np.sqrt([4, 2, 2, 1, 1, 1, 1]),
            [
                *([98.666667, 107.333333], [71.333333, 66.666667], [27.333333, 40.666667]),
                *([29.666667, 32.833333], [41.666667, 33.833333]),
                *([19.166667, 24.833333], [8.166667, 15.833333]),
            ],
        ),
        (NEGATIVE, np.ones(7), [[11.6], [11.6], [0], [8.8], [2.8], [0], [0]]),
    ],
    ids=["ols", "structural", "nonnegative"],
)
def test_it_is_what_mint_says(
    alone: np.ndarray, scale: np.ndarray, expected: list[list[float]]
) -> None:
    assert reconciled(alone, TREE, scale) == pytest.approx(np.array(expected), abs=1e-4)


def test_both_ways_to_divide_the_network_add_up() -> None:
    alone = np.concatenate([ALONE, [[90, 10], [30, 70]]])
    found = reconciled(alone, CROSSED, np.linspace(1, 50, 9))
    assert np.abs(CROSSED @ found).max() < 1e-4
    assert (found >= 0).all()


def test_what_adds_up_already_stays() -> None:
    alone = np.array([[60], [40], [20], [25], [15], [20], [0], [35], [25]], float) * 1e8
    assert reconciled(alone, CROSSED, np.full(9, 1e7)) == pytest.approx(alone, rel=1e-6)


def test_what_is_nothing_stays_nothing() -> None:
    is_nothing = np.zeros(ALONE.shape, dtype=bool)
    is_nothing[3] = True
    found = reconcile(ALONE, TREE, np.ones(7), is_nothing)
    assert found[3].tolist() == [0, 0]
    assert found[1] == pytest.approx(found[4])


@pytest.mark.parametrize("seed", range(20))
def test_cents_add_up(seed: int) -> None:
    random = np.random.default_rng(seed)
    alone = random.gamma(0.5, 10.0 ** random.integers(0, 9), (9, 1))
    alone[random.integers(3, 9)] = 0
    found = reconciled(alone, CROSSED, np.maximum(alone[:, 0], 1))[:, 0]
    cents = to_cents(found, CROSSED)
    for row in CROSSED:
        assert sum(int(sign) * value for sign, value in zip(row, cents, strict=True)) == 0
    assert all(value >= 0 and value == round(value, 2) for value in cents)
    assert [float(value) for value in cents] == pytest.approx(found, rel=1e-6, abs=0.05)


def test_nothing_has_no_cents() -> None:
    assert to_cents(np.zeros(9), CROSSED) == [Decimal(0)] * 9
