"""Conversions: https://docs.snowflake.com/en/sql-reference/functions-conversion."""

from __future__ import annotations

import re

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import Rules, call, native
from local_stack.snowflake.rewrites.formats import is_numeric, number_text, of_dates
from local_stack.snowflake.rewrites.texts import is_text

_TEXT = (exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.CHAR, exp.DType.NCHAR, exp.DType.NVARCHAR)
_WHOLE = (exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT)
_ISO = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?")
_DIGITS_OF_BIGINT = 18
_BINARY = {"UTF-8": "decode", "UTF8": "decode", "HEX": "hex", "BASE64": "to_base64"}


# The macro that casts to a type, whatever is cast.
CASTS = {
    exp.DType.DATE: "to_date",
    exp.DType.TIME: "to_time",
    exp.DType.TIMESTAMP: "to_timestamp",
    exp.DType.TIMESTAMPNTZ: "to_timestamp",
    exp.DType.DATETIME: "to_timestamp",
    exp.DType.TIMESTAMPTZ: "to_timestamp_tz",
    exp.DType.TIMESTAMPLTZ: "to_timestamp_tz",
    exp.DType.ARRAY: "to_array",
    exp.DType.OBJECT: "to_object",
}


def cast(node: exp.Cast) -> Expr:
    """Cast as Snowflake does: what a text, a whole number and a date are made of."""
    kind = node.to.this
    if kind in _TEXT:
        text = node.this if is_text(node.this) else call("varchar", node.this)
        size = node.to.expressions
        return exp.cast(native("left", text, size[0].this), node.to) if size else text
    if kind == exp.DType.VARIANT:
        return call("to_variant", node.this)
    if is_whole(node.to):
        if isinstance(node.this, exp.Literal) and len(node.this.name) > _DIGITS_OF_BIGINT:
            return exp.cast(node.this, "INT128")
        return call("whole", node.this)
    if kind in (exp.DType.DATE, exp.DType.TIME, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ):
        return _cast_to_moment(node)
    is_structured = node.to.args.get("nested") and node.to.expressions
    return call(CASTS[kind], node.this) if kind in CASTS and not is_structured else node


def _cast_to_moment(node: exp.Cast) -> Expr:
    """Leave to DuckDB's own cast what is no text; where it fails, the macro reads any format."""
    kind = node.to.this
    if isinstance(node.this, exp.Literal) and not _ISO.fullmatch(node.this.name):
        return call(CASTS[kind], node.this)
    if kind in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ):
        return as_timestamp(node.this)
    return node


def as_timestamp(value: Expr) -> Expr:
    """Cast to DuckDB's TIMESTAMP, by the name that fakesnow leaves alone."""
    return exp.Cast(this=value, to=exp.DataType.build("DATETIME"))


def is_whole(kind: exp.DataType) -> bool:
    """Tell whether a type is NUMBER(38, 0), or another name of it."""
    sizes = [size.name for size in kind.expressions]
    return kind.this in _WHOLE or (kind.this == exp.DType.DECIMAL and sizes in ([], ["38", "0"]))


def tried(node: exp.TryCast) -> Expr:
    """A text that does not fit is NULL."""
    kind = node.to.this
    if kind in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ):
        return call("try_timestamp", node.this)
    if kind == exp.DType.DATE:
        return call("try_date", node.this)
    return node


def shown(node: exp.ToChar | exp.TimeToStr) -> Expr:
    """Write a value by a format of dates, of numbers, or as it is.

    Raises:
        ProgrammingError: the format is none of these.
    """
    pattern = node.args.get("format")
    if pattern is None:
        return call("varchar", node.this)
    if not isinstance(pattern, exp.Literal):
        raise unsupported(f"a format that is no literal: {node.sql('snowflake')}")
    if name := _BINARY.get(pattern.name.upper()):
        return native(name, node.this)
    if is_numeric(pattern.name):
        return number_text(node.this, pattern.name)
    return native("strftime", call("moment", node.this), of_dates(pattern.name))


def number(node: exp.ToNumber) -> Expr:
    """Read a number by a format."""
    pattern = node.args.get("format")
    if pattern is None:
        return node
    if not isinstance(pattern, exp.Literal):
        raise unsupported(f"a format that is no literal: {node.sql('snowflake')}")
    read = node.copy()
    read.set("format", None)
    if set(pattern.name.upper()) <= {"X"}:
        read.set("this", native("concat", "0x", node.this).copy())
        return exp.cast(read.this, "BIGINT")
    if not set(pattern.name.upper()) <= set("90.,$DGSMI") - set("MI") | set("S"):
        raise unsupported(f"the format '{pattern.name}' of a number")
    read.set("this", call("plain_number", node.this).copy())
    for key, value in (("precision", 38), ("scale", 0)):
        if not read.args.get(key):
            read.set(key, exp.convert(value))
    return read


def binary(node: exp.ToBinary) -> Expr:
    """Read bytes from text."""
    pattern = node.args.get("format")
    kind = pattern.name.upper() if pattern else "HEX"
    names = {"HEX": "from_hex", "UTF-8": "encode", "UTF8": "encode", "BASE64": "from_base64"}
    if kind not in names:
        raise unsupported(f"the format '{kind}' of TO_BINARY")
    return native(names[kind], node.this)


def named(node: exp.Anonymous) -> Expr:
    """Functions that sqlglot leaves as they are."""
    name, arguments = node.name.upper(), node.expressions
    if name in ("TO_TIMESTAMP", "TO_TIMESTAMP_NTZ") and len(arguments) == 1:
        return call("to_timestamp", *arguments)
    if name in ("TO_TIMESTAMP_TZ", "TO_TIMESTAMP_LTZ") and len(arguments) == 1:
        return call("to_timestamp_tz", *arguments)
    if name in ("TRY_TO_TIMESTAMP", "TRY_TO_TIMESTAMP_NTZ") and len(arguments) == 1:
        return call("try_timestamp", *arguments)
    if name == "TO_DATE" and len(arguments) == 1:
        return call("to_date", *arguments)
    if name == "TO_OBJECT":
        return call("to_object", *arguments)
    return node


RULES: Rules = {
    exp.Cast: cast,
    exp.TryCast: tried,
    exp.ToChar: shown,
    exp.TimeToStr: shown,
    exp.ToNumber: number,
    exp.ToBinary: binary,
    exp.ToArray: lambda node: call("to_array", node.this),
}
