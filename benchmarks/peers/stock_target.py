# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "meltanolabs-target-snowflake==0.20.4",
#     "singer-sdk[msgspec]==0.55.0b3",
# ]
# ///
"""MeltanoLabs' target-snowflake, from standard input into the local Snowflake: PORT BATCH_SIZE.

It has no setting for an address; the subclasses pass one to the connection and change nothing else.
Its own settings are those that make it fast: messages read by msgspec, records not validated.
"""

from __future__ import annotations

import sys
from typing import Any

from singer_sdk.contrib.msgspec import MsgSpecReader
from target_snowflake.connector import SnowflakeConnector
from target_snowflake.sinks import SnowflakeSink
from target_snowflake.target import TargetSnowflake

PORT, BATCH_SIZE = map(int, sys.argv[1:])


class Connector(SnowflakeConnector):
    """Connects to the local Snowflake."""

    def get_connect_args(self) -> dict[str, Any]:
        """Return the arguments of the base class, and the address."""
        address = {"host": "127.0.0.1", "port": PORT, "protocol": "http"}
        return {**super().get_connect_args(), **address}


class Sink(SnowflakeSink):
    """A sink over this connector."""

    connector_class = Connector


class Target(TargetSnowflake):
    """The target over this sink."""

    default_sink_class = Sink


if __name__ == "__main__":
    Target(
        config={
            "account": "local",
            "user": "local",
            "password": "local",
            "database": "DRIVAMOTORS",
            "schema": "RAW",
            "default_target_schema": "RAW",
            "load_method": "upsert",
            "batch_size_rows": BATCH_SIZE,
            "validate_records": False,
        },
        message_reader=MsgSpecReader(),
    ).listen()
