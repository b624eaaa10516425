"""What is made of the log and of the state: positions, keys, and what is said of a slot."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from driva_tap_postgres.changes import KEYS_PER_SET, ChangeLog, Keys, among, as_read, asked
from driva_tap_postgres.origin import Origin
from driva_tap_postgres.pgoutput import Decoder, Name
from driva_tap_postgres.slot import (
    GIGABYTE,
    Reach,
    Slot,
    SlotError,
    State,
    check_server,
    number,
    text,
)
from driva_tap_postgres.source import SourceTable, sql
from driva_tap_postgres.types import column_type
from singer_sdk.sql.connector import FullyQualifiedName

A, B, C = ("public", "a"), ("public", "b"), ("public", "c")
ORIGIN = Origin("7", "5", "1")
FOUND = State(position=100, end=900, retained=0, wal_status="reserved", tables=frozenset({A, B}))


def nowhere() -> Any:
    pytest.fail("nothing is asked of a server")


@dataclass(frozen=True)
class Told(Slot):
    """A slot that tells of transactions 1 to 8, each ending a hundred behind its commit."""

    found: State
    at: Reach
    moved: list[int]

    def state(self) -> State:
        return self.found

    def check_tables(self, tables: Any) -> None:
        pass

    def advance(self, position: int) -> None:
        self.moved.append(position)

    def reach(self) -> Reach:
        return self.at

    def read(self, decoder: Decoder, end: int) -> None:
        for transaction in range(1, 9):
            decoder._changes.begin(transaction, transaction * 100)
            for table in (A, B):
                decoder._changes.changed(table, (str(transaction),))
            decoder._changes.commit(transaction * 100 + 50)


def log_of(
    state: dict[Name, Any], found: State = FOUND, at: Reach | None = None
) -> tuple[ChangeLog, list[int]]:
    """Return what a run finds in the log, and where it has moved the slot."""
    slot = Told("driva", 8, nowhere, found, at or Reach(900, frozenset(), 9), [])
    tables = {name: ["id"] for name in found.tables if name != C}
    return ChangeLog(slot, tables, state, ORIGIN, logging.getLogger("tap")), slot.moved


def found(log: ChangeLog, table: Name) -> list[int]:
    return sorted(int(one[0]) for keys in log.keys(table).sets() for one in keys)


def test_each_table_goes_on_from_its_own_position() -> None:
    log, moved = log_of({A: {"position": "0/1C2"}, B: {"position": "0/226"}})  # 450, 550
    assert (found(log, A), found(log, B)) == ([5, 6, 7, 8], [6, 7, 8])
    assert moved == [450]
    assert log.bookmark(A) == {"position": text(900), "origin": "7/5/1"}


def test_the_slot_waits_for_a_table_that_the_state_or_the_run_does_not_have() -> None:
    log, moved = log_of({A: {"position": "0/1C2"}})
    assert (found(log, A), found(log, B)) == ([5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8])
    with_others = {A: {"position": "0/1C2"}, B: {"position": "0/1C2"}}
    _, also = log_of(with_others, State(100, 900, 0, "reserved", frozenset({A, B, C})))
    assert moved == also == []


def test_what_others_cannot_see_yet_ends_what_is_read() -> None:
    log, _ = log_of({}, at=Reach.of("6:9:6", "0/384"))
    assert found(log, A) == [1, 2, 3, 4, 5]
    assert log.bookmark(A)["position"] == text(550)
    nothing, _ = log_of({A: {"position": "0/1C2"}}, at=Reach.of("1:9:1", "0/384"))
    assert found(nothing, A) == []
    assert nothing.bookmark(A)["position"] == "0/1C2"


@pytest.mark.parametrize(
    ("snapshot", "settled", "pending"),
    [
        ("10:20:10,12", [5, 11, 19], [10, 12, 20, 21]),
        ("4294967290:4294967300:4294967291", [4294967290, 3], [4294967291, 4, 5]),
        ("10:10:", [9, 4294967295], [10, 11]),
    ],
)
def test_a_transaction_is_settled_when_a_snapshot_has_it(
    snapshot: str, settled: list[int], pending: list[int]
) -> None:
    reach = Reach.of(snapshot, "0/0")
    assert all(reach.is_settled(transaction) for transaction in settled)
    assert not any(reach.is_settled(transaction) for transaction in pending)


@pytest.mark.parametrize(
    ("status", "gigabytes", "others", "said"),
    [
        ("extended", 3, False, None),
        ("extended", 5, False, "keeps 5.0 GB of the source's log from being removed, and 8 GB is"),
        ("extended", 9, False, "Run `changes` more often"),
        ("unreserved", 1, False, "the source is about to remove"),
        ("extended", 9, True, "It waits for public.c, which this run does not read"),
    ],
)
def test_much_log_that_is_kept_is_spoken_of(
    caplog: pytest.LogCaptureFixture, status: str, gigabytes: int, others: bool, said: str | None
) -> None:
    tables = frozenset({A, B, C} if others else {A, B})
    log_of({}, State(100, 900, gigabytes * GIGABYTE, status, tables))
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == (said is not None)
    assert all(said in warning for warning in warnings if said)


@pytest.mark.parametrize(
    ("version", "wal_level", "is_standby", "said"),
    [
        (12, "logical", False, "too old to follow its log"),
        (15, "replica", False, "wal_level of the source is replica"),
        (15, "logical", True, "is a standby of PostgreSQL 15"),
    ],
)
def test_a_server_whose_log_cannot_be_followed_is_named(
    version: int, wal_level: str, is_standby: bool, said: str
) -> None:
    server = SimpleNamespace(version=version, wal_level=wal_level, is_standby=is_standby)
    with pytest.raises(SlotError, match=said):
        check_server(server)


def test_positions_are_written_as_postgresql_does() -> None:
    for position in ("0/0", "0/16B3748", "16/B374D848", "FFFFFFFF/FFFFFFFF"):
        assert text(number(position)) == position


def test_keys_are_kept_a_set_at_a_time_and_a_truncation_takes_them_all() -> None:
    keys = Keys()
    assert not keys
    odd = [("1", 'a"b\\'), ("2", "çã\n{},")]
    for _ in range(2):
        for one in (*odd, *((str(n), "") for n in range(KEYS_PER_SET))):
            keys.add(one)
    sets = [[tuple(one) for one in some] for some in keys.sets()]
    assert max(map(len, sets)) == KEYS_PER_SET
    assert {one for some in sets for one in some} == {*odd, *((str(n), "") for n in range(50_000))}
    keys.add_all()
    keys.add(("1", "x"))
    assert keys
    assert keys.is_all


def test_a_key_is_asked_for_whatever_is_in_it() -> None:
    @dataclass(frozen=True)
    class Typed(SourceTable):
        def ask(self, query: sa.Executable, **parameters: Any) -> Any:
            return [("id", "integer"), ("nome", "character(2)")]

    columns = sa.Column("id", sa.INTEGER()), sa.Column("nome", sa.CHAR(2))
    table = sa.Table("itens", sa.MetaData(), *columns)
    types = {column.name: column_type(column.type) for column in columns}
    source = Typed(FullyQualifiedName(table="itens"), table, types, ["nome", "id"], [], nowhere)
    wanted = asked(source, [("a'b", "1"), ('"\\{', "2")])
    read = sql(as_read(source, wanted))
    assert """cast(E'{"a''b","\\\\"\\\\\\\\{"}' as text[])""" in read
    assert "CAST(texts.nome AS character(2))" in read
    assert "rpad(" in read
    rows = sql(sa.select(*source.values).where(among(source, wanted)))
    assert "(itens.nome, itens.id) IN (SELECT" in rows
