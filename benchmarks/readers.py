# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "adbc-driver-postgresql==1.13.0",
#     "duckdb==1.5.5",
#     "duckdb-extension-postgres-scanner==1.5.5",
#     "psycopg2-binary",
#     "pyarrow==26.0.1",
# ]
# ///
"""Compare ways to read `vendas` from PostgreSQL into a Parquet file.

    .venv/bin/meltano invoke local-stack:seed --sales 1000000
    .venv/bin/uv run benchmarks/readers.py [PORT]

Each way runs in a process of its own, three times in turn; prints medians. `limit` reads COPY
binary and drops it. The others write the same columns of the same rows, compressed with Snappy.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

COLUMNS = (
    "id_vendas, id_veiculos, id_concessionarias, id_vendedores, id_clientes, valor_pago, "
    "data_venda, data_inclusao, data_atualizacao"
)
QUERY = f"select {COLUMNS} from public.vendas"


def limit(dsn: str, _: Path) -> None:
    """COPY binary, dropped."""
    import psycopg2

    with psycopg2.connect(dsn) as connection, open(os.devnull, "wb") as sink:
        connection.cursor().copy_expert(f"copy ({QUERY}) to stdout (format binary)", sink)


def duckdb_scanner(dsn: str, file: Path) -> None:
    """DuckDB's postgres scanner, one query."""
    import duckdb

    connection = duckdb.connect(config={"preserve_insertion_order": "false"})
    package = Path(str(files("duckdb_extension_postgres_scanner")))
    (scanner,) = package.glob("extensions/*/*.duckdb_extension")
    connection.load_extension(str(scanner))
    connection.execute(f"attach '{dsn}' as source (type postgres, read_only)")
    connection.execute(
        f"copy (select * from postgres_query('source', '{QUERY}')) to '{file}' (compression snappy)"
    )


def adbc(dsn: str, file: Path) -> None:
    """Arrow's driver; it gives numeric as text."""
    import adbc_driver_postgresql.dbapi
    import pyarrow.parquet as pq

    words = dict(word.split("=") for word in dsn.split())
    uri = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**words)
    with adbc_driver_postgresql.dbapi.connect(uri) as connection, connection.cursor() as cursor:
        cursor.execute(QUERY)
        batches = cursor.fetch_record_batch()
        with pq.ParquetWriter(file, batches.schema, compression="snappy") as writer:
            for batch in batches:
                writer.write_batch(batch)


def copy_csv(dsn: str, file: Path) -> None:
    """COPY as CSV, parsed by Arrow while it comes."""
    import psycopg2
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    names = COLUMNS.split(", ")
    types: dict[str, Any] = dict.fromkeys(names[:5], pa.int64())
    types |= {"valor_pago": pa.decimal128(10, 2)} | dict.fromkeys(names[6:], pa.timestamp("us"))
    read_end, write_end = os.pipe()

    def feed() -> None:
        with psycopg2.connect(dsn) as connection, open(write_end, "wb") as pipe:
            connection.cursor().copy_expert(f"copy ({QUERY}) to stdout (format csv)", pipe, 2**20)

    feeder = threading.Thread(target=feed)
    feeder.start()
    batches = pc.open_csv(
        os.fdopen(read_end, "rb", buffering=2**22),
        read_options=pc.ReadOptions(column_names=names, block_size=2**22),
        convert_options=pc.ConvertOptions(
            column_types=types,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    with pq.ParquetWriter(file, batches.schema, compression="snappy") as writer:
        for batch in batches:
            writer.write_batch(batch)
    feeder.join()


WAYS: dict[str, Callable[[str, Path], None]] = {
    function.__name__: function for function in (limit, duckdb_scanner, adbc, copy_csv)
}


def main() -> None:
    """Run one way if it is named, all of them in turn otherwise."""
    port = sys.argv[1] if len(sys.argv) > 1 else "15432"
    if len(sys.argv) > 2:
        dsn = f"host=127.0.0.1 port={port} dbname=driva user=driva password=driva"
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            WAYS[sys.argv[2]](dsn, Path(folder, "vendas.parquet"))
            seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(seconds, peak)
        return
    results: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _ in range(3):
        for way, measured in results.items():
            command = [sys.executable, __file__, port, way]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, peak = map(float, done.stdout.split())
            measured.append((seconds, peak))
    fastest = statistics.median(seconds for seconds, _ in results["limit"])
    print(f"{'way':<16}{'seconds':>9}{'of limit':>10}{'peak MB':>9}")
    for way, measured in results.items():
        seconds = statistics.median(seconds for seconds, _ in measured)
        peak = max(peak for _, peak in measured)
        print(f"{way:<16}{seconds:>9.2f}{fastest / seconds:>10.2f}{peak:>9.0f}")


if __name__ == "__main__":
    main()
