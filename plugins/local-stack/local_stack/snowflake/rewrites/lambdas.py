"""FILTER, TRANSFORM and REDUCE of ARRAYs.

https://docs.snowflake.com/en/user-guide/querying-semistructured#label-higher-order-functions
An element is a VARIANT unless its type is said; what stands beside it says what it is read as.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import DATABASE, Rules, call, native


def filtered(node: exp.ArrayFilter) -> Expr:
    """Keep the elements of which a condition is true."""
    kept = native("list_filter", call("elements", node.this), _function(node.expression, _element))
    return native("to_json", kept)


def transformed(node: exp.Transform) -> Expr:
    """Make another element of each."""
    function = _function(node.expression, _element)
    function.set("expression", call("element", function.expression))
    return native("to_json", native("list_transform", call("elements", node.this), function))


def reduced(node: exp.Reduce) -> Expr:
    """Bring elements together in one value, which is what the first one is."""
    first = node.args["initial"]
    if not isinstance(first, exp.Literal) or not (first.is_string or first.name.isdigit()):
        raise unsupported(
            f"REDUCE from {first.sql('snowflake')}, neither a text nor a whole number"
        )
    kind = "text_elements" if first.is_string else "whole_elements"
    start = first if first.is_string else exp.cast(first, "BIGINT")
    function = _function(node.args["merge"], lambda name: name)
    return native("list_reduce", call(kind, node.this), function, start)


def _function(function: Expr, element: Callable[[Expr], Expr]) -> exp.Slice:
    """Return a lambda as DuckDB writes it, with `element` in the place of its arguments."""
    if not isinstance(function, exp.Lambda):
        raise unsupported(f"{function.sql('snowflake')}, which is no lambda")
    names = [name.name.upper() for name in function.expressions]
    body = exp.paren(function.this.copy(), copy=False)
    for node in list(body.find_all(exp.Identifier)):
        if node.name.upper() in names and not isinstance(node.parent, exp.Column):
            node.replace(element(node))
    return exp.Slice(this=exp.var(f"LAMBDA {', '.join(names)}"), expression=body)


def _element(name: Expr) -> Expr:  # noqa: PLR0911  # one a kind
    """Return what an element is read as: a text, a number, or what it is."""
    parent = name.parent
    number, text = call("element_number", name.copy()), call("varchar", name.copy())
    match parent:
        case exp.JSONExtract() | exp.Is() | exp.Cast():
            return name.copy()
        case exp.DPipe():
            return text
        case exp.Binary() | exp.Between() | exp.In():
            others = [value for value in parent.iter_expressions() if value is not name]
            is_text = any(isinstance(value, exp.Literal) and value.is_string for value in others)
            return text if is_text else number
        case exp.Anonymous() if parent.name.startswith(f"{DATABASE}."):
            return number if parent.name in _OF_NUMBERS else name.copy()
        case exp.Anonymous() if parent.name in ("round", "round_even"):
            return number
        case exp.Abs() | exp.Floor() | exp.Ceil() | exp.Sqrt() | exp.Sign() | exp.Pow() | exp.Neg():
            return number
        case exp.Func():
            return text
    return name.copy()


_OF_NUMBERS = (f"{DATABASE}.quotient", f"{DATABASE}.remainder")

RULES: Rules = {
    exp.ArrayFilter: filtered,
    exp.Transform: transformed,
    exp.Reduce: reduced,
}
