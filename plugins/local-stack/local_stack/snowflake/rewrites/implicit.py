"""Casts that Snowflake makes by itself, and DuckDB does not.

They are made where DuckDB has found no function for the types that are there: a statement that
runs without them is left as it is.
https://docs.snowflake.com/en/sql-reference/data-type-conversion
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import Expr, exp

from local_stack.snowflake.rewrites.calls import DATABASE, call
from local_stack.snowflake.rewrites.conversions import CASTS

_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_BRANCHES = (
    exp.Case, exp.If, exp.Coalesce, exp.Nvl2, exp.DecodeCase, exp.Greatest, exp.Least,
)  # fmt: skip
_CALCULATED = (exp.Add, exp.Sub, exp.Mul)
_NUMBERS = (
    exp.Neg, exp.Abs, exp.Sqrt, exp.Floor, exp.Ceil, exp.Exp, exp.Ln, exp.Sign, exp.Pow, exp.Trunc,
)  # fmt: skip
_TOTALS = (exp.Sum, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop)
_TEXTS = (
    exp.Upper, exp.Lower, exp.Length, exp.Left, exp.Right, exp.Substring, exp.Replace, exp.Concat,
    exp.ConcatWs, exp.Pad, exp.Like, exp.ILike, exp.Contains, exp.StartsWith, exp.EndsWith,
    exp.StrPosition, exp.SplitPart, exp.Split, exp.Reverse, exp.Repeat, exp.RegexpLike, exp.DPipe,
    exp.Initcap, exp.MD5, exp.SHA, exp.SHA2, exp.RegexpExtract, exp.Translate,
)  # fmt: skip
_MOMENTS = (
    exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Hour, exp.Minute, exp.Second, exp.Dayname,
    exp.Monthname, exp.DayOfWeek, exp.DayOfWeekIso, exp.DayOfYear, exp.DayOfMonth, exp.WeekOfYear,
    exp.Week, exp.YearOfWeek, exp.YearOfWeekIso, exp.Extract, exp.DateDiff,
)  # fmt: skip
_OF_MOMENTS = tuple(
    f"{DATABASE}.{name}" for name in ("date_trunc", "plus_days", "plus_time", "add_months")
)
# What is no text among the arguments of functions of texts.
_NO_TEXT = ("position", "occurrence", "group", "fill_pattern_count", "start", "length", "times",
            "part_index", "is_left", "flag", "parameters")  # fmt: skip


def cast_operands(statement: Expr) -> Expr:
    """Cast each operand to what the other one is, or to what the function takes."""
    for node in reversed(list(statement.bfs())):
        for kinds, rule in _RULES:
            if isinstance(node, kinds):
                rule(node)
                break
    return statement


def _as_each_other(node: Expr) -> None:
    left, right = node.this, node.expression
    if _is_known(left) and _is_known(right):
        return
    if isinstance(left, exp.Tuple) or isinstance(right, exp.Subquery | exp.Any | exp.All):
        return
    node.set("this", call("like", left.copy(), right.copy()))
    node.set("expression", call("like", right.copy(), left.copy()))


def _between(node: exp.Between) -> None:
    value = node.this
    for key in ("low", "high"):
        node.set(key, call("like", node.args[key].copy(), value.copy()))
    node.set("this", call("like", value.copy(), node.args["low"].expressions[0].copy()))


def _in_list(node: exp.In) -> None:
    if node.expressions and not isinstance(node.this, exp.Tuple):
        value, first = node.this, node.expressions[0]
        node.set("expressions", [call("like", v.copy(), value.copy()) for v in node.expressions])
        node.set("this", call("like", value.copy(), first.copy()))


def _branches(node: Expr) -> None:
    """A branch is what the others are: a number, a date, or a text that is read as one."""
    match node:
        case exp.If() if isinstance(node.parent, exp.Case):
            return
        case exp.Case():
            found = [*(part.args["true"] for part in node.args["ifs"]), node.args.get("default")]
        case exp.If() | exp.Nvl2():
            found = [node.args["true"], node.args.get("false")]
        case exp.DecodeCase():
            found = [*node.expressions[2::2], *node.expressions[-1:]]
        case _:
            found = [node.this, *node.expressions]
    _as_all_others([v for v in found if isinstance(v, Expr) and not isinstance(v, exp.Null)])


def _rows(node: exp.Values) -> None:
    rows = [row.expressions for row in node.expressions if isinstance(row, exp.Tuple)]
    for column in zip(*rows, strict=False):
        for value in column:
            if isinstance(value, exp.Literal) and any(_is_known(other) for other in column):
                value.replace(number_of(value))


def number_of(text: exp.Literal) -> Expr:
    """Return the number that a constant is the text of; its decimals are as they are written."""
    is_number = not text.is_string or re.fullmatch(r"[+-]?\d+(\.\d+)?", text.name)
    return exp.Literal.number(text.name) if is_number else call("number", text.copy())


def _as_all_others(values: list[Expr]) -> None:
    different = list({value.sql(): value.copy() for value in values}.values())[:_OTHERS]
    for value in values:
        if isinstance(value, exp.Literal):
            continue  # DuckDB casts it by itself
        made = value.copy()
        for other in different:
            if other != value:
                made = call("like", made, other.copy())
        value.replace(made)


# So many branches, or rows, of one construct are asked for their type.
_OTHERS = 8


def _calculated(node: Expr) -> None:
    if not isinstance(node.this, exp.Interval) and not isinstance(node.expression, exp.Interval):
        for key in ("this", "expression"):
            node.set(key, _number(node.args[key]))


def _number(value: Expr) -> Expr:
    return value.copy() if _is_known(value) else call("number", value.copy())


def _is_known(value: Expr) -> bool:
    """Tell of some expressions that they are numbers."""
    if isinstance(value, exp.Literal):
        return not value.is_string
    return isinstance(value.unnest(), exp.AggFunc | exp.Window | exp.Binary)


def _of(name: str) -> Callable[[Expr], None]:
    def rule(node: Expr) -> None:
        node.set("this", call(name, node.this.copy()))

    return rule


def _text(node: Expr) -> None:
    for key, value in list(node.args.items()):
        if key == "expressions":
            node.set(key, [call("varchar", item.copy()) for item in value])
        elif (
            isinstance(value, Expr)
            and key not in _NO_TEXT
            and not isinstance(value, exp.Any | exp.All | exp.Tuple)
            and not (isinstance(node, exp.Left | exp.Right | exp.Pad) and key == "expression")
        ):
            node.set(key, call("varchar", value.copy()))


def _moments(node: Expr) -> None:
    keys = ("expression",) if isinstance(node, exp.Extract) else ("this", "expression")
    for key in keys:
        if isinstance(value := node.args.get(key), Expr):
            node.set(key, call("any_moment", value.copy()))


def _cast(node: exp.Cast) -> None:
    """A text may have any of the formats that are detected."""
    if name := CASTS.get(node.to.this):
        node.replace(call(name, node.this.copy()))


def _macro(node: exp.Anonymous) -> None:
    """Operands of what has become a macro, or a function of DuckDB's, already."""
    if node.name == f"{DATABASE}.moment":
        node.set("this", f"{DATABASE}.any_moment")
    if node.name in _OF_MOMENTS:
        position = 1 if node.name.endswith("trunc") else 0
        moment = node.expressions[position]
        moment.replace(call("day_and_time", moment.copy()))
    if node.name in ("trim", "ltrim", "rtrim", "regexp_replace"):
        node.set("expressions", [call("varchar", item.copy()) for item in node.expressions])
    if node.name in ("_sf.quotient", "_sf.remainder", "round", "round_even"):
        first, *others = node.expressions
        count = 1 if node.name.startswith("round") else 2
        node.set("expressions", [_number(a) for a in (first, *others)[:count]]
                 + [a.copy() for a in others[count - 1:]])  # fmt: skip


_RULES: tuple[tuple[type | tuple[type, ...], Callable[..., None]], ...] = (
    (_COMPARED, _as_each_other),
    (exp.Between, _between),
    (exp.In, _in_list),
    (_BRANCHES, _branches),
    (exp.Values, _rows),
    (_CALCULATED, _calculated),
    (_TOTALS, _of("total")),
    (_NUMBERS, _of("number")),
    (_MOMENTS, _moments),
    (_TEXTS, _text),
    (exp.Cast, _cast),
    (exp.Anonymous, _macro),
)
