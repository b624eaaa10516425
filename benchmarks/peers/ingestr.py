# /// script
# requires-python = ">=3.11"
# dependencies = ["ingestr==1.1.22"]
# ///
"""ingestr, merged into DuckDB: POSTGRES DUCKDB.

1.1.22 is the newest ingestr whose program is in its package; later ones download it when they run.
So does every 1.x with DuckDB's library, which it finds in a folder of drivers too: there it is put
from the npm package of DuckDB's own bindings, once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

LIBRARY = "@duckdb/node-bindings-linux-x64@1.5.6-r.1"
# https://arrow.apache.org/adbc/current/format/driver_manifests.html
MANIFEST = """
manifest_version = 1
name = "DuckDB"
version = "1.5.6"
[ADBC]
version = "v1.1.0"
[Driver]
entrypoint = "duckdb_adbc_init"
shared = "{}"
"""


def drivers() -> Path:
    """Return the folder of drivers, beside the environment's programs; fill it the first time."""
    folder = Path(sys.prefix, "drivers")
    manifest = folder / "duckdb.toml"
    if not manifest.exists():
        folder.mkdir(exist_ok=True)
        pack = ("npm", "pack", "--silent", LIBRARY)
        done = subprocess.run(pack, cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(folder / done.stdout.split()[-1]) as package:
            package.extract("package/libduckdb.so", folder, filter="data")
        manifest.write_text(MANIFEST.format(folder / "package/libduckdb.so"))
    return folder


def main(postgres: str, destination: str) -> None:
    """Become ingestr."""
    os.environ |= {
        "ADBC_DRIVER_PATH": str(drivers()),
        "INGESTR_DISABLE_TELEMETRY": "true",
    }
    os.execv(
        Path(sys.prefix, "bin/ingestr"),
        [
            *("ingestr", "ingest", "--yes", "--progress=log"),
            *("--source-uri", postgres, "--source-table=public.vendas"),
            *("--dest-uri", f"duckdb:///{destination}", "--dest-table=raw.vendas"),
            *("--incremental-strategy=merge", "--primary-key=id_vendas"),
            "--incremental-key=id_vendas",
        ],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
