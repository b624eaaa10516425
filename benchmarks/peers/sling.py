# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "duckdb-cli==1.5.5",
#     "duckdb-extension-json==1.5.5",
#     "sling-linux-amd64==1.4.11",
# ]
# ///
"""sling, merged into DuckDB: POSTGRES DUCKDB.

1.4.11 is the newest sling whose program is in a package; later ones download it when they run. It
drives DuckDB's command line program and wants an extension installed, both of which packages have.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.resources import files
from pathlib import Path


def main(postgres: str, destination: str) -> None:
    """Become sling."""
    home = Path(destination).parent / "home"
    (extension,) = Path(str(files("duckdb_extension_json"))).glob("extensions/*/*.duckdb_extension")
    installed = home / f".duckdb/extensions/{extension.parent.name}/linux_amd64"
    installed.mkdir(parents=True)
    shutil.copy(extension, installed)
    sling = files("sling_linux_amd64") / "bin/sling-linux-amd64"
    os.environ |= {
        "HOME": str(home),
        "SLING_HOME_DIR": str(home),
        "SLING_DISABLE_TELEMETRY": "true",
        "DUCKDB_PATH": str(files("duckdb_cli") / "duckdb"),
        # Of its ways into DuckDB the fastest here.
        "DUCKDB": json.dumps(
            {"type": "duckdb", "instance": destination, "copy_method": "csv_files"}
        ),
    }
    os.execv(
        str(sling),
        [
            *("sling", "run", "--mode=incremental"),
            *("--src-conn", f"{postgres}?sslmode=disable", "--src-stream", "public.vendas"),
            *("--tgt-conn", "DUCKDB", "--tgt-object", "raw.vendas"),
            *("--primary-key", "id_vendas", "--update-key", "id_vendas"),
        ],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
