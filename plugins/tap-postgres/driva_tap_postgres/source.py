"""A table of the source, of which some columns and rows are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from singer_sdk.sql.connector import FullyQualifiedName
from sqlalchemy.dialects import postgresql

from driva_tap_postgres.types import ColumnType

Filter = sa.ColumnElement[bool] | sa.TextClause

_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
_SIZE = sa.text("""
    select coalesce(sum(pg_relation_size(relid)), pg_relation_size(cast(:table as regclass)))
    from pg_partition_tree(cast(:table as regclass))
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
    """

    name: FullyQualifiedName
    table: sa.Table
    types: Mapping[str, ColumnType]
    key: Sequence[str]
    clauses: Sequence[Filter]
    connect: Callable[[], AbstractContextManager[sa.Connection]]

    @property
    def quoted_name(self) -> str:
        """Its name as it is written in SQL."""
        name: str = _DIALECT.identifier_preparer.format_table(self.table)
        return name

    @cached_property
    def values(self) -> list[sa.ColumnElement[Any]]:
        """What is selected of each column, in files and in records."""
        columns = self.table.columns
        return [kind.read(columns[name]).label(name) for name, kind in self.types.items()]

    @property
    def size(self) -> int:
        """Bytes of the table with its partitions; none for a view."""
        ((size,),) = self.ask(_SIZE, table=self.quoted_name)
        return int(size or 0)

    def ask(self, query: sa.Executable, **parameters: Any) -> Sequence[sa.Row[Any]]:
        """Return what a query finds, in a transaction and with a snapshot of its own."""
        with self.connect() as connection:
            return connection.execute(query, parameters).all()


def sql(query: sa.Select[Any]) -> str:
    """Return the text of a query."""
    return str(query.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))
