"""Refusals of what an account does and what has no counterpart here, by name and at once."""

from __future__ import annotations

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import Session
from local_stack.snowflake.stage import reference

_OTHER_TABLES = exp.DynamicProperty | exp.ExternalProperty | exp.IcebergProperty
_TEXT = exp.DataType.TEXT_TYPES


def check(session: Session, statement: Expr, text: str) -> None:
    """Refuse a statement of which a part has no counterpart here.

    Raises:
        ProgrammingError: what part it is.
    """
    if isinstance(statement, exp.Command) and not _is_fakesnows(statement):
        raise unsupported(f"this statement: {' '.join(text.split())[:200]}")
    if isinstance(statement, exp.Describe):
        kind = str(statement.args.get("kind") or "TABLE").upper()
        if kind not in ("TABLE", "VIEW"):
            raise unsupported(f"DESCRIBE {kind}")
    for node in statement.walk():
        if _is_duckdbs(node):
            raise unsupported(f"{node.this.sql('snowflake')} in FROM, without TABLE()")
        if isinstance(node, exp.HistoricalData):
            raise unsupported(
                f"time travel: {node.name.upper()}({str(node.args['kind']).upper()} => …)"
            )
        if isinstance(node, exp.Changes):
            raise unsupported("CHANGES, as a table's history is not kept")
        if isinstance(node, _OTHER_TABLES):
            name = type(node).__name__.removesuffix("Property").upper()
            raise unsupported(f"CREATE {name} TABLE")
        if isinstance(node, exp.Undrop):
            raise unsupported("UNDROP, as what is dropped is gone")
        if isinstance(node, exp.MatchRecognize):
            raise unsupported("MATCH_RECOGNIZE")
    clones = isinstance(statement, exp.Create) and statement.args.get("clone")
    if clones and statement.args["kind"].upper() != "TABLE":
        raise unsupported(f"CREATE {statement.args['kind']} … CLONE")
    if formats := session.parameters.changed_formats:
        _check_formats(statement, formats)


def _is_duckdbs(node: Expr) -> bool:
    """Tell whether it is a function or a file in FROM, as DuckDB has them and Snowflake has not."""
    return (
        isinstance(node, exp.Table)
        and isinstance(node.this, exp.Func | exp.Literal)
        and not isinstance(node.this, exp.Explode)
        and not reference(node.this)
    )


def _is_fakesnows(command: exp.Command) -> bool:
    """Tell whether fakesnow, or stage_commands, reads what sqlglot does not."""
    verb, rest = command.name.upper(), command.text("expression").strip().upper()
    return verb in ("REMOVE", "RM", "GET") or (verb == "ALTER" and rest.startswith("TABLE"))


def _check_formats(statement: Expr, formats: list[str]) -> None:
    """Refuse text of what may be a moment, where the session has a format for it."""
    for node in statement.walk():
        is_cast = isinstance(node, exp.Cast) and node.to.this in _TEXT
        is_plain = isinstance(node, exp.ToChar) and not node.args.get("format")
        if (is_cast or is_plain) and not isinstance(node.this, exp.Literal):
            raise unsupported(
                f"{node.sql('snowflake')} while the session has a {formats[0]}: give TO_CHAR the "
                "format"
            )
