"""What is computed of targets before it is drawn."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard import targets


@pytest.mark.parametrize(
    ("sold", "due", "attained", "run_rate"),
    [
        # Ten of thirty days have passed: half of what is due by then is a half in the end.
        ([50], [100], 50 / 300, 0.5),
        ([90, 30], [100, 20], 120 / 600, 1.0),
        ([310], [300], 310 / 300, None),  # the month is over
        ([0], [0], 0, None),  # it has not begun
    ],
)
def test_a_run_rate_is_of_the_days_that_have_passed(
    sold: list[float], due: list[float], attained: float, run_rate: float | None
) -> None:
    rows = pd.DataFrame({"meta": [300] * len(sold), "vendido": sold, "devido": due})
    assert targets.attained(rows) == attained
    assert targets.run_rate(rows) == run_rate


def test_a_month_that_has_begun_without_a_sale_has_a_pace() -> None:
    day = pd.Timestamp(2026, 1, 1)
    rows = pd.DataFrame(
        {"meta": [300.0], "vendido": [0.0], "devido": [10.0], "primeiro": [day], "ultimo": [day]}
    )
    assert targets.words(rows).endswith("No ritmo dos dias que passaram, 0,0% no fim.")
