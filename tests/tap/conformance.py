"""The SDK's own tests for taps, on every table of the PostgreSQL at TAP_POSTGRES_PORT."""

import os

from driva_tap_postgres.tap import DrivaTapPostgres
from singer_sdk.testing import get_tap_test_class

CONFIG = {
    "host": "127.0.0.1",
    "port": int(os.environ["TAP_POSTGRES_PORT"]),
    "user": "driva",
    "password": "driva",
    "database": "driva",
    "filter_schemas": ["public"],
}
CATALOG = DrivaTapPostgres(config=CONFIG).catalog_dict
for entry in CATALOG["streams"]:
    if entry["tap_stream_id"].startswith("public-"):
        # There are control totals of what is read up to a bookmark.
        entry.update(replication_method="INCREMENTAL", replication_key=entry["key_properties"][0])
    for item in entry["metadata"]:
        item["metadata"]["selected"] = True

TestTap = get_tap_test_class(DrivaTapPostgres, config=CONFIG, catalog=CATALOG)
