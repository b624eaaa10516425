"""Values that a client binds to a statement's question marks: one of each, or a whole batch."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import Expr, exp

from local_stack.snowflake.adapter import MutableParams

_EPOCH = datetime.datetime(1970, 1, 1)


def is_batch(bindings: dict[str, Any]) -> bool:
    """Tell whether a client sends a list of values for each question mark."""
    return any(isinstance(binding["value"], list) for binding in bindings.values())


def parameters(bindings: dict[str, Any]) -> MutableParams | None:
    """Return the values by position, or by name if they have names."""
    if not bindings:
        return None
    values = {name: _value(bound["type"], bound["value"]) for name, bound in bindings.items()}
    if all(name.isdigit() for name in values):
        return [values[str(position)] for position in range(1, len(values) + 1)]
    return values


def batch(bindings: dict[str, Any]) -> pa.Table:
    """Return a batch's rows: one column a question mark, `1`, `2` and so on."""
    columns: dict[str, pa.Array] = {}
    for position in map(str, range(1, len(bindings) + 1)):
        kind, values = bindings[position]["type"], bindings[position]["value"]
        read = [_value(kind, value) for value in values]
        if len({type(value) for value in read if value is not None}) > 1:
            read = [None if value is None else str(value) for value in read]
        array = pa.array(read)
        columns[position] = array.cast(pa.string()) if pa.types.is_null(array.type) else array
    return pa.table(columns)


def name_objects(statement: Expr, params: MutableParams | None) -> None:
    """Put in values: all that have names, and of question marks those that name an object."""
    if isinstance(params, dict):
        for mark in list(statement.find_all(exp.Placeholder)):
            if mark.name in params:
                mark.replace(exp.convert(params[mark.name]))
        params.clear()
    if not isinstance(params, list) or not params:
        return
    if isinstance(statement, exp.Put) and statement.args["target"].name == "?":
        statement.set("target", exp.var(params.pop(0)))
        return
    marks = list(statement.find_all(exp.Placeholder, bfs=False))
    for i, mark in reversed(list(enumerate(marks))):
        parent = mark.parent
        names = isinstance(parent, exp.DynamicIdentifier | exp.CopyParameter | exp.Kwarg)
        if names or (isinstance(parent, exp.Anonymous) and parent.name.upper() == "IDENTIFIER"):
            mark.replace(exp.Literal.string(str(params.pop(i))))


def _value(kind: str, value: Any) -> Any:
    """Return a bound value as Python's."""
    if value is None or not (read := _READERS.get(kind)):
        return value
    return read(str(value))


def _integer_or_decimal(text: str) -> int | Decimal:
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else Decimal(text)


def _timestamp(text: str) -> datetime.datetime | str:
    """Read nanoseconds since 1970; DuckDB reads what is text by itself."""
    if not re.fullmatch(r"-?\d+", text):
        return text
    return _EPOCH + datetime.timedelta(microseconds=int(text) // 1000)


def _zoned(text: str) -> datetime.datetime | str:
    """Read nanoseconds since 1970, and an offset in minutes from 24 hours behind."""
    nanoseconds, _, offset = text.partition(" ")
    moment = _timestamp(nanoseconds)
    if isinstance(moment, str):
        return text
    zone = datetime.timezone(datetime.timedelta(minutes=int(offset or 1440) - 1440))
    return moment.replace(tzinfo=datetime.UTC).astimezone(zone)


def _date(text: str) -> datetime.date | str:
    """Read milliseconds since 1970."""
    if not re.fullmatch(r"-?\d+", text):
        return text
    return (_EPOCH + datetime.timedelta(milliseconds=int(text))).date()


def _time(text: str) -> datetime.time | str:
    moment = _timestamp(text)
    return moment if isinstance(moment, str) else moment.time()


_READERS: dict[str, Callable[[str], Any]] = {
    "FIXED": _integer_or_decimal,
    "REAL": float,
    "BOOLEAN": lambda text: text.lower() in ("true", "1"),
    "BINARY": bytes.fromhex,
    "DATE": _date,
    "TIME": _time,
    "TIMESTAMP_NTZ": _timestamp,
    "TIMESTAMP_LTZ": _timestamp,
    "TIMESTAMP_TZ": _zoned,
}
