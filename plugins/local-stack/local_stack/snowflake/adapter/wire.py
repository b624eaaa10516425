"""Results in the form in which Snowflake sends them."""

from __future__ import annotations

from typing import Any, cast

import pyarrow as pa
from fakesnow import arrow, statement_type
from fakesnow import rowtype as types
from fakesnow.statement_type import DML_TYPE_IDS as DML_TYPES
from sqlglot import Expr, exp

__all__ = ["DML_TYPES", "encoded", "rowtype", "type_id"]


def rowtype(columns: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return Snowflake's description of a result's columns, from names and DuckDB's types."""
    described = types.describe_as_rowtype([(*column, *[None] * 4) for column in columns])
    return [dict(column) for column in described]


def encoded(table: pa.Table, described: list[dict[str, Any]]) -> bytes:
    """Return rows in Snowflake's Arrow."""
    return bytes(arrow.to_ipc(arrow.to_sf(table, cast(list[types.ColumnInfo], described))))


def type_id(statement: Expr) -> int:
    """Return Snowflake's number for a kind of statement."""
    if isinstance(statement, exp.Query):
        return statement_type.SELECT
    if isinstance(statement, exp.Command) and statement.name.upper() == "SHOW":
        return statement_type.SHOW
    return statement_type.statement_type_id(statement)
