"""Files: what is removed of their folder, and that who writes them says nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

from driva_tap_postgres.parquet import prepared


def test_what_dead_runs_have_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    name = uuid.uuid4()
    left = [f"{name}.parquet", f"{name}.unfinished", f"public-vendas-{name}-1.json.gz"]
    others = ["vendas.parquet", f"{name}.parquet.bak", f"{name}.csv", f"x{name}.parquet"]
    new = f"{uuid.uuid4()}.parquet"
    for file in (*left, *others, f"a table/{name}.parquet", new):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
        if file != new:
            os.utime(tmp_path / file, (0, 0))
    prepared(tmp_path)
    found = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert found == {*others, new}


def test_the_output_is_left_to_singer() -> None:
    """DuckDB takes a process without a script for an interactive one, whose bars it paints."""
    slow = "from driva_tap_postgres.parquet import opened; " + (
        "found = opened().execute('SET progress_bar_time = 0; SELECT sum(hash(i)) FROM range("
        "50000000) AS t(i)').fetchall()"
    )
    done = subprocess.run([sys.executable, "-c", slow], capture_output=True, check=True)
    assert not done.stdout
