"""Snowflake's names for DuckDB's types."""

from __future__ import annotations

import re

_NAMES = {
    "BIGINT": "NUMBER(38,0)",
    "BLOB": "BINARY(8388608)",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "DOUBLE": "FLOAT",
    "FLOAT": "FLOAT",
    "HUGEINT": "NUMBER(38,0)",
    "INTEGER": "NUMBER(38,0)",
    "JSON": "VARIANT",
    "SMALLINT": "NUMBER(38,0)",
    "TIME": "TIME(9)",
    "TIMESTAMP": "TIMESTAMP_NTZ(9)",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ(9)",
    "TINYINT": "NUMBER(38,0)",
    "UBIGINT": "NUMBER(38,0)",
    "VARCHAR": "VARCHAR(16777216)",
}


def snowflake_type(duckdb_type: str) -> str:
    """Return Snowflake's name for a type of DuckDB's."""
    if decimal := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", duckdb_type):
        return f"NUMBER({decimal[1]},{decimal[2]})"
    if duckdb_type.startswith("TIMESTAMP_"):
        return "TIMESTAMP_NTZ(9)"
    if duckdb_type.endswith("[]"):
        return "ARRAY"
    return _NAMES.get(duckdb_type, "VARIANT")
