"""What a message calls complete: read to the letter, or refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from driva_target_snowflake.complete import Complete
from driva_target_snowflake.errors import LoadError

TOLD = {"keys": ["file:///a b.parquet"], "read_at": "2026-11-28T12:00:00.123456"}
RANGES = {"key": "id", "ids_per_range": 10, "ranges": [2, 0]}
WHOLE: dict[str, Any] = {"key": None, "ids_per_range": None, "ranges": None}


@pytest.mark.parametrize(
    ("piece", "within"),
    [
        (
            RANGES,
            "c >= 0 and c <= 29 and (c - mod(mod(c, 10) + 10, 10) in (0, 20))",
        ),
        (
            {**RANGES, "ranges": [-2, -4, -4]},
            "c >= -40 and c <= -11 and (c - mod(mod(c, 10) + 10, 10) in (-40, -20))",
        ),
        ({**RANGES, "ranges": [1, -1, 0]}, "c >= -10 and c <= 19"),
        ({**RANGES, "ranges": []}, "false"),
        ({"key": "id", "from": -5, "to": 2**40}, f"c >= -5 and c <= {2**40}"),
        ({"key": "id", "from": None, "to": 7}, "c <= 7"),
        ({"key": "id", "from": None, "to": None}, "true"),
    ],
)
def test_a_piece_is_a_condition(piece: dict[str, Any], within: str) -> None:
    assert Complete.of("s", {**TOLD, **piece}).within("c") == within


@pytest.mark.parametrize("piece", [WHOLE, {"ranges": None}])
def test_a_whole_table_has_no_key_to_cut_it_by(piece: dict[str, Any]) -> None:
    complete = Complete.of("s", {**TOLD, **piece})
    assert complete == Complete(TOLD["keys"], datetime(2026, 11, 28, 12, 0, 0, 123456))


def test_a_set_of_rows_is_told_by_their_keys() -> None:
    complete = Complete.of("s", {**TOLD, "asked": ["file:///c.parquet"]})
    assert complete.asked == ["file:///c.parquet"]
    assert complete.key is None


def test_a_list_is_as_long_as_snowflake_takes() -> None:
    within = Complete.of("s", {**TOLD, **RANGES, "ranges": list(range(0, 50_000, 2))}).within("c")
    lists = within.split(" or ")
    assert len(lists) == 3
    assert max(part.count(", ") for part in lists) < 16_384
    assert within.count(", ") == 25_000 - 3 + 3 * 2


def test_a_moment_of_another_zone_is_one_in_utc() -> None:
    told = {**TOLD, **WHOLE, "read_at": "2026-11-28T09:00:00-03:00"}
    assert Complete.of("s", told).read_at == datetime(2026, 11, 28, 12)


@pytest.mark.parametrize(
    "told",
    [
        [],
        "all",
        TOLD,  # of what?
        {**WHOLE, "keys": []},
        {**WHOLE, "read_at": TOLD["read_at"]},
        {**TOLD, **WHOLE, "read_at": "yesterday"},
        {**TOLD, **WHOLE, "read_at": None},
        {**TOLD, **WHOLE, "keys": "file:///a"},
        {**TOLD, **WHOLE, "keys": [1]},
        {**TOLD, **WHOLE, "key": "id"},
        {**TOLD, **WHOLE, "key": "id", "from": 1, "to": 2},
        {**TOLD, **RANGES, "from": 1, "to": 2},
        {**TOLD, **RANGES, "key": None},
        {**TOLD, **RANGES, "ids_per_range": 0},
        {**TOLD, **RANGES, "ranges": ["0"]},
        {**TOLD, **RANGES, "ranges": 0},
        {**TOLD, "key": "id", "from": 1},
        {**TOLD, "key": "id", "from": "1", "to": 2},
        {**TOLD, "from": 1, "to": 2},
        {**TOLD, "asked": None},
        {**TOLD, "asked": [], **WHOLE},
    ],
)
def test_anything_else_is_refused(told: Any) -> None:
    with pytest.raises(LoadError, match=r"^public-vendas: .* not known here, so nothing of it was"):
        Complete.of("public-vendas", told)
