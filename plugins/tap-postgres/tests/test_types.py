"""How each type of PostgreSQL is read, and what of it is refused."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from driva_tap_postgres.source import sql
from driva_tap_postgres.types import column_type
from sqlalchemy.dialects import postgresql

NUMBER = {"precision": 10, "scale": 2}


@pytest.mark.parametrize(
    ("kind", "schema", "read", "refused"),
    [
        (sa.BIGINT(), {"type": "integer"}, "c", None),
        (sa.NUMERIC(10, 2), {"x-sql-datatype-properties": NUMBER}, "c", "c = 'NaN'"),
        (sa.NUMERIC(), {"type": "string"}, "CAST(c AS TEXT)", None),
        (sa.NUMERIC(39, 2), {"type": "string"}, "CAST(c AS TEXT)", None),
        (
            postgresql.DOUBLE_PRECISION(),
            {"x-sql-datatype": "double"},
            "replace(CAST(c AS TEXT), 'Infinity', 'inf')",
            None,
        ),
        (sa.CHAR(4), {"maxLength": 4}, "rpad(CAST(c AS TEXT), 4)", None),
        (sa.VARCHAR(4), {"maxLength": 4}, "c", None),
        (sa.DATE(), {"format": "date"}, "c", "c < '0001-01-01' OR c >= '10000-01-01'"),
        (
            postgresql.TIMESTAMP(timezone=True),
            {"format": "date-time"},
            "timezone('UTC', c)",
            "timezone('UTC', c) < '0001-01-01' OR timezone('UTC', c) >= '10000-01-01'",
        ),
        (postgresql.TIME(), {"format": "time"}, "CAST(c AS TEXT)", "c = '24:00:00'"),
        (postgresql.JSONB(), {"x-sql-datatype": "json"}, "CAST(c AS TEXT)", None),
        (
            postgresql.ARRAY(sa.INTEGER()),
            {"x-sql-datatype": "json"},
            "CAST(to_jsonb(c) AS TEXT)",
            None,
        ),
        (postgresql.BYTEA(), {"x-sql-datatype": "binary"}, "encode(c, 'hex')", None),
        (postgresql.INTERVAL(), {"type": "string"}, "CAST(c AS TEXT)", None),
        (postgresql.ENUM("a", name="e"), {"type": "string"}, "CAST(c AS TEXT)", None),
        (postgresql.DOMAIN("d", sa.INTEGER()), {"type": "integer"}, "CAST(c AS INTEGER)", None),
        (postgresql.DOMAIN("d", sa.CHAR(2)), {"type": "string"}, "CAST(c AS TEXT)", None),
    ],
)
def test_how_a_column_is_read(
    kind: sa.types.TypeEngine[Any], schema: dict[str, Any], read: str, refused: str | None
) -> None:
    found, column = column_type(kind), sa.Column("c", kind)
    assert found.schema.items() >= schema.items()
    assert sql(sa.select(found.read(column).label("v"))) == f"SELECT {read} AS v"
    assert (found.refused and where(found.refused(column))) == refused


def where(test: sa.ColumnElement[bool]) -> str:
    """Return the text of a test."""
    return sql(sa.select(sa.true()).where(test)).partition("WHERE ")[2]


def test_dates_may_be_read_as_text() -> None:
    for kind in (sa.DATE(), postgresql.TIMESTAMP()):
        assert column_type(kind, dates_as_string=True).schema == {"type": "string"}
