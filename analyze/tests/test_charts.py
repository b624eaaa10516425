"""What charts compute before they draw."""

from __future__ import annotations

import pytest

from dashboard.charts import rounded_up


@pytest.mark.parametrize(
    ("highest", "end"),
    [(756.6e6, 8e8), (4e8, 4e8), (513_100, 6e5), (1.1, 2), (0, 1), (-5, 1)],
)
def test_a_scale_ends_above_its_highest_value(highest: float, end: float) -> None:
    assert rounded_up(highest) == end
