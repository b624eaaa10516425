"""The dealerships' application: it changes the source at random, all the time."""

from __future__ import annotations

import datetime
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from threading import Event, Thread
from time import monotonic
from typing import Any

import psycopg
from psycopg import errors

from tests.conftest import Project
from tests.oracle import SOURCE

# How often each table is changed, and each thing done to it.
TABLES = {
    "vendas": 50,
    "clientes": 15,
    "vendedores": 10,
    "veiculos": 8,
    "concessionarias": 7,
    "cidades": 5,
    "estados": 5,
}
SMALL = ("veiculos", "estados", "cidades", "concessionarias", "vendedores")
CHANGES = {"insert": 25, "below": 10, "from_block": 8, "again": 7, "update": 30, "delete": 18}
CHANGES["truncate"] = 2
# By these its connections are told from the tap's.
NAME = "application"
logging.getLogger("psycopg").setLevel(logging.ERROR)  # it tells of each rollback without a server
# The server is gone, or cannot write.
BROKEN = (psycopg.OperationalError, errors.InternalError_)
# What fails without anything being wrong: others hold a row, or use an id.
EXPECTED = (errors.LockNotAvailable, errors.UniqueViolation, errors.QueryCanceled)


@dataclass
class Late:
    """A transaction that stays open."""

    connection: psycopg.Connection
    end: float
    commits: bool
    what: str
    rows: int


class Writer:
    """Inserts, updates and deletes rows at random until it is stopped.

    Attributes:
        changed: how many rows were changed in which way.
        failed: what went wrong here and should not have.
    """

    def __init__(self, project: Project, seed: int) -> None:
        self.changed: Counter[str] = Counter()
        self.failed: BaseException | None = None
        self._project = project
        self._random = Random(seed)
        self._gone: list[tuple[str, int]] = []
        self._blocks: list[tuple[str, int]] = []
        self._late: list[Late] = []
        self._stopped, self._paused, self._idle = Event(), Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _run(self) -> None:
        """Change the source until stopped; wait while the server is down."""
        try:
            while not self._stopped.is_set():
                with suppress(*BROKEN):
                    self._change()
                self._stopped.wait(0.2)
        except BaseException as error:
            self.failed = error
            raise
        finally:
            self._idle.set()

    def pause(self) -> None:
        """End every transaction, and change nothing until it is resumed."""
        self._paused.set()
        assert self._idle.wait(120), "the writer does not come to rest"
        if self.failed:
            raise self.failed

    def resume(self) -> None:
        """Go on."""
        self._idle.clear()
        self._paused.clear()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _change(self) -> None:
        with ExitStack() as connections:
            connection = connections.enter_context(self._connect())
            while not self._stopped.is_set():
                self._end_late(monotonic())
                if self._paused.is_set():
                    self._end_late(None)
                    self._idle.set()
                    self._stopped.wait(0.1)
                elif len(self._late) < 4 and self._random.random() < 0.1:
                    self._begin_late(connections)
                else:
                    with suppress(*EXPECTED):
                        connection.execute("begin")
                        what, rows = self._once(connection)
                        is_lost = self._random.random() < 0.1
                        connection.execute("rollback" if is_lost else "commit")
                        self.changed["rolled back" if is_lost else what] += rows
                    connection.rollback()
                    self._stopped.wait(self._random.uniform(0, 0.3))

    def _connect(self) -> psycopg.Connection:
        connection = self._project.postgres()
        connection.execute(f"set application_name = '{NAME}'")
        connection.execute("set lock_timeout = '300ms'")
        return connection

    def _begin_late(self, connections: ExitStack) -> None:
        """Begin what will be committed, or rolled back, some seconds later."""
        connection = connections.enter_context(self._connect())
        with suppress(*EXPECTED):
            connection.execute("begin")
            what, rows = self._once(connection, may_truncate=False)
            end = monotonic() + self._random.uniform(0.5, 8)
            self._late.append(Late(connection, end, self._random.random() < 0.8, what, rows))
            return
        connection.close()

    def _end_late(self, now: float | None) -> None:
        """End the transactions whose time has come; all of them, if none is given."""
        for late in [late for late in self._late if now is None or late.end < now]:
            self._late.remove(late)
            with suppress(*BROKEN):
                late.connection.execute("commit" if late.commits else "rollback")
                self.changed[f"{late.what}, late" if late.commits else "rolled back"] += late.rows
            late.connection.close()

    def _once(
        self, connection: psycopg.Connection, *, may_truncate: bool = True
    ) -> tuple[str, int]:
        """Make one change; return what it was, and of how many rows."""
        [table] = self._random.choices([*TABLES], [*TABLES.values()])
        [change] = self._random.choices([*CHANGES], [*CHANGES.values()])
        if change == "truncate" and not (may_truncate and table in SMALL):
            change = "update"
        return change, getattr(self, f"_{change}")(connection, table)

    def _insert(self, connection: psycopg.Connection, table: str) -> int:
        ids: Sequence[int | None] = [None] * self._some(8)
        return self._insert_ids(connection, table, ids)

    def _below(self, connection: psycopg.Connection, table: str) -> int:
        """Insert where ids are free below the highest."""
        free = (
            f"select i from generate_series(1, (select max(id_{table}) from {table})) i "
            f"except select id_{table} from {table}"
        )
        rows = connection.execute(f"{free} order by 1 limit 200").fetchall()
        ids = [id_ for (id_,) in rows]
        return self._insert_ids(connection, table, self._random.sample(ids, min(len(ids), 3)))

    def _from_block(self, connection: psycopg.Connection, table: str) -> int:
        """Take a block of ids now, and use it later."""
        sequence = f"pg_get_serial_sequence('{table}', 'id_{table}')"
        taken = connection.execute(f"select nextval({sequence}) from generate_series(1, 20)")
        self._blocks += [(table, id_) for (id_,) in taken.fetchall()]
        return self._insert_ids(connection, *self._one_of(self._blocks))

    def _again(self, connection: psycopg.Connection, table: str) -> int:
        """Use an id again whose row is gone."""
        if not self._gone:
            return 0
        return self._insert_ids(connection, *self._one_of(self._gone))

    def _one_of(self, kept: list[tuple[str, int]]) -> tuple[str, list[int]]:
        table, id_ = kept.pop(self._random.randrange(len(kept)))
        return table, [id_]

    def _insert_ids(
        self, connection: psycopg.Connection, table: str, ids: Sequence[int | None]
    ) -> int:
        columns = SOURCE[table].split(", ")
        for id_ in ids:
            given = [c for c in columns if id_ is not None or c != f"id_{table}"]
            values = [id_ if c == f"id_{table}" else self._value(c) for c in given]
            connection.execute(
                f"insert into {table} ({', '.join(given)}) "
                f"values ({', '.join(['%s'] * len(given))}) on conflict do nothing",
                values,
            )
        return len(ids)

    def _update(self, connection: psycopg.Connection, table: str) -> int:
        columns = [c for c in SOURCE[table].split(", ") if c != f"id_{table}"]
        column = self._random.choice(columns)
        return connection.execute(
            f"update {table} set {column} = %s where {self._chosen(table)}", [self._value(column)]
        ).rowcount

    def _delete(self, connection: psycopg.Connection, table: str) -> int:
        gone = connection.execute(
            f"delete from {table} where {self._chosen(table)} returning id_{table}"
        ).fetchall()
        self._gone = [*self._gone, *((table, id_) for (id_,) in gone)][-300:]
        return len(gone)

    def _truncate(self, connection: psycopg.Connection, table: str) -> int:
        """Empty a small table, and mostly fill it anew, often with the same ids."""
        restart = self._random.choice(["restart identity", ""])
        connection.execute(f"truncate {table} {restart}")
        count = self._random.choice([0, 20, 20, 40])
        return self._insert_ids(connection, table, [None] * count)

    def _chosen(self, table: str) -> str:
        """Return the condition of some rows, anywhere in the table."""
        few = self._some(10 if table in ("vendas", "clientes") else 2)
        return f"id_{table} in (select id_{table} from {table} order by random() limit {few})"

    def _some(self, mean: int) -> int:
        return 1 + int(self._random.expovariate(1 / mean))

    def _value(self, column: str) -> Any:
        """Return a value, as odd as they are."""
        # A state has a name: GOLD calls one without by that of the unknown.
        if self._random.random() < 0.04 and column not in ("estado", "sigla"):
            return None
        number = self._random.randrange(1, 10**7)
        if column.startswith("id_"):
            return 1 + number % 60
        if column.startswith("valor"):
            return Decimal(number) / 100
        if column.startswith("data_"):
            return datetime.datetime(2020, 1, 1) + datetime.timedelta(minutes=number % 3_000_000)
        if column == "sigla":
            return self._random.choice(["SP", "RJ", "AC", "ZZ"])
        return self._random.choice(["", "Ação ", "'\"\\ 😀\n"]) + str(number)
