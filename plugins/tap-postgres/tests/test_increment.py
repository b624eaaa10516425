"""What is read of a table, and how the state moves: arithmetic over PostgreSQL's answers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from driva_tap_postgres.bookmark import Bookmark
from driva_tap_postgres.increment import Increment
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import SourceTable, sql
from driva_tap_postgres.totals import (
    ControlTotals,
    RangeTotal,
    Total,
    differing,
    is_summed,
    range_of,
)
from driva_tap_postgres.types import column_type, decimal
from driva_tap_postgres.window import SAMPLE, Window, have_mostly_changed
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
HASHES = [*range(SAMPLE)]


@dataclass(frozen=True)
class Answering(SourceTable):
    """A table of which each question has its answer already."""

    answers: list[Answer] = field(default_factory=list)

    def ask(self, query: sa.Executable, **parameters: Any) -> Sequence[Any]:
        return self.answers.pop(0)


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
    return Increment("public-vendas", before, window, logging.getLogger(__name__))


NEW = Bookmark("id")
SAFE: tuple[Answer, Answer] = [("500", 9)], []  # the highest key, and nobody who writes


def seen(*hashes: int) -> Answer:
    """Return the answer to a look at a window."""
    return [(len(hashes), sum(hashes), sorted(hashes)[:SAMPLE])]


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
    first, second = run.pieces(None, 100)
    assert [piece.state["replication_key_value"] for piece in (first, second)] == [300, 500]
    assert first.state["fingerprint"] != second.state["fingerprint"]
    assert [piece.state["sample"] for piece in (first, second)] == [[1, 2], [3]]
    read = [sql(sa.select(sa.true()).where(*piece.rows)) for piece in (first, second)]
    assert read[0].endswith("WHERE vendas.id <= CAST('300' AS BIGINT)")
    above, to = "vendas.id > CAST('300' AS BIGINT)", "vendas.id <= CAST('500' AS BIGINT)"
    assert read[1].endswith(f"WHERE {above} AND {to}")


def test_a_run_goes_on_from_the_lookback_below_its_bookmark() -> None:
    run = increment(Bookmark("id", 7), [("7",)], *SAFE, [("500", 3, "500", True)], seen(1))
    [piece] = run.pieces(None, 100)
    read = sql(sa.select(sa.true()).where(*piece.rows))
    assert "vendas.id >= CAST('7' AS BIGINT) - 1000 AND" in read


def test_a_limit_is_for_new_rows() -> None:
    known = [(40,)]  # rows of the window, which are read again
    run = increment(Bookmark("id", 7), [("7",)], *SAFE, known, [("60", 50, "60", True)], seen(1))
    [piece] = run.pieces(10, 100)
    assert piece.state["replication_key_value"] == 60


def test_an_earlier_bookmark_that_is_not_reached_has_no_fingerprint() -> None:
    run = increment(Bookmark("id", 900), [("900",)], *SAFE, [("500", 3, "900", False)])
    [piece] = run.pieces(None, 100)
    assert piece.state["replication_key_value"] == 900
    assert piece.state["fingerprint"] is piece.state["sample"] is None


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
    run = increment(left(1, 2), [("500",)], above, seen(*now))
    assert run.is_unchanged is is_unchanged


@pytest.mark.parametrize(
    ("before", "now", "is_stale"),
    [
        (left(*HASHES), range(100, 120), True),
        (left(*HASHES), range(5, 25), False),  # most are there still
        (left(*HASHES[1:]), range(100, 120), False),  # too few to say
        (left(*HASHES, sampled="other columns"), range(100, 120), False),
        (left(*HASHES, stale=True), HASHES, True),
    ],
)
def test_rows_that_are_not_read_have_probably_changed_as_others_have(
    before: Bookmark, now: Sequence[int], is_stale: bool
) -> None:
    run = increment(before, [("500",)], [], seen(*now), [(True,)])
    assert run.is_stale is is_stale


def test_half_of_a_sample_is_not_most_of_it() -> None:
    assert not have_mostly_changed(HASHES, HASHES[: SAMPLE // 2])
    assert have_mostly_changed(HASHES, HASHES[: SAMPLE // 2 - 1])


# -- control totals --------------------------------------------------------------------------------


def of(*numbers: int) -> dict[int, Total]:
    """Return totals of these ranges."""
    return {number: Total(1, number) for number in numbers}


def rows(totals: dict[int, Total]) -> Answer:
    """Return the answer to a question for totals."""
    return [(number, *total) for number, total in totals.items()]


@pytest.mark.parametrize(("id_", "number"), [(-1, -1), (0, 0), (99_999, 0), (100_000, 1)])
def test_ranges_are_of_as_many_ids_below_zero_as_above(id_: int, number: int) -> None:
    assert range_of(id_) == number


def test_totals_are_asked_for_once_and_rounded_down() -> None:
    totals = ControlTotals(increment(NEW))
    assert totals.columns == ["valor"]
    asked = " ".join(sql(totals.query).split())
    assert "vendas.id / 100000 - CAST(vendas.id % 100000 < 0 AS INTEGER)" in asked
    assert "coalesce(sum(vendas.valor), 0)" in asked
    assert "peso" not in asked


@pytest.mark.parametrize(
    ("precision", "scale", "expected"),
    [(10, 2, True), (10, 0, False), (32, 6, True), (33, 6, False), (38, 7, False)],
)
def test_what_is_summed_has_decimals_and_sums_that_fit(
    precision: int, scale: int, expected: bool
) -> None:
    assert is_summed(decimal(precision, scale)) is expected


@pytest.mark.parametrize(("first", "found"), [(None, {0, 2}), (1, {2})])
def test_ranges_that_differ(first: int | None, found: set[int]) -> None:
    before = {0: Total(1, 1), 1: Total(1, 1), 2: Total(1, 1)}
    now = {0: Total(2, 1), 1: Total(1, 1)}
    assert differing(before, now, first) == found


def test_the_last_range_ends_at_the_bookmark_and_is_there_without_rows() -> None:
    before, now = of(-1, 0), {**of(-1), 0: Total(2, 7)}
    totals = ControlTotals(increment(NEW, *SAFE, rows(before), rows(now)))
    totals.begin()
    assert [*totals.ranges(250_001)] == [
        RangeTotal(-1, -100_000, -1, before[-1], True),
        RangeTotal(0, 0, 99_999, now[0], False),
        RangeTotal(2, 200_000, 250_001, Total(), True),
    ]
