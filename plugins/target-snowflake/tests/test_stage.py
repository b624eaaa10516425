"""Statements that load staged files, held against those of the installed base class."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa
from driva_target_snowflake.complete import Complete
from driva_target_snowflake.connector import DrivaSnowflakeConnector
from driva_target_snowflake.errors import LoadError
from driva_target_snowflake.stage import (
    STAGE,
    Staged,
    bounds,
    check_keys,
    local_path,
    replaced,
    with_values,
)
from pyarrow import parquet
from singer_sdk.sql.connector import FullyQualifiedName

SCHEMA = {
    "properties": {
        "id": {"type": "integer"},
        "a :b": {"type": "string"},
        "order": {"type": "object", "x-sql-datatype": "json"},
        "foto": {"type": "string", "x-sql-datatype": "binary"},
        "_sdc_deleted_at": {"type": "string", "format": "date-time"},
    }
}
VALUES = (
    "$1:id::DECIMAL as id, "
    '$1:"a :b"::VARCHAR as "A :B", '
    'parse_json($1:"order"::varchar)::VARIANT as "ORDER", '
    "to_binary($1:foto::varchar, 'HEX')::BINARY as foto, "
    "{deleted}::TIMESTAMP_NTZ as _sdc_deleted_at"
)


@pytest.fixture
def connector() -> DrivaSnowflakeConnector:
    """A connector to nowhere, which writes statements as one that is connected."""
    engine = sa.create_engine("snowflake://u:p@a/D")
    engine.dialect.identifier_preparer._double_percents = False
    made = DrivaSnowflakeConnector(
        {
            "account": "a",
            "user": "u",
            "password": "p",
            "database": "D",
            "query_tag": "{stream}.{run}",
        }
    )
    made._cached_engine = engine
    return made


def test_columns_are_read_as_their_types_say(connector: DrivaSnowflakeConnector) -> None:
    for values, deleted in (({}, "$1:_sdc_deleted_at"), ({"_sdc_deleted_at": "null"}, "null")):
        selected = connector._get_column_selections(with_values(SCHEMA, values))
        read = connector._format_column_selections(selected, "json_casting")
        assert read == VALUES.format(deleted=deleted)
    assert "x-sql-value" not in str(SCHEMA)


@pytest.mark.parametrize("is_unique", [False, True])
def test_the_last_row_of_a_key_is_looked_for_only_where_one_may_be_twice(
    connector: DrivaSnowflakeConnector, is_unique: bool
) -> None:
    table = FullyQualifiedName(table="T", schema="S", database="D")
    staged = Staged("folder", "D.S.F", SCHEMA, is_unique)
    merge = connector.merge_statement(table, staged, ["id", "a :b"])
    last = ' QUALIFY ROW_NUMBER() OVER (PARTITION BY id, "A :B" ORDER BY SEQ8() DESC) = 1'
    read = VALUES.format(deleted="$1:_sdc_deleted_at")
    assert merge.startswith(
        f"merge into D.S.T d using (select {read} from '{STAGE}folder'(file_format => D.S.F)"
        f'{"" if is_unique else last}) s on d.id = s.id and d."A :B" = s."A :B" when matched '
    )


DELETION = (
    "update D.S.T d set _sdc_deleted_at = '2026-11-28 12:00:00.000000'::timestamp_ntz, "
    "_sdc_batched_at = '2026-11-28 13:00:00.000000'::timestamp_ntz, _sdc_sequence = 1795870800000 "
    "where d._sdc_deleted_at is null and (d._sdc_extracted_at is null "
    "or d._sdc_extracted_at not between '2026-11-28 12:00:00.000000'::timestamp_ntz "
    "and '2026-11-28 13:00:00.000000'::timestamp_ntz)"
)
KEYS = (
    " and not exists (select 1 from (select to_binary($1:foto::varchar, 'HEX')::BINARY as foto, "
    f'$1:"a :b"::VARCHAR as "A :B" from \'{STAGE}folder\'(file_format => D.S.F)) k '
    'where k.foto = d.foto and k."A :B" = d."A :B")'
)


@pytest.mark.parametrize(
    ("column", "has_keys", "end"),
    [
        (None, True, KEYS),
        (None, False, ""),
        ("order", False, ' and d."ORDER" >= 1 and d."ORDER" <= 2'),
        ("id", True, f" and d.id >= 1 and d.id <= 2{KEYS}"),
    ],
)
def test_what_a_piece_has_no_more_is_marked(
    connector: DrivaSnowflakeConnector, column: str | None, has_keys: bool, end: str
) -> None:
    piece = {"key": column, "from": 1, "to": 2} if column else {"ranges": None}
    complete = Complete.of("s", {"keys": [], "read_at": "2026-11-28T12:00:00", **piece})
    keys = Staged("folder", "D.S.F", SCHEMA, True) if has_keys else None
    table = FullyQualifiedName(table="T", schema="S", database="D")
    now = datetime(2026, 11, 28, 13, tzinfo=UTC)
    marked = connector.deletion_statement(
        table, complete, {"keys": keys} if keys else {}, ["foto", "a :b"], now
    )
    assert marked == DELETION + end


def test_keys_without_one_of_their_columns_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "k #1.parquet"
    parquet.write_table(pa.table({"ID": [1], "a :b": ["x"]}), file)
    check_keys("public-t", [f"file://{file}"], ["a :b"])
    with pytest.raises(LoadError, match=r"public-t: .*k #1.parquet should have .* has no id, so"):
        check_keys("public-t", [f"file://{file}"], ["id", "a :b"])


def test_known_rows_are_looked_for_only_where_they_may_be(
    connector: DrivaSnowflakeConnector,
) -> None:
    table = FullyQualifiedName(table="T", schema="S", database="D")
    staged = Staged("folder", "D.S.F", SCHEMA, True, (-5, 12))
    merge = connector.merge_statement(table, staged, ["order"])
    assert ' on d."ORDER" = s."ORDER" and d."ORDER" between -5 and 12 when matched ' in merge


def test_the_ends_of_a_key_are_read_where_it_is_one_whole_number(tmp_path: Path) -> None:
    files = []
    for number, ids in enumerate(([3, -7], [40], [])):
        file = tmp_path / f"{number}.parquet"
        columns = {
            "id": pa.array(ids, pa.int64()),
            "name": pa.array(map(str, ids), pa.string()),
            "is_odd": pa.array((id_ % 2 == 1 for id_ in ids), pa.bool_()),
        }
        parquet.write_table(pa.table(columns), file, row_group_size=1)
        files.append(f"file://{file}")
    assert bounds(files[:2], ["id"]) == (-7, 40)
    assert bounds(files[:1], ["name"]) is None
    assert bounds(files[:1], ["is_odd"]) is None
    assert bounds(files[:1], ["id", "name"]) is None
    assert bounds(files[:1], ["other"]) is None
    assert bounds(files[2:], ["id"]) is None
    assert bounds([], ["id"]) is None


def test_a_base_class_that_writes_otherwise_is_noticed(
    connector: DrivaSnowflakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LoadError, match="does not write 'replace' any more: install the one in"):
        replaced("create or alter", "replace", "")
    other = sa.text("merge into t using (select 1 qualify 1 = 1) s on 1 = 1")
    monkeypatch.setattr(connector, "_get_merge_from_stage_statement", lambda *_: (other, {}))
    table = FullyQualifiedName(table="T")
    with pytest.raises(LoadError, match="ROW_NUMBER"):
        connector.merge_statement(table, Staged("folder", "F", SCHEMA, True), ["id"])


@pytest.mark.parametrize(("kind", "end"), [("JSON", ""), ("PARQUET", " use_logical_type = true")])
def test_a_file_format_is_left_as_it_is(
    connector: DrivaSnowflakeConnector, kind: str, end: str
) -> None:
    statement, _ = connector._get_file_format_statement("D.S.F", kind)
    begin = "create file format if not exists D.S.F type = "
    assert str(statement) == f"{begin}'{kind}' compression = 'AUTO'{end}"


def test_files_are_staged_where_dead_runs_are_looked_for(
    connector: DrivaSnowflakeConnector,
) -> None:
    assert str(connector._get_put_statement("f", "file://x")[0]) == f"put :file_uri '{STAGE}f'"
    assert local_path("file:///a b/50%/#1.parquet") == Path("/a b/50%/#1.parquet")


def test_a_stream_has_a_tag_of_its_own(
    connector: DrivaSnowflakeConnector,
) -> None:
    connector.schema_cache = ["raw"]
    connectors = [connector.of_stream(stream) for stream in ("a", "b")]
    tags = [own._engine.get_execution_options()["query_tag"] for own in connectors]
    run = connector.query_tag("").removeprefix(".")
    assert tags == [f"a.{run}", f"b.{run}"]
    assert {own._engine.pool for own in connectors} == {connector._engine.pool}
