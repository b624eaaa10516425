"""How long a client of Snowflake waits for an answer.

By itself the connector repeats a request for ever. Its `network_timeout` would end that, and cancel
every statement that takes longer, too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from snowflake.connector.errorcode import ER_FAILED_TO_CONNECT_TO_DB
from snowflake.connector.errors import OperationalError

SECONDS = 15

_is_over = False


def backoff() -> Iterator[int]:
    """Yield the seconds before each repetition of a request: the connector's `backoff_policy`.

    Raises:
        OperationalError: enough of them. What the process asks from then on, it asks once.
    """
    global _is_over  # noqa: PLW0603
    yield 0 if _is_over else 1
    end = time.monotonic() + SECONDS  # the request has failed for the first time
    while not _is_over and time.monotonic() < end:
        yield 2
    _is_over = True
    # That the session could not be ended either would be told with a traceback.
    logging.getLogger("snowflake.connector.network").disabled = True
    raise OperationalError(
        msg=f"Snowflake has not answered, tried again for {SECONDS} s",
        errno=ER_FAILED_TO_CONNECT_TO_DB,
    )
