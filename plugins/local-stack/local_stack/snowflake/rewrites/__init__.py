"""Rules that make DuckDB answer an expression as Snowflake does, a module a family.

A rule gets a node of a parsed Snowflake statement and returns what stands in its place; the types
of its operands are not known yet. What depends on them is decided by DuckDB, where it binds the
macros in `functions`: they may have a body for a DATE and another for a TIMESTAMP.
"""

from __future__ import annotations

from sqlglot import Expr

from local_stack.snowflake.rewrites import (
    aggregates,
    conversions,
    dates,
    lambdas,
    numbers,
    queries,
    semi_structured,
    texts,
)
from local_stack.snowflake.rewrites.calls import Rules
from local_stack.snowflake.rewrites.implicit import cast_operands

__all__ = ["as_on_an_account", "cast_operands"]

RULES: Rules = {
    **aggregates.RULES,
    **conversions.RULES,
    **dates.RULES,
    **lambdas.RULES,
    **numbers.RULES,
    **queries.RULES,
    **semi_structured.RULES,
    **texts.RULES,
}


def as_on_an_account(statement: Expr) -> Expr:
    """Make DuckDB calculate and format as Snowflake does."""
    # What is in a node is rewritten before it.
    for node in reversed(list(statement.bfs())):
        rule = RULES.get(type(node))
        if rule and (changed := rule(node)) is not node:
            if node is statement:
                statement = changed
            else:
                node.replace(changed)
    return statement
