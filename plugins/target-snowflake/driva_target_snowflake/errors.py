"""What is said of a failure: the stream, its reason, and the hint that belongs to its kind."""

from __future__ import annotations

import snowflake.connector.errors
import sqlalchemy as sa

# What the way to Snowflake, Snowflake itself and the disk raise.
FAILURES = (snowflake.connector.errors.Error, sa.exc.DBAPIError, OSError)
# By the beginning of the SQLSTATE.
_HINTS = {
    "08": "Check TARGET_SNOWFLAKE_ACCOUNT, _USER and the key or password; the local Snowflake is "
    "started by `meltano invoke local-stack:up`.",
    "42501": "`meltano invoke target-snowflake:setup` grants what the role needs.",
    "57P03": "Check TARGET_SNOWFLAKE_WAREHOUSE, and that the role may use it.",
}


class LoadError(Exception):
    """A table cannot be loaded, for a reason that the user can mend."""


def explained(error: BaseException) -> str:
    """Return what failed in which stream, and the hint for its kind, if there is one."""
    cause = getattr(error, "orig", error)
    state = getattr(cause, "sqlstate", None) or ""
    # Those of the client, which it numbers so, are about the way to Snowflake.
    if 250_000 <= (getattr(cause, "errno", None) or 0) < 252_000:
        state = "08"
    hint = next((hint for begin, hint in _HINTS.items() if state.startswith(begin)), "")
    reason = " ".join(str(cause).split())[:800].rstrip(".")
    return ": ".join([*getattr(error, "__notes__", []), f"{reason}. {hint}".rstrip()])
