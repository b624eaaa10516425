"""Aggregates: https://docs.snowflake.com/en/sql-reference/functions-aggregation."""

from __future__ import annotations

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import Rules, call, native, refused


def _finished(node: Expr, aggregate: Expr) -> Expr:
    """Say what an aggregate of `node` is over no rows, unless what is around it says that."""
    parent = node.parent
    if isinstance(parent, exp.WithinGroup | exp.Window) and parent.this is node:
        return aggregate
    function = aggregate.this if isinstance(aggregate, exp.Window) else aggregate
    if isinstance(function, exp.Anonymous) and function.name == "string_agg":
        return exp.Coalesce(this=aggregate, expressions=[exp.Literal.string("")])
    if isinstance(function, exp.Anonymous) and function.name == "list":
        return call("array_agg", aggregate)
    return aggregate


def joined(node: exp.GroupConcat) -> Expr:
    """LISTAGG's delimiter is empty if there is none; over no rows it is an empty text."""
    order = node.this if isinstance(node.this, exp.Order) else None
    value = order.this if order else node.this
    text = call("varchar", value.expressions[0] if isinstance(value, exp.Distinct) else value)
    joins = native("string_agg", text, node.args.get("separator") or "")
    if isinstance(value, exp.Distinct):
        text.replace(exp.Distinct(expressions=[text.copy()]))
    return _finished(node, _ordered(joins, order) if order else joins)


def _ordered(aggregate: exp.Anonymous, order: exp.Order) -> exp.Anonymous:
    """Put an order after the last argument; that of distinct values is by themselves."""
    first, last = aggregate.expressions[0], aggregate.expressions[-1]
    by = [ordered.copy() for ordered in order.expressions]
    if isinstance(first, exp.Distinct):
        for ordered in by:
            ordered.set("this", first.expressions[0].copy())
    last.replace(exp.Order(this=last.copy(), expressions=by))
    return aggregate


def in_list(node: exp.ArrayAgg) -> Expr:
    """ARRAY_AGG omits NULLs."""
    return _finished(node, native("list", node.this))


def with_order(node: exp.WithinGroup) -> Expr:
    """DuckDB has the order among the arguments."""
    function, order = node.this, node.expression
    if isinstance(function, exp.Anonymous) and function.name in ("list", "string_agg"):
        return _finished(node, _ordered(function.copy(), order))
    if isinstance(function, exp.PercentileCont):
        for ordered in order.expressions:
            ordered.set("this", exp.Mul(this=exp.paren(ordered.this), expression=_THREE_DECIMALS))
    return node


_THREE_DECIMALS = exp.Literal.number("1.000")


def middle(node: exp.Median) -> Expr:
    """The mean of two NUMBERs has decimals."""
    return exp.Median(this=exp.Mul(this=exp.paren(node.this), expression=_THREE_DECIMALS.copy()))


def counted(node: exp.Count) -> Expr:
    """Count rows in which no argument is NULL."""
    others = node.expressions
    if isinstance(node.this, exp.Column) and node.this.is_star:
        raise unsupported(f"{node.sql('snowflake')}, rows without a NULL")
    if not others:
        return node
    none = exp.and_(*(exp.Not(this=exp.Is(this=v.copy(), expression=exp.null()))
                      for v in (node.this, *others)))  # fmt: skip
    return exp.CountIf(this=none)


def approximate(node: exp.Hll) -> Expr:
    """HLL is another name of APPROX_COUNT_DISTINCT."""
    return exp.ApproxDistinct(this=node.this)


def regression(node: Expr) -> Expr:
    """Sqlglot guards what DuckDB guards itself."""
    result = native(node.key.replace("regr", "regr_"), node.this, node.expression)
    return exp.cast(result, "BIGINT") if isinstance(node, exp.RegrCount) else result


def several(node: exp.ArgMin | exp.ArgMax) -> Expr:
    """The first or last ones, as an ARRAY."""
    if not node.args.get("count"):
        return node
    name = "min_by" if isinstance(node, exp.ArgMin) else "max_by"
    return native("to_json", native(name, node.this, node.expression, node.args["count"]))


def windowed(node: exp.Window) -> Expr:
    """What is a quotient of two aggregates has one window twice."""
    over = {key: value for key, value in node.args.items() if key != "this"}

    def again(aggregate: Expr) -> Expr:
        return exp.Window(this=aggregate, **over).copy()

    function = node.this
    if isinstance(function, exp.Avg):
        total, number = exp.Sum(this=function.this), exp.Count(this=function.this.copy())
        return call("mean", again(total), again(number))
    name = function.name.upper() if isinstance(function, exp.Anonymous) else ""
    if name == "RATIO_TO_REPORT":
        [value] = function.expressions
        return call("ratio", value, again(exp.Sum(this=value.copy())))
    if name == "CONDITIONAL_CHANGE_EVENT":
        return refused(function)
    if name == "CONDITIONAL_TRUE_EVENT":
        [event] = function.expressions
        over["spec"] = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING")
        return exp.cast(again(exp.CountIf(this=event)), "BIGINT")
    return _finished(node, node.copy()) if name in ("STRING_AGG", "LIST") else node


RULES: Rules = {
    exp.GroupConcat: joined,
    exp.ArrayAgg: in_list,
    exp.Window: windowed,
    exp.WithinGroup: with_order,
    exp.Median: middle,
    exp.Count: counted,
    exp.Hll: approximate,
    exp.ArgMin: several,
    exp.ArgMax: several,
    exp.RegrSlope: regression,
    exp.RegrIntercept: regression,
    exp.RegrCount: regression,
    exp.HashAgg: refused,
}
