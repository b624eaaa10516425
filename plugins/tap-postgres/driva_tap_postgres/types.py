"""How each type of PostgreSQL goes to Snowflake, the same in files and in records.

A column leaves PostgreSQL as what its Snowflake column takes, by one expression for both ways. What
Snowflake has no type for goes as PostgreSQL's own text, so that nothing is rounded or dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

Value = sa.ColumnElement[Any]

# What goes as text reads the same whatever the server's settings are. libpq has no variables for
# these, and a pooler takes them neither at the start nor for longer than a transaction.
SETTINGS = (
    "select set_config('intervalstyle', 'iso_8601', true) as intervals, "
    "set_config('extra_float_digits', '1', true) as floats"
)

# https://docs.snowflake.com/sql-reference/data-types-numeric
_DIGITS = 38


@dataclass(frozen=True)
class ColumnType:
    """A type on its way.

    Attributes:
        schema: JSON Schema of its values; `x-sql-datatype` names Snowflake's type where the schema
            alone does not: numeric (NUMBER), double (DOUBLE), json (VARIANT), binary (BINARY).
        read: makes of a column the expression to select.
        refused: makes of it the test for values that Snowflake's type does not have; None if it
            has all of them.
    """

    schema: dict[str, Any]
    read: Callable[[Value], Value] = lambda column: column
    refused: Callable[[Value], sa.ColumnElement[bool]] | None = None


def column_type(  # noqa: PLR0911 - a table of cases
    kind: sa.types.TypeEngine[Any], *, dates_as_string: bool = False
) -> ColumnType:
    """Return how a column of a reflected type is read.

    Args:
        kind: the type as SQLAlchemy reflects it.
        dates_as_string: read dates and timestamps as text, whatever they are.
    """
    if isinstance(kind, postgresql.DOMAIN):
        return _domain(kind, dates_as_string)
    match kind:
        case sa.Boolean():
            return ColumnType({"type": "boolean"})
        case sa.Integer():
            return ColumnType({"type": "integer"})
        case sa.Float():
            return ColumnType({"type": ["number", "string"], "x-sql-datatype": "double"}, _double)
        case sa.Numeric() if _is_number(kind):
            return decimal(kind.precision or 0, kind.scale or 0)
        case sa.Date() | sa.DateTime() if not dates_as_string:
            return _moment(kind)
        case sa.Time() if not kind.timezone:
            return ColumnType(
                {"type": "string", "format": "time"}, _text, lambda c: c == _literal("24:00:00")
            )
        case sa.CHAR() if kind.length:
            width = kind.length
            # The scanner drops the blanks that belong to the value.
            return ColumnType(_string(width), lambda c: sa.func.rpad(_text(c), width))
        case sa.VARCHAR() | sa.TEXT() if type(kind) in (
            sa.VARCHAR,
            sa.TEXT,
            postgresql.VARCHAR,
            postgresql.TEXT,
        ):
            return ColumnType(_string(kind.length))
        case postgresql.JSON():
            return ColumnType(_JSON, _text)
        case postgresql.ARRAY():
            return ColumnType(_JSON, lambda c: _text(sa.func.to_jsonb(c)))
        case postgresql.BYTEA():
            return ColumnType(
                {"type": "string", "x-sql-datatype": "binary"},
                lambda c: sa.func.encode(c, _literal("hex")),
            )
    return ColumnType(_string(), _text)


_JSON = {
    "type": ["string", "object", "array", "number", "integer", "boolean"],
    "x-sql-datatype": "json",
}


def _string(length: int | None = None) -> dict[str, Any]:
    return {"type": "string", "maxLength": length} if length else {"type": "string"}


def _literal(text: str) -> Value:
    return sa.literal_column(f"'{text}'")


def _text(column: Value) -> Value:
    return sa.cast(column, sa.Text)


def _double(column: Value) -> Value:
    """Write a float as text that gives the same float again; JSON has no NaN and no infinity."""
    text = _text(column)
    return sa.func.replace(text, _literal("Infinity"), _literal("inf"))


def _is_number(kind: sa.Numeric[Any]) -> bool:
    scale = kind.scale or 0
    return kind.precision is not None and 0 <= scale <= kind.precision <= _DIGITS


def decimal(precision: int, scale: int) -> ColumnType:
    """Return an exact decimal, as NUMBER(precision, scale)."""
    return ColumnType(
        {
            "type": "number",
            "x-sql-datatype": "numeric",
            "x-sql-datatype-properties": {"precision": precision, "scale": scale},
        },
        refused=lambda c: c == _literal("NaN"),
    )


def _moment(kind: sa.Date | sa.DateTime) -> ColumnType:
    """Return a date or timestamp, one with a zone as of UTC, in the years 1 to 9999."""

    def read(column: Value) -> Value:
        in_zone = isinstance(kind, sa.DateTime) and kind.timezone
        return sa.func.timezone(_literal("UTC"), column) if in_zone else column

    def refused(column: Value) -> sa.ColumnElement[bool]:
        first, after = _literal("0001-01-01"), _literal("10000-01-01")
        return sa.or_(read(column) < first, read(column) >= after)

    kind_of = "date" if isinstance(kind, sa.Date) else "date-time"
    return ColumnType({"type": "string", "format": kind_of}, read, refused)


def _domain(kind: postgresql.DOMAIN, dates_as_string: bool) -> ColumnType:
    """Return the type below a domain, or text where its length, which is not known here, counts."""
    whole: tuple[type[sa.types.TypeEngine[Any]], ...] = (
        sa.Boolean,
        sa.Integer,
        sa.Float,
        sa.Date,
        sa.DateTime,
        postgresql.JSON,
        postgresql.ARRAY,
        postgresql.BYTEA,
    )
    if not isinstance(kind.data_type, whole):
        return ColumnType(_string(), _text)
    base = column_type(kind.data_type, dates_as_string=dates_as_string)
    refused = base.refused

    def plain(column: Value) -> Value:
        return sa.cast(column, kind.data_type)

    return ColumnType(
        base.schema,
        lambda column: base.read(plain(column)),
        (lambda column: refused(plain(column))) if refused else None,
    )
