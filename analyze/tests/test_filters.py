"""Which days a choice means, and those that it is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.filters import _period

EXTENT = (date(2023, 1, 2), date(2025, 3, 30))


@pytest.mark.parametrize(
    ("period", "days", "is_yearly", "expected"),
    [
        ("7d", [], False, "2025-03-24 2025-03-30 2025-03-17 2025-03-23"),
        ("12m", [], False, "2024-03-31 2025-03-30 2023-03-31 2024-03-30"),
        ("12m", [], True, "2024-03-31 2025-03-30 2023-03-31 2024-03-30"),
        # February has no more days.
        ("mtd", [], False, "2025-03-01 2025-03-30 2025-02-01 2025-02-28"),
        ("mtd", [], True, "2025-03-01 2025-03-30 2024-03-01 2024-03-30"),
        (None, ["2024-02-29"], True, "2024-02-29 2024-02-29 2023-02-28 2023-02-28"),
        (None, ["2024-02-29", "2024-03-01"], False, "2024-02-29 2024-03-01 2024-02-27 2024-02-28"),
        ("total", [], True, "None None None None"),
    ],
)
def test_a_period_is_compared(
    period: str | None, days: list[str], is_yearly: bool, expected: str
) -> None:
    chosen = [date.fromisoformat(day) for day in days]
    found = _period(period, chosen, EXTENT, is_yearly=is_yearly)
    assert " ".join(map(str, found)) == expected
