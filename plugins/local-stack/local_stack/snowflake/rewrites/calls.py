"""Calls of the macros in `functions`."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported

DATABASE = "_sf"
# What stands in the place of a node, by its type.
Rules = dict[type[Expr], Callable[..., Expr]]


def call(name: str, *arguments: Expr | str | int) -> exp.Anonymous:
    """Call a macro; a text is a string, a whole number a literal."""
    return exp.Anonymous(this=f"{DATABASE}.{name}", expressions=[exp.convert(a) for a in arguments])


def native(name: str, *arguments: Expr | str | int) -> exp.Anonymous:
    """Call a function of DuckDB's that neither sqlglot nor fakesnow shall change."""
    return exp.Anonymous(this=name, expressions=[exp.convert(a) for a in arguments])


def arguments(node: Expr) -> list[Expr]:
    """Return the arguments of a function in their order."""
    found: list[Expr] = []
    for name in node.arg_types:
        value = node.args.get(name)
        found += value if isinstance(value, list) else [value] if isinstance(value, Expr) else []
    return found


def refused(node: Expr) -> Expr:
    """Name a function that is not there, or is something else there.

    Raises:
        ProgrammingError: always.
    """
    raise unsupported(f"the function {node.sql('snowflake').split('(')[0].upper()}")
