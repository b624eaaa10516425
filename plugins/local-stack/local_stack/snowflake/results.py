"""Results of statements, kept for a while, and as clients get them."""

from __future__ import annotations

import datetime
import json
import re
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from local_stack.snowflake.adapter import DML_TYPES, encoded, rowtype

# Results kept for RESULT_SCAN; an account keeps them for a day.
RESULTS_KEPT = 32
_STATS = {
    "number of rows inserted": "numRowsInserted",
    "number of rows updated": "numRowsUpdated",
    "number of rows deleted": "numRowsDeleted",
}
_EPOCH = datetime.date(1970, 1, 1)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


@dataclass(frozen=True)
class Result:
    """What a statement has answered.

    Attributes:
        query_id: the statement's.
        columns: names and DuckDB's types.
        table: the rows.
        type_id: Snowflake's number for the kind of statement.
        rowcount: rows returned or changed.
        transfer: what a client is told to upload or download.
        filled: rows of a new table, of CREATE TABLE … AS SELECT.
    """

    query_id: str
    columns: list[tuple[str, str]]
    table: pa.Table
    type_id: int
    rowcount: int
    transfer: dict[str, Any] | None = field(default=None)
    filled: int | None = None

    @property
    def stats(self) -> dict[str, int] | None:
        """How many rows were inserted, updated and deleted, by a statement that does so."""
        counts = dict.fromkeys((*_STATS.values(), "numDmlDuplicates"), 0)
        if self.filled is not None:
            return {**counts, "numRowsInserted": self.filled}
        if self.type_id not in DML_TYPES:
            return None
        named = {_STATS[name]: i for i, (name, _) in enumerate(self.columns) if name in _STATS}
        return counts | {name: int(self.table.column(i)[0].as_py()) for name, i in named.items()}

    def data(self, as_json: bool, indent: int = 2) -> dict[str, Any]:
        """Return the rows as a client gets them.

        Args:
            as_json: whether the client reads no Arrow.
            indent: blanks before a key of a VARIANT.
        """
        if self.transfer:
            return self.transfer
        described = rowtype(self.columns)
        table = self.table
        for i, column in enumerate(described):
            if column["type"] in ("variant", "array", "object") and pa.types.is_string(
                table.schema.types[i]
            ):
                table = table.set_column(i, table.schema.field(i), _pretty(table[i], indent))
        answer = {
            "rowtype": described,
            "total": self.table.num_rows,
            "returned": self.table.num_rows,
            "queryId": self.query_id,
            "statementTypeId": self.type_id,
        }
        if stats := self.stats:
            answer["stats"] = stats
        if as_json or self.type_id in DML_TYPES:
            # Clients read the numbers of changed rows from JSON.
            cells = [[_as_text(value) for value in column.to_pylist()] for column in table.columns]
            rows = [list(row) for row in zip(*cells, strict=True)]
            return {**answer, "queryResultFormat": "json", "rowset": rows}
        # A client takes no row from what is empty, and fails at a stream without a batch.
        arrow = b64encode(encoded(table, described)).decode() if table.num_rows else ""
        return {**answer, "queryResultFormat": "arrow", "rowsetBase64": arrow}


class Results(OrderedDict[str, Result]):
    """The newest results by query id."""

    def __setitem__(self, key: str, value: Result) -> None:
        super().__setitem__(key, value)
        if len(self) > RESULTS_KEPT:
            self.popitem(last=False)


def pretty(text: str, indent: int = 2) -> str:
    """Return JSON as Snowflake shows a VARIANT; numbers stay as they are written.

    https://docs.snowflake.com/en/sql-reference/parameters#json-indent
    """
    separator = "\n" if indent else ""
    return "".join(_indented(_TOKEN.findall(text), indent, separator))


def _indented(parts: list[str], indent: int, line: str) -> Iterator[str]:
    depth = 0
    for i, part in enumerate(parts):
        if part in "{[":
            depth += 1
            is_empty = parts[i + 1 : i + 2] in (["}"], ["]"])
            yield part if is_empty else part + line + " " * indent * depth
        elif part in "}]":
            depth -= 1
            is_empty = parts[i - 1] in ("{", "[")
            yield part if is_empty else line + " " * indent * depth + part
        elif part == ",":
            yield "," + line + " " * indent * depth
        elif part == ":":
            yield ": " if indent else ":"
        elif "\\u" in part:
            yield json.dumps(json.loads(part), ensure_ascii=False)
        else:
            yield part


def _pretty(column: pa.ChunkedArray, indent: int) -> pa.Array:
    texts = (None if text is None else pretty(text, indent) for text in column.to_pylist())
    return pa.array(texts, pa.string())


def _as_text(value: Any) -> str | None:
    """Return a value as it stands in a result in JSON."""
    if value is None:
        return None
    if write := _WRITERS.get(type(value)):
        return write(value)
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _moment(value: datetime.datetime) -> str:
    since = value.replace(tzinfo=value.tzinfo or datetime.UTC) - datetime.datetime(
        1970, 1, 1, tzinfo=datetime.UTC
    )
    seconds = since.days * 86400 + since.seconds
    text = f"{seconds}.{since.microseconds:06d}000"
    return text if value.tzinfo is None else f"{text} {_offset(value)}"


def _offset(value: datetime.datetime) -> int:
    offset = value.utcoffset() or datetime.timedelta()
    return int(offset.total_seconds() // 60) + 1440


def _time(value: datetime.time) -> str:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return f"{seconds}.{value.microsecond:06d}000"


_WRITERS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "1" if value else "0",
    datetime.date: lambda value: str((value - _EPOCH).days),
    datetime.datetime: _moment,
    datetime.time: _time,
    bytes: lambda value: str(value.hex().upper()),
    Decimal: lambda value: format(value, "f"),
}
