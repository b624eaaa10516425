# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "connectorx==0.4.6",
#     "dlt[duckdb,parquet,sql-database]==1.31.0",
#     "duckdb==1.5.5",
#     "psycopg[binary]==3.3.9",
# ]
# ///
"""dlt's sql_table, merged into DuckDB: POSTGRES DUCKDB BACKEND."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import dlt
from dlt.sources.sql_database import sql_table


def main(postgres: str, destination: str, backend: str) -> None:
    """Upsert the rows above the highest id that the pipeline knows."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    table = sql_table(
        credentials=postgres,
        schema="public",
        table="vendas",
        incremental=dlt.sources.incremental("id_vendas"),
        backend=backend,
        chunk_size=100_000,
        # https://dlthub.com/docs/dlt-ecosystem/verified-sources/sql_database/configuration
        backend_kwargs={"return_type": "arrow_stream"} if backend == "connectorx" else {},
    )
    table.apply_hints(
        primary_key="id_vendas",
        write_disposition={"disposition": "merge", "strategy": "upsert"},
    )
    dlt.pipeline(
        "vendas",
        pipelines_dir=str(Path(destination).parent / "pipelines"),
        destination=dlt.destinations.duckdb(destination),
        dataset_name="raw",
    ).run(table)


if __name__ == "__main__":
    main(*sys.argv[1:])
