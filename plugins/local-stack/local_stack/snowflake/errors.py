"""Errors of Snowflake's connector, which a client raises at once."""

from __future__ import annotations

import re

from snowflake.connector.errors import ProgrammingError

_NO_FUNCTION = (
    "No function matches|Could not choose a best candidate|explicit cast is required|"
    "need to add explicit type casts|Unimplemented type for cast|(date|time|timestamp) field|"
    "Could not convert string .* to (DATE|TIME)|Cannot deduce template|Cannot mix values of type|"
    "Cannot combine types|multiple overloads that match"
)


def unsupported(what: str) -> ProgrammingError:
    """Return the error for what this local Snowflake does not do; the caller raises it."""
    return ProgrammingError(
        msg=f"The local Snowflake does not support {what}.", errno=2, sqlstate="0A000"
    )


def unknown_function(name: str) -> ProgrammingError:
    """Return Snowflake's error for a function that is not there; the caller raises it."""
    return ProgrammingError(
        msg=f"SQL compilation error:\nUnknown function {name}. If an account has it: The local "
        "Snowflake does not support it.",
        errno=2140,
        sqlstate="42601",
    )


def lacks_a_cast(error: BaseException) -> bool:
    """Tell whether DuckDB has found no function for the types that are there."""
    return re.search(_NO_FUNCTION, str(error)) is not None


def missing(kind: str, name: str) -> ProgrammingError:
    """Return Snowflake's error for an object that is not there; the caller raises it."""
    return ProgrammingError(
        msg=f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.",
        errno=2003,
        sqlstate="02000",
    )


def already_there(name: str) -> ProgrammingError:
    """Return Snowflake's error for an object that is there already; the caller raises it."""
    return ProgrammingError(
        msg=f"SQL compilation error:\nObject '{name}' already exists.",
        errno=2002,
        sqlstate="42710",
    )


def no_such_object() -> ProgrammingError:
    """Return Snowflake's error for a place that is not there; the caller raises it."""
    return ProgrammingError(
        msg="SQL compilation error:\nObject does not exist, or operation cannot be performed.",
        errno=2043,
        sqlstate="02000",
    )


def failure(error: Exception, statement: str) -> ProgrammingError:
    """Turn any exception into an error that a Snowflake client raises at once.

    A client takes anything else for an outage and retries for ten minutes:
    https://github.com/tekumara/fakesnow/issues/403
    """
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    return ProgrammingError(
        msg=f"The local Snowflake could not run this statement: {reason}\n"
        f"{' '.join(statement.split())[:500]}",
        errno=603,
        sqlstate="XX000",
    )
