"""Rewrites of parsed Snowflake statements into what DuckDB runs with the same result."""

from __future__ import annotations

import re

from sqlglot import Expr, exp, parse_one

from local_stack.snowflake.errors import unsupported

_QUOTIENT = exp.DataType.build("DECIMAL(38, 12)")


def as_on_an_account(statement: Expr) -> Expr:
    """Make DuckDB calculate and format as Snowflake does."""
    for rule in (exact_division, checked_divisor, formatted_moment):
        statement = statement.transform(rule, copy=False)
    return statement


def exact_division(node: Expr) -> Expr:
    """Write a quotient or an average in 15 significant digits before it is rounded to decimals.

    Snowflake divides NUMBERs exactly, DuckDB in binary floating point, where 1.005 is a little
    less than itself and would round down; 15 digits are what such a number holds of any decimal.
    https://docs.snowflake.com/sql-reference/operators-arithmetic
    """
    rounds = isinstance(node, exp.Round) or (
        isinstance(node, exp.Cast) and node.to.this == exp.DType.DECIMAL
    )
    if rounds and isinstance(node.this, exp.Div | exp.Avg):
        digits = exp.func("PRINTF", exp.Literal.string("%.15g"), node.this.copy())
        node.set("this", exp.cast(digits, _QUOTIENT))
    return node


def checked_divisor(node: Expr) -> Expr:
    """Make a division by zero an error, as in Snowflake; DuckDB answers infinity."""
    if isinstance(node, exp.Div) and not isinstance(node.expression, exp.Case):
        divisor = node.expression
        if isinstance(divisor, exp.Literal) and divisor.is_number and float(divisor.this):
            return node
        zero = exp.func("error", exp.Literal.string("Division by zero"))
        case = exp.Case().when(exp.EQ(this=divisor.copy(), expression=exp.Literal.number(0)), zero)
        node.set("expression", case.else_(divisor.copy()))
    return node


def formatted_moment(node: Expr) -> Expr:
    """Format a column by a pattern of dates; without its type sqlglot drops the pattern.

    Raises:
        ProgrammingError: the pattern is not one of dates.
    """
    pattern = node.args.get("format") if isinstance(node, exp.ToChar) else None
    if pattern is None:
        return node
    if not isinstance(pattern, exp.Literal) or not re.search(
        "YY|MM|MON|DD|DY|HH|MI|SS", pattern.name
    ):
        raise unsupported(f"the format of {node.sql('snowflake')}")
    like_this = f"TO_CHAR(CAST(NULL AS TIMESTAMP), {pattern.sql('snowflake')})"
    formatted: Expr = parse_one(f"SELECT {like_this}", read="snowflake").expressions[0]
    for typed in formatted.find_all(exp.Cast):
        typed.set("this", node.this.copy())
    return formatted


def contract_table(create: Expr) -> tuple[exp.Create, exp.Insert] | None:
    """Split CREATE TABLE with typed columns AS SELECT into the table and its rows.

    Returns None for any other statement. Constraints other than NOT NULL are dropped, since
    Snowflake does not enforce them.
    """
    if not (
        isinstance(create, exp.Create)
        and create.kind == "TABLE"
        and isinstance(create.this, exp.Schema)
        and create.expression
    ):
        return None
    query = create.expression.unnest()
    table = create.copy()
    table.set("expression", None)
    return table, exp.Insert(this=create.this.this.copy(), expression=query.copy())


def unenforced(node: Expr) -> Expr | None:
    """Drop primary, unique and foreign keys from a table's definition.

    Snowflake records them and enforces none; DuckDB would refuse rows that Snowflake takes.
    """
    if isinstance(node, exp.PrimaryKey | exp.UniqueColumnConstraint | exp.ForeignKey):
        return None
    if isinstance(node, exp.Constraint):
        return None
    if isinstance(node, exp.ColumnConstraint) and isinstance(
        node.kind, exp.PrimaryKeyColumnConstraint | exp.UniqueColumnConstraint | exp.Reference
    ):
        return None
    return node


def written_table(expression: Expr) -> exp.Table | None:
    """Return the table that a statement changes, if it changes one."""
    changes_rows = isinstance(
        expression, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Copy
    )
    is_table = expression.args.get("kind") == "TABLE"
    if changes_rows or (is_table and isinstance(expression, exp.Create | exp.Alter)):
        target = expression.this
    elif is_table and isinstance(expression, exp.Drop):
        target = expression.args["tables"][0]
    elif isinstance(expression, exp.TruncateTable):
        target = expression.expressions[0]
    else:
        return None
    if isinstance(target, exp.Schema):
        target = target.this
    return target if isinstance(target, exp.Table) else None


def is_definition(expression: Expr) -> bool:
    """Tell whether Snowflake commits the open transaction before this statement (DDL)."""
    return isinstance(expression, exp.Create | exp.Alter | exp.Drop | exp.TruncateTable)


def new_types(expression: Expr) -> dict[str, exp.DataType]:
    """Return the columns of a table that a statement gives another type."""
    actions = expression.args.get("actions", []) if isinstance(expression, exp.Alter) else []
    altered = (action for action in actions if isinstance(action, exp.AlterColumn))
    return {action.name: kind for action in altered if (kind := action.args.get("dtype"))}
