"""A table of the source, of which some columns and rows are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from singer_sdk.sql.connector import FullyQualifiedName
from sqlalchemy.dialects import postgresql

from driva_tap_postgres.parquet import Snapshot
from driva_tap_postgres.types import ColumnType

Filter = sa.ColumnElement[bool] | sa.TextClause

_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
_SIZE = sa.text("""
    select coalesce(sum(pg_relation_size(relid)), pg_relation_size(cast(:table as regclass)))
    from pg_partition_tree(cast(:table as regclass))
""")

# A table with its partitions and whatever else inherits from it.
TREE = """
    with recursive tree as (
        select cast(cast(:table as regclass) as oid) as oid
        union
        select i.inhrelid from pg_inherits i join tree t on t.oid = i.inhparent
    )
"""
_KINDS = sa.text(f"""
    {TREE}
    select array_agg(cast(c.relkind as text)) from tree t join pg_class c on c.oid = t.oid
""")


@dataclass(frozen=True)
class SourceTable:
    """A table, and the way to it.

    Attributes:
        name: its name with its schema's.
        table: its columns that are read.
        types: how each of them is read.
        key: the columns that tell its rows apart.
        clauses: the filters of its rows that are read.
        connect: opens a connection to its database.
        snapshot: the state of it that is asked, if not the newest.
    """

    name: FullyQualifiedName
    table: sa.Table
    types: Mapping[str, ColumnType]
    key: Sequence[str]
    clauses: Sequence[Filter]
    connect: Callable[[], AbstractContextManager[sa.Connection]]
    snapshot: Snapshot | None = None

    @property
    def quoted_name(self) -> str:
        """Its name as it is written in SQL."""
        name: str = _DIALECT.identifier_preparer.format_table(self.table)
        return name

    @cached_property
    def values(self) -> list[sa.Label[Any]]:
        """What is selected of each column, in files and in records."""
        columns = self.table.columns
        return [kind.read(columns[name]).label(name) for name, kind in self.types.items()]

    @property
    def size(self) -> int:
        """Bytes of the table with its partitions; none for a view."""
        ((size,),) = self.ask(_SIZE, table=self.quoted_name)
        return int(size or 0)

    @cached_property
    def has_xmin(self) -> bool:
        """Whether each row tells which transaction has written it."""
        ((kinds,),) = self.ask(_KINDS, table=self.quoted_name)
        return set(kinds) <= {"r", "p"}

    def at(self, snapshot: Snapshot) -> SourceTable:
        """Return the table as it is in a snapshot."""
        return replace(self, snapshot=snapshot)

    def ask_by_range(self, query: sa.Select[Any]) -> Sequence[tuple[Any, ...]]:
        """Return what a query finds that is grouped by its first column, which has few values.

        PostgreSQL knows that of no expression: it would sort all rows, on its disk.
        """
        self.ask(sa.select(sa.func.set_config("enable_sort", "off", True).label("set")))
        return self.ask(query.group_by(sa.literal_column("1")))

    def ask(self, query: sa.Executable, **parameters: Any) -> Sequence[tuple[Any, ...]]:
        """Return what a query finds, in the snapshot or else in one of its own."""
        if self.snapshot and isinstance(query, sa.Select):
            return self.snapshot.ask(sql(query))
        with self.connect() as connection:
            return [tuple(row) for row in connection.execute(query, parameters)]


def sql(query: sa.Select[Any]) -> str:
    """Return the text of a query."""
    return str(query.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))
