# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "meltanolabs-tap-postgres==0.10.0",
#     "msgspec==0.22.0",
# ]
# ///
"""MeltanoLabs' tap-postgres as it is: `vendas` to standard output, by POSTGRES.

It writes its messages by msgspec wherever that is installed.
"""

from __future__ import annotations

import sys

from tap_postgres.tap import TapPostgres


def main(postgres: str) -> None:
    """Discover the tables, select one, write it."""
    config = {"sqlalchemy_url": postgres, "filter_schemas": ["public"]}
    catalog = TapPostgres(config=config).catalog_dict
    for stream in catalog["streams"]:
        selected = stream["tap_stream_id"] == "public-vendas"
        (table,) = (entry for entry in stream["metadata"] if not entry["breadcrumb"])
        table["metadata"]["selected"] = selected
        stream |= {"replication_method": "INCREMENTAL", "replication_key": "id_vendas"}
    TapPostgres(config=config, catalog=catalog).sync_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
