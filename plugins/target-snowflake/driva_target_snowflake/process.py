"""The target as a process that Meltano writes to: its log, and how it ends."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
import threading
from typing import NoReturn

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
