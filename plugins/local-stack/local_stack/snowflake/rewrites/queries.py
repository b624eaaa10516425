"""What a query is made of."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import Expr, exp

from local_stack.snowflake import names
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import Rules
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
    """A CHAR without a length has one character; DuckDB's BINARY has no length."""
    if node.this == exp.DType.VECTOR:
        raise unsupported("the type VECTOR")
    if node.this in (exp.DType.BINARY, exp.DType.VARBINARY):
        node.set("expressions", [])
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


def ordered(node: exp.Order) -> Expr:
    """ALL is every column of the list."""
    by = [ordered.this for ordered in node.expressions]
    if len(by) == 1 and isinstance(by[0], exp.Column) and not by[0].table:
        name = by[0].this
        if name.name.upper() == "ALL" and not name.args.get("quoted"):
            by[0].replace(exp.var("ALL"))
    return node


def listed(node: exp.Values) -> Expr:
    """The columns of VALUES have names, if they are given none."""
    alias = node.args.get("alias")
    row = node.expressions[0] if node.expressions else None
    if alias and not alias.columns and isinstance(row, exp.Tuple):
        names = [exp.to_identifier(f"COLUMN{i + 1}") for i in range(len(row.expressions))]
        alias.set("columns", names)
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


def positional_of_a_table(node: exp.Column) -> Expr:
    """`t.$1` likewise."""
    if isinstance(node.this, exp.Column):
        return exp.column(node.this.this.copy(), table=node.args.get("table"))
    return node


RULES: Rules = {
    exp.DataType: character,
    exp.Select: names.distinct,
    exp.Join: joined,
    exp.Values: listed,
    exp.Order: ordered,
    exp.Parameter: positional,
    exp.Column: positional_of_a_table,
    exp.Pivot: pivoted,
    exp.Anonymous: named,
    exp.MatchRecognize: refused("MATCH_RECOGNIZE"),
    exp.Connect: refused("CONNECT BY; a recursive WITH is there"),
}
