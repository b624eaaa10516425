"""What is read of a table, and how the state moves: arithmetic over PostgreSQL's answers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from driva_tap_postgres.bookmark import Bookmark
from driva_tap_postgres.increment import Increment
from driva_tap_postgres.origin import Origin
from driva_tap_postgres.piece import Extent, Piece
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import SourceTable, sql
from driva_tap_postgres.totals import (
    ControlTotals,
    RangeTotal,
    Total,
    ids_per_range,
    intervals,
    is_summed,
)
from driva_tap_postgres.types import column_type, decimal
from driva_tap_postgres.window import Window
from singer_sdk.sql.connector import FullyQualifiedName

Answer = list[tuple[Any, ...]]
CONFIG = {"replication_lookback": 1000, "replication_lookback_seconds": 3600}
COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("id", sa.BIGINT(), primary_key=True),
    sa.Column("valor", sa.NUMERIC(10, 2)),
    sa.Column("peso", sa.NUMERIC()),
    sa.Column("nome", sa.TEXT()),
)
SCHEMA: dict[str, Any] = {"properties": {column.name: {} for column in COLUMNS}}


@dataclass(frozen=True)
class Answering(SourceTable):
    """A table of which each question has its answer already."""

    answers: list[Answer] = field(default_factory=list)

    def ask(self, query: sa.Executable, **parameters: Any) -> Sequence[Any]:
        return self.answers.pop(0)

    def ask_by_range(self, query: sa.Select[Any]) -> Sequence[Any]:
        return self.ask(query)


def increment(before: Bookmark, *answers: Answer) -> Increment:
    """Return a run of the table, in which these answers are given."""
    table = sa.Table("vendas", sa.MetaData(), *(column._copy() for column in COLUMNS))
    source = Answering(
        name=FullyQualifiedName(table="vendas", schema="public"),
        table=table,
        types={column.name: column_type(column.type) for column in table.columns},
        key=["id"],
        clauses=[],
        connect=lambda: pytest.fail("it is asked by its own connection"),
        answers=[*answers],
    )
    key = ReplicationKey.of(table.columns["id"], CONFIG)
    assert key
    window = Window(source, key, SCHEMA, CONFIG["replication_lookback"])
    origin = Origin("7", "16384", "2")
    return Increment("public-vendas", before, window, origin, logging.getLogger(__name__))


NEW = Bookmark("id")
SAFE: tuple[Answer, Answer] = [("500", 9)], []  # the highest key, and nobody who writes
NEAR: Answer = [(True,)]  # a row near the bookmark


def seen(*hashes: int) -> Answer:
    """Return the answer to a look at a window."""
    return [(len(hashes), str(sum(hashes)))]


def left(*hashes: int, **others: Any) -> Bookmark:
    """Return the bookmark that is left above rows with these hashes."""
    run = increment(NEW, *SAFE, [("500", 400, "500", True)], seen(*hashes))
    [piece] = run.pieces(None, 1000)
    return Bookmark.of({**piece.state, **others}, "id")


def test_the_state_moves_behind_each_piece() -> None:
    run = increment(
        NEW,
        *SAFE,
        [("300", 100, "300", True)],
        seen(1, 2),
        [("500", 100, "500", True)],
        seen(3),
        [(None, 0, None, None)],
    )
    first, second, nobody = run.pieces(None, 100)
    assert [piece.state["replication_key_value"] for piece in (first, second)] == [300, 500]
    assert first.state["fingerprint"] != second.state["fingerprint"]
    assert first.state["origin"] == "7/16384/2"
    read = [sql(sa.select(sa.true()).where(*piece.rows or ())) for piece in (first, second)]
    assert read[0].endswith("WHERE vendas.id <= CAST('300' AS BIGINT)")
    above, to = "vendas.id > CAST('300' AS BIGINT)", "vendas.id <= CAST('500' AS BIGINT)"
    assert read[1].endswith(f"WHERE {above} AND {to}")
    assert [first.extent, second.extent] == [Extent("id", None, 300), Extent("id", 301, 500)]
    assert nobody == Piece(None, {}, Extent("id", 501))


def test_a_run_goes_on_from_the_lookback_below_its_bookmark() -> None:
    found = [("2007",)], NEAR, *SAFE, [("2500", 3, "2500", True)], seen(1)
    [piece] = increment(Bookmark("id", 2007), *found).pieces(None, 100)
    read = sql(sa.select(sa.true()).where(*piece.rows or ()))
    assert "vendas.id >= CAST('2007' AS BIGINT) - 1000 AND" in read
    assert piece.extent == Extent("id", 1007, None)


def test_a_limit_is_for_new_rows_and_what_is_above_is_not_gone() -> None:
    known = [(40,)]  # rows of the window, which are read again
    found = [("7",)], NEAR, *SAFE, known, [("60", 50, "60", True)], seen(1)
    [piece] = increment(Bookmark("id", 7), *found).pieces(10, 100)
    assert piece.state["replication_key_value"] == 60
    assert piece.extent == Extent("id", -993, 60)


def test_an_earlier_bookmark_that_is_not_reached_has_no_fingerprint() -> None:
    run = increment(Bookmark("id", 900), [("900",)], NEAR, *SAFE, [("500", 3, "900", False)])
    [piece] = run.pieces(None, 100)
    assert piece.state["replication_key_value"] == 900
    assert piece.state["fingerprint"] is None


def test_where_nothing_is_passed_the_state_stays() -> None:
    run = increment(NEW, [(None, 9)], [], [("500", 3, None, None)])
    [piece] = run.pieces(None, 100)
    assert piece.state == {}


@pytest.mark.parametrize(
    ("above", "now", "is_unchanged"),
    [([], (1, 2), True), ([(True,)], (1, 2), False), ([], (1, 3), False)],
)
def test_nothing_is_read_where_nothing_has_changed(
    above: Answer, now: tuple[int, ...], is_unchanged: bool
) -> None:
    run = increment(left(1, 2), [("500",)], NEAR, seen(*now), above)
    assert run.is_unchanged is is_unchanged


@pytest.mark.parametrize("now", [Origin("7", "16384", "3"), None])
def test_a_database_that_was_restored_is_read_from_the_beginning(now: Origin | None) -> None:
    run = replace(increment(left(1), [("500",)], NEAR), origin=now)
    assert (run.bookmark, run.begin == []) == ((None, True) if now else ("500", False))


def test_where_nothing_is_near_the_bookmark_all_is_read_again() -> None:
    run = increment(left(1), [("500",)], [], *SAFE, [("40", 40, "40", True)], seen(1))
    assert not run.is_unchanged
    [piece] = run.pieces(None, 100)
    assert piece.extent == Extent("id", None, None)
    assert piece.state["replication_key_value"] == 40


def test_an_empty_table_is_read_once() -> None:
    run = increment(left(1), [("500",)], [], [(None, 9)], [], [(None, 0, None, None)])
    [piece] = run.pieces(None, 100)
    assert piece.rows is None
    assert piece.extent == Extent("id")
    before = Bookmark.of(piece.state, "id")
    assert increment(before, []).is_unchanged
    assert not increment(before, [(True,)]).is_unchanged


# -- control totals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "size"),
    [
        ((0, 0), 10_000),
        ((1, 19_999_999), 10_000),
        ((-1, 19_999_999), 100_000),
        ((0, 2**63), 10**16),
    ],
)
def test_a_table_has_not_too_many_ranges(ends: tuple[int, int], size: int) -> None:
    assert ids_per_range(*ends) == size


def test_ranges_that_lie_side_by_side_are_one_interval() -> None:
    assert [*intervals([-2, -1, 0, 3, 5, 6], 10)] == [(-20, 9), (30, 39), (50, 69)]
    assert [*intervals([], 10)] == []


@pytest.mark.parametrize(
    ("precision", "scale", "expected"),
    [(10, 2, True), (10, 0, False), (32, 6, True), (33, 6, False), (38, 7, False)],
)
def test_what_is_summed_has_decimals_and_sums_that_fit(
    precision: int, scale: int, expected: bool
) -> None:
    assert is_summed(decimal(precision, scale)) is expected


def totals(*answers: Answer) -> tuple[ControlTotals, SourceTable]:
    """Return the totals of the table, whose ends are asked for first."""
    run = increment(NEW, [(-5, 25_000)], *answers)
    return ControlTotals(run.source, run.key), run.source


def test_ranges_are_of_as_many_ids_below_zero_as_above() -> None:
    found, _ = totals()
    assert found.columns == ["valor"]
    asked = " ".join(sql(sa.select(found.number, *found.sums)).split())
    assert "vendas.id / 10000 - CAST(vendas.id % 10000 < 0 AS INTEGER)" in asked
    assert "coalesce(sum(vendas.valor), 0)" in asked
    assert "peso" not in asked


def test_totals_cover_what_is_read_and_no_more() -> None:
    first = [(-1, -5, 1, "-5", Decimal(1), False), (0, 9000, 10, "99", Decimal(2), None)]
    second = [
        (0, 9999, 2, "18001", Decimal(3), False),
        (2, 25_000, 1, "25000", Decimal(4), False),
    ]
    found, source = totals(first, second)
    assert found.add(source, [], Extent("id", None, 9000))
    assert found.add(source, [], Extent("id", 9001, None))
    assert [*found.ranges.values()] == [
        RangeTotal(-1, 10_000, -10_000, -1, Total(1, -5, Decimal(1))),
        RangeTotal(0, 10_000, 0, 9999, Total(12, 18_100, Decimal(5))),
        RangeTotal(2, 10_000, 20_000, 25_000, Total(1, 25_000, Decimal(4))),
    ]


def test_totals_tell_of_values_without_a_place() -> None:
    found, source = totals([(0, 9000, 10, "99", Decimal("NaN"), True)])
    assert not found.add(source, [], Extent("id", None, None))
    assert not found.ranges
