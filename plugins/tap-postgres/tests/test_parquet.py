"""The folder of a run's files: what is removed of it, and what is not."""

from __future__ import annotations

import os
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
