"""Rewrites of parsed Snowflake statements into what DuckDB runs with the same result."""

from __future__ import annotations

import re

from snowflake.connector.errors import Error, ProgrammingError
from sqlglot import Expr, exp, parse_one

from local_stack.snowflake.stage import unsupported

# Objects of an account that have no counterpart here. Statements about them succeed and change
# nothing: everyone may do everything, and there is one warehouse, which never sleeps.
_ACCOUNT_OBJECTS = (
    "warehouse|role|user|resource monitor|integration|network policy|masking policy|tag"
)
_ACCOUNT_STATEMENT = re.compile(
    rf"(create|alter|drop)\s+(or\s+replace\s+)?({_ACCOUNT_OBJECTS})\b"
    r"|(grant|revoke)\s"
    r"|alter\s+(table|view)\s+\S+\s+(modify|alter)\s+(column\s+)?\S+\s+(un)?set\s+(tag|masking)\b"
    r"|use\s+(role|warehouse|secondary\s+roles)\b",
    re.IGNORECASE,
)
# Session parameters that change no result here.
_INERT_PARAMETERS = re.compile(
    r"QUERY_TAG|.*TIMEOUT.*|CLIENT_.*|PYTHON_.*|ABORT_DETACHED_QUERY|QUOTED_IDENTIFIERS_IGNORE_CASE",
    re.IGNORECASE,
)
_COLUMN_COMMENTS = re.compile(
    r"\s*alter\s+table\s+(?P<table>\S+)\s+(alter|modify)\s+(column\s+)?"
    r"(?P<columns>\S+\s+comment\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN_COMMENT = re.compile(
    r"(\"[^\"]+\"|\w+)\s+comment\s+(?:\$\$(.*?)\$\$|'((?:[^']|'')*)')", re.IGNORECASE | re.DOTALL
)
_QUOTIENT = exp.DataType.build("DECIMAL(38, 12)")
# Parsed as exp.Command, which DuckDB would get as it stands.
_COMMANDS_LEFT_TO_FAKESNOW = re.compile(r"alter\s+table|create\s+user", re.IGNORECASE)


def known_spelling(statement: str) -> str:
    """Return a statement in the spelling that sqlglot reads, where it misses another."""
    return re.sub(
        r"^\s*show\s+user\s+functions\b.*", "SHOW FUNCTIONS", statement, flags=re.I | re.S
    )


def column_comments(statement: str) -> tuple[exp.Table, list[tuple[str, str]]] | None:
    """Read `ALTER TABLE t ALTER "A" COMMENT $$…$$, …`, which sqlglot does not; None if it is none.

    Returns:
        The table, and its columns with their comments.
    """
    match = _COLUMN_COMMENTS.match(statement)
    if not match:
        return None
    found = _COLUMN_COMMENT.findall(match["columns"])
    comments = [
        (column.strip('"'), dollars or quoted.replace("''", "'"))
        for column, dollars, quoted in found
    ]
    return exp.to_table(match["table"], dialect="snowflake"), comments


def fixed_answer(statement: str) -> tuple[list[str], list[tuple[str]]] | None:
    """Return the columns and rows of a statement that is always answered alike; None if it is none.

    There are no privileges here, and what an interrupted client runs ends by itself.
    """
    if re.match(r"\s*show\s+grants\b", statement, re.IGNORECASE):
        return ["privilege", "granted_to", "grantee_name"], []
    if re.match(r"\s*select\s+system\$(cancel|abort)_", statement, re.IGNORECASE):
        return ["status"], [("query cancelled.",)]
    return None


def changes_nothing(statement: str, expression: Expr) -> bool:
    """Tell whether a statement is accepted without effect.

    Raises:
        ProgrammingError: a statement, or a session parameter, that is not supported.
    """
    statement = re.sub(r"^(\s|--[^\n]*\n|/\*.*?\*/)+", "", statement, flags=re.DOTALL)
    if _ACCOUNT_STATEMENT.match(statement):
        return True
    if isinstance(expression, exp.Alter) and expression.args.get("kind") == "SESSION":
        names = [item.find(exp.Identifier) for item in expression.find_all(exp.SetItem)]
        parameters = [name.name for name in names if name]
        if parameters and all(_INERT_PARAMETERS.fullmatch(name) for name in parameters):
            return True
        if [name.upper() for name in parameters] == ["TIMEZONE"] and "UTC" in statement.upper():
            return True
    elif isinstance(expression, exp.Command) and not _COMMANDS_LEFT_TO_FAKESNOW.match(statement):
        verb = expression.name.upper()
        if verb not in ("REMOVE", "RM"):
            raise unsupported(f"this statement: {' '.join(statement.split())[:200]}")
    return False


def native_merge(merge: exp.Merge) -> exp.Merge:
    """Return a MERGE as DuckDB's own: bare columns on the left of SET, the source's in VALUES."""
    merge = merge.copy()
    source = merge.args["using"].alias_or_name
    for when in merge.args["whens"].expressions:
        then = when.args["then"]
        if isinstance(then, exp.Update):
            for assignment in then.expressions:
                assignment.this.set("table", None)
        elif isinstance(then, exp.Insert):
            for column in then.this.expressions if then.this else ():
                if isinstance(column, exp.Column):
                    column.set("table", None)
            # Snowflake sees only the source in NOT MATCHED; DuckDB calls a bare name ambiguous.
            for column in then.expression.find_all(exp.Column):
                if not column.table:
                    column.set("table", exp.to_identifier(source))
    return merge


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


def check_new_type(column: str, current: exp.DataType, new: exp.DataType) -> None:
    """Refuse a change of a column's type that an account refuses.

    It lengthens text and changes the digits of a number before its point, and nothing else.
    https://docs.snowflake.com/en/sql-reference/sql/alter-table-column

    Raises:
        ProgrammingError: Snowflake's.
    """
    (kind, length), (new_kind, new_length) = map(_kind_and_length, (current, new))
    if kind != new_kind or (kind == ("TEXT",) and new_length < length):
        types = " to ".join(kind.sql("snowflake") for kind in (current, new))
        raise ProgrammingError(
            msg=f"SQL compilation error:\ncannot change column {column} from type {types}",
            errno=2108,
            sqlstate="22000",
        )


def _kind_and_length(kind: exp.DataType) -> tuple[tuple[str, ...], int]:
    """Return what of a type may not change, and its length."""
    sizes = [int(size.name) for size in kind.expressions]
    if kind.this in exp.DataType.NUMERIC_TYPES - exp.DataType.FLOAT_TYPES:
        precision, scale = (*sizes, 0)[:2] if sizes else (38, 0)
        return ("NUMBER", str(scale)), precision
    if kind.this in exp.DataType.TEXT_TYPES:
        return ("TEXT",), sizes[0] if sizes else 16_777_216
    return (kind.this.value,), 0


def missing(kind: str, name: str) -> ProgrammingError:
    """Return Snowflake's error for an object that is not there; the caller raises it."""
    return ProgrammingError(
        msg=f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.",
        errno=2003,
        sqlstate="02000",
    )


def explain(error: Error) -> None:
    """Give an error a sentence more, where only this Snowflake has such an error."""
    if re.search(r"decimal value \d+ to type INT64", str(error)):
        error.msg = (
            f"{error.msg}. The local Snowflake keeps a NUMBER(38, 0) in 64 bits; an account has "
            "room for its 38 digits."
        )


def failure(error: Exception, statement: str) -> ProgrammingError:
    """Turn any exception into an error that a Snowflake client raises at once."""
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    return ProgrammingError(
        msg=f"The local Snowflake could not run this statement: {reason}\n"
        f"{' '.join(statement.split())[:500]}",
        errno=603,
        sqlstate="XX000",
    )
