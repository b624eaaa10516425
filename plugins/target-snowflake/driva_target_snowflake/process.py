"""The target as a process that Meltano writes to: its log, and how it ends."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any, NoReturn

AUTHENTICATION = ("private_key", "private_key_path", "password", "oauth_access_token")
# Seconds for which a failed target goes on reading.
DRAIN_SECONDS = 15


def prepare() -> None:
    """Leave out of the log, and of the end, what nobody needs."""
    # At its end Python looks for garbage among all that was imported, for a third of a second.
    atexit.register(gc.freeze)
    # Beginning, end and rows of each table are logged; metrics say it again.
    logging.getLogger("singer_sdk.metrics").addFilter(lambda record: False)
    # A connection that breaks raises an error; the pool tells of it with a traceback besides.
    logging.getLogger("sqlalchemy.pool.impl.QueuePool").addFilter(lambda record: False)


def check(config: Mapping[str, Any]) -> None:
    """Name the variables if there is nothing to connect to."""
    missing = [n for n in ("account", "user") if not config.get(n)]
    if not any(map(config.get, (*AUTHENTICATION, "use_browser_authentication"))):
        missing.append("private_key_path")
    if missing:
        fail(
            f"not set: {', '.join(f'TARGET_SNOWFLAKE_{n.upper()}' for n in missing)}. Write "
            "them to .env, or choose --environment=local, which loads the local Snowflake."
        )
    port = str(config.get("port") or "")
    if port and not port.isdecimal():
        fail(
            f"{port!r} is not a port number: mend TARGET_SNOWFLAKE_PORT or, of the local "
            "Snowflake, LOCAL_SNOWFLAKE_PORT."
        )


def fail(message: str) -> NoReturn:
    """Print why the run ends, and end it.

    Meltano answers a loader that closes its input with a traceback of its own. So what the tap is
    still sending is read and dropped for a while; nothing of it is bookmarked.
    """
    print(f"target-snowflake: {message}", file=sys.stderr, flush=True)
    threading.Timer(DRAIN_SECONDS, os._exit, [1]).start()
    for _ in sys.stdin.buffer:
        pass
    os._exit(1)
