"""NUMBERs, exactly: https://docs.snowflake.com/en/sql-reference/operators-arithmetic."""

from __future__ import annotations

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import DATABASE, Rules, call, native


def quotient(node: exp.Div) -> Expr:
    """Divide with the scale that Snowflake's quotient has."""
    return call("quotient", node.this.unnest(), node.expression.unnest())


def product(node: exp.Mul) -> Expr:
    """Multiply a quotient, which has many decimals, with those that Snowflake's product has."""
    factors = (node.this.unnest(), node.expression.unnest())
    if any(isinstance(f, exp.Anonymous) and f.name in _OF_MANY_DECIMALS for f in factors):
        return call("product", *factors)
    return node


_OF_MANY_DECIMALS = tuple(
    f"{DATABASE}.{name}" for name in ("quotient", "mean", "ratio", "div0", "div0null", "product")
)


def average(node: exp.Avg) -> Expr:
    """An average is a quotient."""
    value: Expr = node.this
    if isinstance(node.parent, exp.Window) and node.arg_key == "this":
        return node  # one over a window is of two windows
    return call("mean", exp.Sum(this=value.copy()), exp.Count(this=value.copy()))


def divided_or_zero(node: exp.If) -> Expr:
    """Sqlglot writes DIV0 and DIV0NULL so, and the quotient's zero has no scale."""
    match node:
        case exp.If(args={"true": exp.Literal(this="0"), "false": exp.Anonymous() as division}):
            if division.name == "_sf.quotient" and isinstance(node.this, exp.And | exp.Or):
                name = "div0" if isinstance(node.this, exp.And) else "div0null"
                return call(name, *division.expressions)
    return node


def rounded(node: exp.Round) -> Expr:
    """Halves are rounded away from zero, unless the third argument says otherwise."""
    mode = node.args.get("truncate")
    if mode is None or mode.name.upper() == "HALF_AWAY_FROM_ZERO":
        return native("round", node.this, *filter(None, [node.args.get("decimals")]))
    if mode.name.upper() == "HALF_TO_EVEN":
        return native("round_even", node.this, node.args.get("decimals") or 0)
    raise unsupported(f"the rounding mode of {node.sql('snowflake')}")


def bucket(node: exp.WidthBucket) -> Expr:
    """The number of the interval that a value is in."""
    keys = ("this", "min_value", "max_value", "num_buckets")
    return call("width_bucket", *(node.args[key] for key in keys))


def cut(node: exp.Floor | exp.Ceil) -> Expr:
    """Round down, or up, to decimals, or to a power of ten."""
    decimals = node.args.get("decimals")
    if decimals is None or decimals.name == "0":
        return node
    try:
        digits = int(decimals.sql())
    except ValueError:
        raise unsupported(f"a scale that is no literal in {node.sql('snowflake')}") from None
    step = exp.Literal.number(f"{10.0**-digits:.{max(digits, 0)}f}")
    return call(node.key, node.this, digits, step)


def operator(node: Expr) -> Expr:
    """There are functions for bits, and no operators; `^` is no power either."""
    if "start" not in node.meta:
        raise unsupported(f"the operator of {node.sql('snowflake')}, which is no account's")
    return node


_BITS = (
    exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift,
    exp.BitwiseRightShift,
)  # fmt: skip

RULES: Rules = {
    **dict.fromkeys(_BITS, operator),
    exp.Cbrt: lambda node: native("cbrt", exp.cast(node.this, "DOUBLE")),
    exp.Floor: cut,
    exp.Ceil: cut,
    exp.Div: quotient,
    exp.Mul: product,
    exp.Mod: lambda node: call("remainder", node.this.unnest(), node.expression.unnest()),
    exp.Avg: average,
    exp.If: divided_or_zero,
    exp.Round: rounded,
    exp.WidthBucket: bucket,
}
