"""Loading: what statements are tagged with, and what a run leaves behind."""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path

import pytest

from tests.conftest import Project, overheard

pytestmark = pytest.mark.in_order


@pytest.fixture(scope="module")
def sale(project: Project) -> Project:
    """The project with one new row in one table."""
    project.change("insert into estados values (1, 'Acre', 'AC', now(), null)")
    return project


def test_statements_are_tagged_with_environment_run_and_stream(sale: Project) -> None:
    run = str(uuid.uuid4())
    with overheard(sale.snowflake_port) as (port, sent):
        through = sale.with_variables(LOCAL_SNOWFLAKE_PORT=str(port), MELTANO_RUN_ID=run)
        through.succeed("run", "el")
    statements = [sql for _, body in sent if (sql := json.loads(body or "{}").get("sqlText"))]
    merge = next(i for i, sql in enumerate(statements) if "merge into" in sql)
    tags = [sql.split("'")[1] for sql in statements[:merge] if "query_tag" in sql]
    assert json.loads(tags[-1]) == {"environment": "local", "run": run, "stream": "public-estados"}


def test_what_a_dead_run_has_staged_is_removed(sale: Project) -> None:
    stage = sale.folder / ".local/snowflake/stage/target-snowflake"
    old, new = (Path(stage, f"public-vendas-{name}", "a.parquet") for name in ("old", "new"))
    for file in (old, new):
        file.parent.mkdir(parents=True)
        file.touch()
    two_days_ago = time.time() - 2 * 86400
    os.utime(old, (two_days_ago, two_days_ago))
    sale.change("insert into estados values (2, 'Alagoas', 'AL', now(), null)")
    assert sale.extract_load().loaded()["ESTADOS"] == (1, 1)
    assert [file for file in stage.rglob("*") if file.is_file()] == [new]
    formats = sale.warehouse("show file formats in schema RAW")
    assert sorted(row[1] for row in formats) == ["DRIVA_JSON", "DRIVA_PARQUET"]


def test_a_table_may_have_a_name_that_paths_and_statements_read_otherwise(project: Project) -> None:
    names = ("my table", "t%x", "it's", "a :b", "a/b")
    for name in names:
        project.change(
            f'create table "{name}" (id int primary key, nome text)',
            f"insert into \"{name}\" values (1, 'Conceição'), (2, null)",
        )
    with project.selecting(dict.fromkeys(names, "id")):
        by_files = project.extract_load().loaded()
        with project.record_by_record():
            by_records = project.extract_load(full_refresh=True).loaded()
    assert sorted(by_files.values()) == [(2, 0)] * len(names)
    assert sorted(by_records.values()) == [(0, 2)] * len(names)
    left = (project.folder / ".meltano/run/batches/local").rglob("*")
    assert [file for file in left if file.is_file()] == []
