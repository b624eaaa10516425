"""What a query is made of."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import Expr, exp

from local_stack.snowflake import names
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import Rules, call
from local_stack.snowflake.rewrites.conversions import named as converted
from local_stack.snowflake.rewrites.semi_structured import named as structured


def named(node: exp.Anonymous) -> Expr:
    """Functions that sqlglot leaves as they are."""
    for rule in (converted, structured):
        if (changed := rule(node)) is not node:
            return changed
    return node


def refused(what: str) -> Callable[[Expr], Expr]:
    """Return the rule for what is not there."""

    def refuse(_: Expr) -> Expr:
        raise unsupported(what)

    return refuse


def character(node: exp.DataType) -> Expr:
    """A CHAR without a length has one character."""
    if node.this not in (exp.DType.CHAR, exp.DType.NCHAR):
        return node
    size = node.expressions or [exp.DataTypeParam(this=exp.Literal.number(1))]
    return exp.DataType(this=exp.DType.VARCHAR, expressions=size)


def joined(node: exp.Join) -> Expr:
    """A row of an ASOF JOIN stays where nothing matches."""
    if condition := node.args.pop("match_condition", None):
        on = node.args.get("on")
        node.set("on", exp.and_(on, condition, copy=False) if on else condition)
        node.set("side", "LEFT")
    return node


def pivoted(node: exp.Pivot) -> Expr:
    """What is NULL stays NULL."""
    if node.args.get("default_on_null"):
        raise unsupported("DEFAULT ON NULL in a PIVOT; use COALESCE")
    return node


def positional(node: exp.Parameter) -> Expr:
    """`$1` is the first column of VALUES."""
    if not node.name.isdigit():
        return node
    select = node.find_ancestor(exp.Select)
    source = select.args.get("from_") if select else None
    if (
        not select
        or not source
        or not isinstance(source.this, exp.Values)
        or select.args.get("joins")
    ):
        raise unsupported(f"${node.name}, a column by its place, but of VALUES and staged files")
    alias = source.this.args.get("alias")
    names = alias.columns if alias else []
    if int(node.name) <= len(names):
        return exp.column(names[int(node.name) - 1].copy())
    return exp.column(f"COLUMN{node.name}")


def _is_number(node: Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string


def united(node: exp.Union) -> Expr:
    """A text beside a constant of another type is cast to that type."""
    sides = [side.unnest() for side in (node.this, node.expression)]
    if not all(isinstance(side, exp.Select) for side in sides):
        return node
    for pair in zip(*(side.expressions for side in sides), strict=False):
        values = [item.unalias() for item in pair]
        if all(not v.find(exp.Column, exp.Star, exp.Query, exp.AggFunc) for v in values):
            for value, other in (values, values[::-1]):
                is_text = isinstance(value, exp.Literal) and value.is_string
                if not is_text or isinstance(other, exp.Null):
                    continue
                if _is_number(other) and re.fullmatch(r"[+-]?\d+(\.\d+)?", value.name):
                    value.replace(exp.Literal.number(value.name))
                else:
                    value.replace(call("like", value.copy(), other.copy()))
    return node


RULES: Rules = {
    exp.DataType: character,
    exp.Select: names.distinct,
    exp.Join: joined,
    exp.Parameter: positional,
    exp.Pivot: pivoted,
    exp.Union: united,
    exp.Anonymous: named,
    exp.MatchRecognize: refused("MATCH_RECOGNIZE"),
    exp.Connect: refused("CONNECT BY; a recursive WITH is there"),
}
