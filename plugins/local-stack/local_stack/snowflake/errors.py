"""Errors of Snowflake's connector, which a client raises at once."""

from __future__ import annotations

import re

from snowflake.connector.errors import Error, ProgrammingError


def unsupported(what: str) -> ProgrammingError:
    """Return the error for what this local Snowflake does not do; the caller raises it."""
    return ProgrammingError(
        msg=f"The local Snowflake does not support {what}.", errno=2, sqlstate="0A000"
    )


def missing(kind: str, name: str) -> ProgrammingError:
    """Return Snowflake's error for an object that is not there; the caller raises it."""
    return ProgrammingError(
        msg=f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.",
        errno=2003,
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


def explain(error: Error) -> None:
    """Give an error a sentence more, where only this Snowflake has such an error."""
    if re.search(r"decimal value \d+ to type INT64", str(error)):
        error.msg = (
            f"{error.msg}. The local Snowflake keeps a NUMBER(38, 0) in 64 bits; an account has "
            "room for its 38 digits."
        )
