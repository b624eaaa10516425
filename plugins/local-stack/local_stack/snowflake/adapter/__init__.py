"""fakesnow's classes, with public names for what this package uses of their insides.

No other module but `patches` imports fakesnow.
"""

from __future__ import annotations

from fakesnow.params import MutableParams
from fakesnow.transforms import SERVER_VERSION
from fakesnow.transforms.options import parse_options

from local_stack.snowflake.adapter.connection import STAGE_FORMATS, Connection
from local_stack.snowflake.adapter.cursor import Cursor, Query, Value
from local_stack.snowflake.adapter.instance import Instance
from local_stack.snowflake.adapter.wire import DML_TYPES, encoded, rowtype, type_id

__all__ = [
    "DML_TYPES",
    "SERVER_VERSION",
    "STAGE_FORMATS",
    "Connection",
    "Cursor",
    "Instance",
    "MutableParams",
    "Query",
    "Value",
    "encoded",
    "parse_options",
    "rowtype",
    "type_id",
]
