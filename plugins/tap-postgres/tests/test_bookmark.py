"""Bookmarks: what stands in the state, and what PostgreSQL is asked to compare it by."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from driva_tap_postgres.bookmark import Bookmark, BookmarkError, check_origin, check_state
from driva_tap_postgres.origin import Origin
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import sql
from sqlalchemy.dialects import postgresql

CONFIG = {"replication_lookback": 1000, "replication_lookback_seconds": 3600}


def test_a_bookmark_is_of_one_replication_key() -> None:
    left = Bookmark("id", 7, "0a", "7/5/1")
    assert Bookmark.of(left.in_state, "id") == left
    assert Bookmark.of(left.in_state, "criada") == Bookmark("criada")
    assert Bookmark.of({}, "id") == Bookmark("id")


def test_a_state_that_another_version_has_left_is_taken() -> None:
    state = {"replication_key": "id", "replication_key_value": 7, "starting_replication_value": 5}
    assert Bookmark.of(state, "id") == Bookmark("id", 7)


def key(kind: sa.types.TypeEngine[Any]) -> ReplicationKey | None:
    """Return the key that a column of a type is."""
    return ReplicationKey.of(sa.Column("k", kind), CONFIG)


@pytest.mark.parametrize(
    ("kind", "lowest"),
    [
        (sa.BIGINT(), "CAST('7' AS BIGINT) - 1000"),
        (sa.NUMERIC(20, 0), "CAST('7' AS NUMERIC(20, 0)) - 1000"),
        (
            sa.TIMESTAMP(timezone=True),
            "CAST(CAST('7' AS TIMESTAMP WITH TIME ZONE) - interval '3600 seconds' "
            "AS TIMESTAMP WITH TIME ZONE)",
        ),
        (sa.DATE(), "CAST(CAST('7' AS DATE) - interval '3600 seconds' AS DATE)"),
        (postgresql.DOMAIN("d", sa.INTEGER()), "CAST('7' AS INTEGER) - 1000"),
        (sa.TEXT(), None),
        (sa.UUID(), None),
    ],
)
def test_a_run_begins_at_the_lookback_below_its_bookmark(
    kind: sa.types.TypeEngine[Any], lowest: str | None
) -> None:
    found = key(kind)
    assert (found and sql(sa.select(found.lowest("7")))) == (
        lowest and f"SELECT {lowest} AS anon_1"
    )


@pytest.mark.parametrize(
    ("kind", "is_whole", "is_time", "in_state"),
    [
        (sa.BIGINT(), True, False, 7),
        (postgresql.DOMAIN("d", sa.BIGINT()), False, False, 7),
        (sa.NUMERIC(20, 0), False, False, "7"),
        (sa.DATE(), False, True, "7"),
    ],
)
def test_kinds_of_keys(
    kind: sa.types.TypeEngine[Any], is_whole: bool, is_time: bool, in_state: int | str
) -> None:
    found = key(kind)
    assert found
    assert (found.is_whole, found.is_time, found.in_state("7")) == (is_whole, is_time, in_state)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, None),
        ({"bookmarks": {"public-vendas": {"ranges": None, "partitions": []}}}, None),
        ({"bookmarks": 5}, "of all streams in the state is 5, which is not made as"),
        ({"bookmarks": {"public-vendas": 5}}, "of public-vendas in the state is 5, which is not"),
        ({"bookmarks": {"public-vendas": {"ranges": 5}}}, 'of public-vendas .* is {"ranges": 5}'),
        ({"bookmarks": {"driva-colunas": {"tables": []}}}, None),
        (
            {"bookmarks": {"driva-colunas": {"tables": "x"}}},
            'of driva-colunas .* is {"tables": "x"}',
        ),
    ],
)
def test_a_state_that_is_made_otherwise_is_refused(
    state: dict[str, Any], words: str | None
) -> None:
    if words is None:
        check_state(state)
    else:
        with pytest.raises(BookmarkError, match=words):
            check_state(state)


@pytest.mark.parametrize(
    ("before", "is_refused"),
    [("7/5/1", False), ("7/5/2", False), ("8/5/1", True), ("7/6/1", True), (None, False)],
)
def test_a_state_of_another_database_is_refused(before: str | None, is_refused: bool) -> None:
    state = {"bookmarks": {"public-vendas": {"origin": before}}}
    if not is_refused:
        check_origin(state, Origin("7", "5", "1"))
    else:
        with pytest.raises(BookmarkError, match="state of public-vendas is of another database"):
            check_origin(state, Origin("7", "5", "1"))
    check_origin(state, None)
