"""Loading: what statements are tagged with, and what a run leaves behind."""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path

import pytest

from tests.conftest import Project, Sent, overheard

pytestmark = pytest.mark.in_order


@pytest.fixture(scope="module")
def sale(project: Project) -> Project:
    """The project with one new row in one table."""
    project.change("insert into estados values (1, 'Acre', 'AC', now(), null)")
    return project


def statements(sent: list[Sent]) -> list[tuple[str, str]]:
    """Return each statement that was sent, behind the tag that its session had then."""
    tags: dict[str, str] = {}
    tagged = []
    for request in sent:
        sql = json.loads(request.body or "{}").get("sqlText") or ""
        if "set query_tag" in sql:
            tags[request.session] = sql.split("'")[1]
        elif sql:
            tagged.append((tags.get(request.session, ""), sql))
    return tagged


def test_statements_are_tagged_with_environment_run_and_stream(sale: Project) -> None:
    run = str(uuid.uuid4())
    with overheard(sale.snowflake_port) as (port, sent):
        through = sale.with_variables(LOCAL_SNOWFLAKE_PORT=str(port), MELTANO_RUN_ID=run)
        through.succeed("run", "el")
    [tag] = [tag for tag, sql in statements(sent) if "merge into" in sql and "ESTADOS" in sql]
    assert json.loads(tag) == {"environment": "local", "run": run, "stream": "public-estados"}
    # What was loaded is written down, under the same run.
    counted = sale.warehouse(
        "select table_name, new_rows, reread_rows, deleted_rows from RAW._SDC_LOADS "
        f"where run_id = '{run}' and table_name not in ('COLUNAS', 'RECONCILIACAO')"
    )
    assert counted == [("ESTADOS", 1, 0, 0)]


def test_streams_that_are_loaded_at_once_are_not_taken_for_each_other(
    project: Project, tmp_path: Path
) -> None:
    streams = [f"public-fluxo_{number}" for number in range(8)]
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    messages = [
        {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": ["id"]}
        for stream in streams
    ]
    messages += [
        {"type": "RECORD", "stream": stream, "record": {"id": id_}}
        for number, stream in enumerate(streams)
        for id_ in range(number + 1)
    ]
    file = tmp_path / "messages.jsonl"
    file.write_text("".join(json.dumps(message) + "\n" for message in messages))
    with overheard(project.snowflake_port) as (port, sent):
        through = project.with_variables(LOCAL_SNOWFLAKE_PORT=str(port))
        done = through.fork("target-snowflake", given=file)
    assert done.loaded() == {f"FLUXO_{number}": (number + 1, 0) for number in range(8)}
    merges = [(tag, sql) for tag, sql in statements(sent) if "merge into" in sql]
    assert len(merges) == len(streams)
    for tag, sql in merges:
        assert json.loads(tag)["stream"].removeprefix("public-").upper() in sql.split("using")[0]


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
