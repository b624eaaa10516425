"""What is said of a failure: its reason, and the hint that belongs to its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from driva_tap_postgres.parquet import ReadError

_AGAIN = "Run it again, it goes on from its bookmark."
_ADDRESS = (
    "Check TAP_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE; without them "
    "`meltano invoke local-stack:up` starts the embedded one."
)
# The first one that fits: by the beginning of the SQLSTATE, or by words where there is none, which
# are libpq's and a pooler's own, or what DuckDB passes on.
# https://www.postgresql.org/docs/18/errcodes-appendix.html
_HINTS = (
    ("57014", "statement timeout", "`alter role … set statement_timeout` gives it more time."),
    ("42501", None, "Grant SELECT on it to the user, who is TAP_POSTGRES_USER."),
    ("40", "conflict with recovery", f"{_AGAIN} A standby has max_standby_streaming_delay for it."),
    ("53", "too many", "The server is short of it: make room there, and run it again."),
    ("57P", "terminating connection", _AGAIN),
    ("08", "closed the connection", _AGAIN),
    (None, "SSL connection has been closed", _AGAIN),
    (None, "SSL SYSCALL", _AGAIN),
    (None, "starting up", "Run it again in a minute."),
    (None, "startup parameter", "A pooler takes no such options: unset PGOPTIONS."),
    (None, "SSL", "Check ssl_enable and ssl_mode of tap-postgres."),
    (None, "certificate", "Check ssl_certificate_authority of tap-postgres."),
    (None, "Could not write file", "Make room there, and run it again."),
)


class SettingsError(Exception):
    """What has to be set to run is not."""


@contextmanager
def blamed(table: object) -> Iterator[None]:
    """Note with what fails in the block that it is about this table."""
    try:
        yield
    except (sa.exc.DBAPIError, ReadError, OSError) as error:
        error.add_note(str(table))
        raise


def explained(error: sa.exc.DBAPIError | ReadError | OSError) -> str:
    """Return where a failure was, its reason, and the hint for its kind, if there is one."""
    code = getattr(getattr(error, "orig", None), "pgcode", None) or ""
    # DuckDB quotes what it connects with.
    words = " ".join(str(getattr(error, "orig", error)).split())
    reason = re.sub(r"password=('(\\.|[^'\\])*'|\S+)", "password=…", words).rstrip(".")
    never_connected = isinstance(error, sa.exc.DBAPIError) and not (code or error.statement)
    hints = (
        hint
        for state, said, hint in _HINTS
        if (code.startswith(state or " ") if code else said and said in reason)
    )
    hint = next(hints, _ADDRESS if never_connected else "")
    where = "cannot read from PostgreSQL" if never_connected else ", ".join(_notes(error))
    return ": ".join(filter(None, (where, f"{reason}. {hint}".rstrip())))


def _notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])
