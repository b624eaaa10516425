"""What dbt needs of Snowflake's connector and has no setting for.

dbt imports each module whose name begins with `dbt_`, before it has threads.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from snowflake.connector.arrow_context import ArrowConverterContext
from snowflake.connector.connection import DEFAULT_CONFIGURATION
from snowflake.connector.errors import OperationalError
from snowflake.connector.nanoarrow_arrow_iterator import PyArrowRowIterator
from snowflake_backoff import backoff

DEFAULT_CONFIGURATION["backoff_policy"] = (backoff, type(backoff))

# The first result that is read sets a logger up. Two threads with a first result at once wait for
# each other for ever, in 4.8 (std::call_once, held without giving the GIL away), so read one now.
logging.disable()  # there is nothing to read, and it says so
with suppress(OperationalError):
    PyArrowRowIterator(None, b"", ArrowConverterContext(), False, False, False, False)
logging.disable(logging.NOTSET)
