"""Snowflake's words and numbers for what DuckDB, or sqlglot's parser, refuses.

https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-api#label-python-connector-error
says what clients get; dbt and SQLAlchemy look for the words.
"""

from __future__ import annotations

import re

import duckdb
from snowflake.connector.errors import Error, ProgrammingError
from sqlglot.errors import ParseError, TokenError

from local_stack.snowflake.errors import failure, lacks_a_cast, unsupported
from local_stack.snowflake.failed import Failed
from local_stack.snowflake.syntax import COMPILATION, syntax_error
from local_stack.snowflake.translations import TRANSLATIONS


def translated(error: Exception, failed: Failed) -> Error:  # noqa: PLR0911  # one a kind
    """Return any exception as Snowflake's error."""
    if isinstance(error, ParseError | TokenError):
        return syntax_error(error, failed.text)
    cause = (error.__cause__ or error) if isinstance(error, Error) else error
    if isinstance(error, Error) and not (
        isinstance(cause, duckdb.Error) and str(cause).startswith(str(error.raw_msg)[:20])
    ):
        return error  # in words of its own
    message = "INTERRUPT" if isinstance(cause, duckdb.InterruptException) else str(cause)
    for pattern, translate in TRANSLATIONS:
        if match := pattern.search(message):
            return translate(failed, match)
    if isinstance(cause, duckdb.ParserException):
        near = re.search(r"at or near \"(.*?)\"", message)
        return unsupported(
            f"the syntax near {near[1] if near else 'the end'} in: "
            f"{' '.join(failed.text.split())[:300]}"
        )
    if lacks_a_cast(cause):
        reason = re.sub(r"^.*?\w+ Error: ", "", message.strip().split("\n")[0])
        return unsupported(f"this without an explicit cast: {reason}")
    if isinstance(cause, duckdb.BinderException | duckdb.NotImplementedException):
        first = message.strip().split("\n")[0]
        return ProgrammingError(
            msg=f"{COMPILATION}{first.partition(': ')[2] or first}", errno=2043, sqlstate="42601"
        )
    if isinstance(cause, NotImplementedError | AssertionError | ValueError | KeyError):
        return unsupported(f"this statement: {' '.join(failed.text.split())[:300]}")
    return failure(cause if isinstance(cause, Exception) else error, failed.text)
