"""What a parsed statement defines and changes, and its rewrites as a whole."""

from __future__ import annotations

from sqlglot import Expr, exp


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


def length(kind: exp.DataType | None) -> int | None:
    """Return the length of a type of text, if it has one."""
    is_text = kind and kind.this in (exp.DType.VARCHAR, exp.DType.TEXT) and kind.expressions
    return int(kind.expressions[0].name) if kind and is_text else None


def require_keys(create: Expr) -> None:
    """Let no column of a primary key be NULL, which is all of it that Snowflake enforces."""
    for key in create.find_all(exp.PrimaryKey):
        names = {column.name.upper() for column in key.expressions}
        for column in create.find_all(exp.ColumnDef):
            if column.name.upper() in names:
                column.append("constraints", _NOT_NULL.copy())
    for constraint in create.find_all(exp.ColumnConstraint):
        if isinstance(constraint.kind, exp.PrimaryKeyColumnConstraint):
            constraint.replace(_NOT_NULL.copy())


_NOT_NULL = exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())


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


def typed_nulls(create: Expr) -> None:
    """Let a column of NULLs be text, as it is on an account."""
    query = create.expression.unnest() if create.args.get("expression") else None
    for item in query.expressions if isinstance(query, exp.Select) else ():
        if isinstance(item.unalias(), exp.Null):
            item.unalias().replace(exp.cast(exp.null(), "VARCHAR"))


def is_definition(expression: Expr) -> bool:
    """Tell whether Snowflake commits the open transaction before this statement (DDL)."""
    return isinstance(expression, exp.Create | exp.Alter | exp.Drop | exp.TruncateTable)


def new_types(expression: Expr) -> dict[str, exp.DataType]:
    """Return the columns of a table that a statement gives another type."""
    actions = expression.args.get("actions", []) if isinstance(expression, exp.Alter) else []
    altered = (action for action in actions if isinstance(action, exp.AlterColumn))
    return {action.name: kind for action in altered if (kind := action.args.get("dtype"))}
