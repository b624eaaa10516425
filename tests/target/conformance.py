"""The SDK's own tests for targets, against the local Snowflake at TARGET_SNOWFLAKE_PORT."""

import os

from driva_target_snowflake.target import DrivaTargetSnowflake
from singer_sdk.testing import get_target_test_class

TestTarget = get_target_test_class(
    DrivaTargetSnowflake,
    config={
        "account": "local",
        "user": "local",
        "password": "local",
        "host": "127.0.0.1",
        "port": int(os.environ["TARGET_SNOWFLAKE_PORT"]),
        "protocol": "http",
        "database": "DRIVAMOTORS",
        "default_target_schema": "SDK",
        "add_record_metadata": False,
    },
)
