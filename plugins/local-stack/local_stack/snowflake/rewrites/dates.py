"""Dates and times: https://docs.snowflake.com/en/sql-reference/functions-date-time."""

from __future__ import annotations

import re

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import Rules, call, native
from local_stack.snowflake.rewrites.formats import of_dates

# Of these the sum with a DATE is a DATE.
_DAYS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "DECADE", "CENTURY")
_UNITS = {
    "Y": "YEAR", "YY": "YEAR", "YYY": "YEAR", "YYYY": "YEAR", "YR": "YEAR",
    "Q": "QUARTER", "QTR": "QUARTER", "MM": "MONTH", "MON": "MONTH", "W": "WEEK", "WK": "WEEK",
    "D": "DAY", "DD": "DAY", "H": "HOUR", "HH": "HOUR", "HR": "HOUR", "M": "MINUTE",
    "MI": "MINUTE", "MIN": "MINUTE", "S": "SECOND", "SEC": "SECOND", "MS": "MILLISECOND",
    "MSEC": "MILLISECOND", "US": "MICROSECOND", "USEC": "MICROSECOND",
}  # fmt: skip


def _unit(node: Expr) -> str:
    """Return the unit of a function by DuckDB's name."""
    return _unit_named(node.args["unit"].name if node.args.get("unit") else "day")


def _unit_named(name: str) -> str:
    name = name.upper()
    name = _UNITS.get(name, _UNITS.get(name.removesuffix("S"), name.removesuffix("S")))
    if name.startswith("NANO") or name in ("NS", "NSEC"):
        raise unsupported("nanoseconds; DuckDB counts microseconds")
    return name


def truncated(node: exp.TimestampTrunc | exp.DateTrunc) -> Expr:
    """A DATE that is truncated is one."""
    return call("date_trunc", _unit(node).lower(), node.this)


def added(node: exp.DateAdd | exp.TimeAdd) -> Expr:
    """A DATE and some days are a DATE; a part of a day is rounded."""
    number = node.expression
    if not (isinstance(number, exp.Literal) and number.name.isdigit()):
        number = exp.cast(native("round", number), "BIGINT")
    return _sum(node.this, number, _unit(node))


def _sum(moment: Expr, number: Expr, unit: str) -> Expr:
    interval = exp.Interval(this=exp.Paren(this=number), unit=exp.var(unit))
    return call("plus_days" if unit in _DAYS else "plus_time", moment, interval)


def added_interval(node: exp.Add | exp.Sub) -> Expr:
    """`x + interval '1 year, 3 days'` is one sum after another."""
    moment, interval = node.this, node.expression
    if isinstance(moment, exp.Interval) and isinstance(node, exp.Add):
        moment, interval = interval, moment
    if not isinstance(interval, exp.Interval) or not isinstance(interval.this, exp.Literal):
        return node
    unit = interval.args.get("unit")
    parts = f"{interval.this.name} {unit.name if unit else ''}".split(",")
    total: Expr = moment
    for part in parts:
        found = re.fullmatch(r"\s*([+-]?\d+)\s*([a-z]*)\s*", part, re.IGNORECASE)
        if not found:
            raise unsupported(f"{interval.sql('snowflake')}")
        number = int(found[1]) * (-1 if isinstance(node, exp.Sub) else 1)
        total = _sum(total, exp.convert(number), _unit_named(found[2] or "second"))
    return total


def sliced(node: exp.TimeSlice) -> Expr:
    """The end of a slice is the beginning of the next."""
    kind = node.args.get("kind")
    if not kind or kind.name.upper() != "END":
        return node
    start = node.copy()
    start.set("kind", None)
    return added(exp.DateAdd(this=start, expression=node.expression, unit=node.args["unit"]))


def added_months(node: exp.AddMonths) -> Expr:
    """The last day of a month stays one."""
    return call("add_months", node.this, exp.cast(native("round", node.expression), "INT"))


def last_day(node: exp.LastDay) -> Expr:
    """The last day of the month, or of another part."""
    unit = _unit(node) if node.args.get("unit") else "MONTH"
    if unit == "DAY":
        raise unsupported(node.sql("snowflake"))
    step = exp.Interval(this=exp.Literal.number(1), unit=exp.var(unit))
    return call("last_day", unit.lower(), step, exp.cast(node.this, "DATE"))


def zone_converted(node: exp.ConvertTimezone) -> Expr:
    """Wall clocks; with two arguments it is a TIMESTAMP_TZ, which has an offset, and DuckDB's none.

    Raises:
        ProgrammingError: that offset would be seen.
    """
    target, moment = node.args["target_tz"], node.args["timestamp"]
    if source := node.args.get("source_tz"):
        return call("convert_timezone", source, target, moment)
    if target.name.upper() == "UTC":
        return call("to_timestamp_tz", moment)
    if not _hides_an_offset(node.parent):
        raise unsupported(
            "CONVERT_TIMEZONE with two arguments, unless it is cast to DATE, TIME or TIMESTAMP_NTZ;"
            " use the one with three"
        )
    return call("wall_clock", target, moment)


def _hides_an_offset(node: Expr | None) -> bool:
    """Tell whether of a TIMESTAMP_TZ it shows the wall clock only."""
    if isinstance(node, exp.Cast):
        return node.to.this in (
            exp.DType.DATE, exp.DType.TIME, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ,
        )  # fmt: skip
    if isinstance(node, exp.Anonymous):
        return node.name.upper() in ("TO_DATE", "TO_TIMESTAMP", "TO_TIMESTAMP_NTZ")
    return isinstance(node, _OF_A_WALL_CLOCK)


_OF_A_WALL_CLOCK = (
    exp.TsOrDsToDate, exp.TsOrDsToTime, exp.ToChar, exp.TimeToStr, exp.Extract, exp.Year,
    exp.Month, exp.Day, exp.Quarter, exp.Hour, exp.Minute, exp.Second, exp.Dayname, exp.Monthname,
    exp.DayOfWeek, exp.DayOfWeekIso, exp.DayOfMonth, exp.DayOfYear, exp.Week, exp.WeekOfYear,
)  # fmt: skip


def parsed_date(node: exp.TsOrDsToDate) -> Expr:
    """Read a date as its format says, or as those that are detected."""
    safe, pattern = node.args.get("safe"), node.args.get("format")
    if pattern:
        date: Expr = exp.cast(_parsed(node, pattern, "date"), "DATE")
        return date
    return call("try_date", node.this) if safe else exp.cast(node.this, "DATE")


def parsed_time(node: exp.TsOrDsToTime) -> Expr:
    """Read a time as its format says."""
    if pattern := node.args.get("format"):
        return exp.cast(_parsed(node, pattern, "time"), "TIME")
    return exp.cast(node.this, "TIME")


def parsed_timestamp(node: exp.StrToTime) -> Expr:
    """Read a timestamp as its format says."""
    return _parsed(node, node.args["format"], "timestamp")


def _parsed(node: Expr, pattern: Expr, kind: str) -> Expr:
    if not isinstance(pattern, exp.Literal):
        raise unsupported(f"a format that is no literal: {node.sql('snowflake')}")
    directives = of_dates(pattern.name, parses=True)
    if node.args.get("safe"):
        return exp.cast(native("try_strptime", node.this, directives), "TIMESTAMP")
    shown = exp.Literal.string(pattern.name).sql("snowflake")
    name = exp.TsOrDsToDate(this=exp.null(), format=pattern.copy()).sql("snowflake")
    found = re.search(r"'(.*)'", name)
    shown = f"{kind} with format '{found[1].upper() if found else shown}'"
    return call("parsed", node.this, directives, shown)


def scaled(node: exp.UnixToTime) -> Expr:
    """A number of seconds, or of parts of a second."""
    scale = node.args.get("scale")
    if scale is None or scale.name == "0":
        is_number = isinstance(node.this, exp.Literal) and not node.this.is_string
        return call("epoch" if is_number else "to_timestamp", node.this)
    return call("scaled_timestamp", node.this, scale)


def now(node: exp.CurrentTimestamp) -> Expr:
    """A name that is given to it is not it: DuckDB takes `now() as now` for a circle."""
    return native("get_current_timestamp") if not node.args.get("sysdate") else node


def extracted(node: exp.Extract) -> Expr:
    """Seconds since 1970 are whole ones."""
    part = node.name.upper()
    if part in ("EPOCH", "EPOCH_SECOND", "EPOCH_SECONDS"):
        return exp.cast(native("floor", native("epoch", call("moment", node.expression))), "BIGINT")
    return node


RULES: Rules = {
    exp.TimestampTrunc: truncated,
    exp.DateTrunc: truncated,
    exp.DateAdd: added,
    exp.TimeAdd: added,
    exp.Sub: added_interval,
    exp.Add: added_interval,
    exp.AddMonths: added_months,
    exp.TimeSlice: sliced,
    exp.LastDay: last_day,
    exp.NextDay: lambda node: call("next_day", exp.cast(node.this, "DATE"), node.expression),
    exp.PreviousDay: lambda node: call(
        "previous_day", exp.cast(node.this, "DATE"), node.expression
    ),
    exp.MonthsBetween: lambda node: call(
        "months_between", exp.cast(node.this, "DATE"), exp.cast(node.expression, "DATE")
    ),
    exp.ConvertTimezone: zone_converted,
    exp.TsOrDsToDate: parsed_date,
    exp.TsOrDsToTime: parsed_time,
    exp.StrToTime: parsed_timestamp,
    exp.UnixToTime: scaled,
    exp.Extract: extracted,
    exp.CurrentTimestamp: now,
    exp.CurrentDate: lambda _: native("today"),
    exp.CurrentTime: lambda _: native("current_localtime"),
    exp.Localtimestamp: lambda _: native("current_localtimestamp"),
}
