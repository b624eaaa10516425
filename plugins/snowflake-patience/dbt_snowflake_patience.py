"""dbt's patience: it has no setting for it, but imports each module whose name begins `dbt_`."""

from __future__ import annotations

from snowflake.connector.connection import DEFAULT_CONFIGURATION
from snowflake_patience import patience

DEFAULT_CONFIGURATION["backoff_policy"] = (patience, type(patience))
