"""Pieces: what of a table has come whole is upserted, and what it has no more is deleted."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import ROOT, Done, Project, assert_refused, overheard

WRITE = (
    "import duckdb, json, sys\n"
    "for query, file in json.loads(sys.argv[1]):\n"
    "    duckdb.sql(f\"copy ({query}) to '{file}' (format parquet)\")"
)
INTEGER = {"type": ["integer", "null"]}
TEXT = {"type": ["string", "null"]}
DATE = {"type": ["string", "null"], "format": "date"}
VERSION = {"type": "ACTIVATE_VERSION", "version": 1}
STAGED = ".local/snowflake/stage"


@dataclass(frozen=True)
class Stream:
    """A stream whose rows are those of queries.

    Attributes:
        project: where it is loaded.
        table: the table's name in RAW.
        schema: the columns.
        key: those of the key.
    """

    project: Project
    table: str
    schema: Mapping[str, Any]
    key: Sequence[str] = ("id",)

    @property
    def announced(self) -> dict[str, Any]:
        """The SCHEMA message."""
        return {
            "type": "SCHEMA",
            "stream": f"public-{self.table}",
            "schema": {"type": "object", "properties": self.schema},
            "key_properties": list(self.key),
        }

    def record(self, **values: Any) -> dict[str, Any]:
        """Return the message of one row."""
        return {"type": "RECORD", "stream": f"public-{self.table}", "record": values}

    def batch(
        self, rows: Sequence[str] = (), keys: Sequence[str] | None = None, **complete: Any
    ) -> dict[str, Any]:
        """Return the message of the rows of these queries.

        Args:
            rows: the queries.
            keys: those of all keys of a piece that is complete; the same ones have the same files.
            complete: what the piece is.
        """
        queries = dict.fromkeys([*rows, *(keys or ())])
        folder = self.project.folder / ".meltano/run/pieces"
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.iterdir()))
        files = {query: folder / f"{number + i} [a].parquet" for i, query in enumerate(queries)}
        python = ROOT / ".meltano/utilities/local-stack/venv/bin/python"
        written = json.dumps([(query, str(file)) for query, file in files.items()])
        subprocess.run([python, "-c", WRITE, written], check=True)
        message = {
            "type": "BATCH",
            "stream": f"public-{self.table}",
            "encoding": {"format": "parquet"},
            "manifest": [f"file://{files[query]}" for query in rows],
        }
        if keys is None:
            return message
        piece = {
            "keys": [f"file://{files[query]}" for query in keys],
            "read_at": datetime.now(UTC).replace(tzinfo=None).isoformat(),
            **complete,
        }
        return {**message, "complete": piece}

    def written(self, *messages: dict[str, Any]) -> Path:
        """Write messages to a file."""
        file = self.project.folder / "messages.jsonl"
        lines = [json.dumps(message) + "\n" for message in (self.announced, *messages)]
        file.write_text("".join(lines))
        return file

    def load(self, *messages: dict[str, Any]) -> Done:
        """Load messages."""
        return self.project.fork("target-snowflake", given=self.written(*messages))

    def rows(self, columns: str = "ID, V", alive: bool = True) -> list[tuple[Any, ...]]:
        """Return the rows that are alive, or those that are deleted."""
        return self.project.warehouse(
            f'select {columns} from RAW."{self.table.upper()}" '
            f"where _SDC_DELETED_AT is {'' if alive else 'not'} null order by 1"
        )


def numbers(project: Project, table: str) -> Stream:
    return Stream(project, table, {"id": INTEGER, "v": TEXT})


def ids(condition: str) -> str:
    """Return the query of some of the ids from -30 to 30."""
    return f"select range::bigint as id, 'a' as v from range(-30, 31) where {condition}"


@pytest.mark.parametrize(
    ("name", "piece", "is_within"),
    [
        (
            "faixas",
            {"key": "id", "ids_per_range": 7, "ranges": [-1, 2, -4]},
            lambda id_: id_ // 7 in (-1, 2, -4),
        ),
        ("intervalo", {"key": "id", "from": -3, "to": None}, lambda id_: id_ >= -3),
        (
            "tudo",
            {"key": None, "ids_per_range": None, "ranges": None},
            lambda id_: True,
        ),
    ],
)
def test_a_piece_is_upserted_and_what_it_has_no_more_is_deleted(
    project: Project, name: str, piece: dict[str, Any], is_within: Any
) -> None:
    stream = numbers(project, name)
    # Of 61 rows every third is gone, one has changed, and one is new.
    first = stream.batch([ids("true")])
    kept = "range % 3 <> 0"
    changed = "select * from (values (4::bigint, 'b'), (31, 'b')) as t (id, v)"
    second = stream.batch([changed], [ids(kept), "select 31::bigint as id"], **piece)
    done = stream.load(first, second)
    gone = [id_ for id_ in range(-30, 31) if id_ % 3 == 0 and is_within(id_)]
    table = name.upper()
    assert done.loaded() == {table: (62, 1)}, done.output
    assert done.deleted() == {table: len(gone)}
    [before] = [line for line in done.logged if "61 new rows" in line]
    assert before.endswith(", 0 known ones read again")
    assert stream.rows(alive=False) == [(id_, "a") for id_ in gone]
    assert stream.rows() == [
        (id_, "b" if id_ in (4, 31) else "a") for id_ in range(-30, 32) if id_ not in gone
    ]
    # Whoever reads by the time of loading sees the change.
    [(marked, loaded, is_later)] = project.warehouse(
        "select count_if(_SDC_BATCHED_AT > _SDC_DELETED_AT), "
        "count_if(_SDC_BATCHED_AT >= _SDC_EXTRACTED_AT), "
        "min(iff(_SDC_DELETED_AT is null, null, _SDC_SEQUENCE)) > min(_SDC_SEQUENCE) "
        f'from RAW."{stream.table.upper()}"'
    )
    assert (marked, loaded, is_later) == (len(gone), 62, True)
    for folder in (".meltano/run/pieces", STAGED):
        assert [file for file in (project.folder / folder).rglob("*") if file.is_file()] == []


def test_of_a_set_of_rows_those_that_are_not_there_are_deleted(project: Project) -> None:
    stream = numbers(project, "conjunto")
    asked = stream.batch([ids("range in (1, 2, 3)"), ids("range in (3, 99)")])["manifest"]
    there = ids("range = 2")
    done = stream.load(stream.batch([ids("true")]), stream.batch([there], [there], asked=asked))
    assert done.deleted() == {"CONJUNTO": 2}, done.output
    assert stream.rows("ID", alive=False) == [(1,), (3,)]
    stream.load(stream.batch([], [], asked=[]))
    assert len(stream.rows()) == 59


def test_a_row_that_was_read_earlier_does_not_replace_a_later_one(project: Project) -> None:
    stream = numbers(project, "atrasadas")
    new, old = (
        stream.batch([f"select i::bigint as id, '{v}' as v from range({n}) as t (i)"])
        for v, n in (("new", 2), ("old", 3))
    )
    for message, hour in ((new, 12), (old, 11)):
        read_at = datetime(2026, 1, 1, hour, tzinfo=UTC).timestamp()
        os.utime(message["manifest"][0].removeprefix("file://"), (read_at, read_at))
    assert stream.load(new).loaded() == {"ATRASADAS": (2, 0)}
    assert stream.load(old).loaded() == {"ATRASADAS": (1, 0)}
    assert stream.rows() == [(0, "new"), (1, "new"), (2, "old")]


def test_a_row_that_comes_again_is_alive_and_one_that_was_read_later_is_spared(
    project: Project,
) -> None:
    stream = numbers(project, "voltam")
    everything = {"key": "id", "from": None, "to": None}
    rows = [f"select {id_}::bigint as id, 'a' as v" for id_ in range(1, 5)]
    done = stream.load(stream.batch(rows), stream.batch([], [], **everything))
    assert (done.loaded(), done.deleted()) == ({"VOLTAM": (4, 0)}, {"VOLTAM": 4})
    # By a file, in a piece and outside of one, and record by record.
    again = stream.batch([rows[0]], [rows[0]], key="id", ids_per_range=2, ranges=[0])
    stream.load(again, stream.batch([rows[1]]), stream.record(id=3, v="c"))
    assert stream.rows() == [(1, "a"), (2, "a"), (3, "c")]
    # Read before these were; one of them by a tap that does not say when.
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    project.warehouse("update RAW.VOLTAM set _SDC_EXTRACTED_AT = null where ID = 3")
    done = stream.load(stream.batch([], [], **everything, read_at=hour_ago))
    assert done.deleted() == {"VOLTAM": 1}
    assert stream.rows() == [(1, "a"), (2, "a")]
    # A record that came before a piece is in the table before it.
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    again = stream.batch([], [rows[1]], **everything, read_at=soon)
    assert stream.load(stream.record(id=9, v="z"), again).deleted() == {"VOLTAM": 2}
    assert stream.rows() == [(2, "a")]


def test_a_key_may_have_several_columns_of_any_type_and_name(project: Project) -> None:
    names = {"a :b": TEXT, 'quo"te': DATE, "Order": TEXT, "$1%s": INTEGER}
    stream = Stream(project, "it's a :t", {**names, "v": INTEGER}, list(names))
    columns = ('"{}"'.format(name.replace('"', '""')) for name in names)
    query = (
        "select * from (values ('é''s', date '2024-02-29', uuid()::text, 1::bigint, 1::bigint), "
        "('é''s', date '1900-01-01', 'x', -2, 2), ('', date '1900-01-01', 'x ', -2, 3)) "
        f"as t ({', '.join(columns)}, v) where "
    )
    with overheard(project.snowflake_port) as (port, sent):
        through = project.with_variables(LOCAL_SNOWFLAKE_PORT=str(port))
        aside = Stream(through, stream.table, stream.schema, stream.key)
        whole = {"key": None, "ids_per_range": None, "ranges": None}
        left = query + "v > 1"
        done = aside.load(stream.batch([query + "true"]), stream.batch([left], [left], **whole))
    assert done.deleted() == {":T": 1}, done.output
    assert stream.rows("V") == [(2,), (3,)]
    # A file that has the rows and all keys is staged once.
    assert sum('"put ' in request.body for request in sent) == 2
    # The one with a blank behind it is gone, the one without is not.
    stream.load(stream.batch([], [query + "v = 2"], **whole))
    assert stream.rows("V") == [(2,)]


@pytest.mark.parametrize(
    ("key", "complete", "before", "words"),
    [
        ((), {"ranges": None}, [], "told only with key properties"),
        (("id",), {"ranges": [1], "key": "id"}, [], "in a way that is not known here"),
        (("id",), {"from": 1, "to": 2, "key": "outra"}, [], "told only with a column outra"),
        (("id", "v"), {"ranges": None}, [], "has no v, so nothing of it was loaded"),
        (("id",), {"ranges": None}, [VERSION], "told only with no ACTIVATE_VERSION before it"),
    ],
)
def test_what_may_be_gone_is_not_guessed(
    project: Project,
    key: tuple[str, ...],
    complete: dict[str, Any],
    before: list[dict[str, Any]],
    words: str,
) -> None:
    stream = Stream(project, f"recusada {len(key)}", {"id": INTEGER, "v": TEXT}, key)
    batch = stream.batch([ids("true")], ["select 1::bigint as id"], **complete)
    done = stream.load(*({**message, "stream": batch["stream"]} for message in before), batch)
    assert_refused(done, f"public-{stream.table}: ", words)
    assert project.warehouse(f'select count(*) from RAW."{stream.table.upper()}"') == [(0,)]


def test_a_kill_between_upsert_and_deletion_leaves_neither(project: Project) -> None:
    stream = numbers(project, "cortada")
    stream.load(stream.batch([ids("true")]))
    before = stream.rows()
    new = "select 99::bigint as id, 'b' as v"
    messages = stream.written(stream.batch([new], [new], key="id", **{"from": 0, "to": None}))
    lost: list[str] = []

    def kills(body: str) -> bool:
        statement = json.loads(body).get("sqlText") or "" if body else ""
        if statement.startswith("update "):
            lost.append(statement)
            run.kill()
        return bool(lost)

    with overheard(project.snowflake_port, kills) as (port, sent):
        through = project.with_variables(LOCAL_SNOWFLAKE_PORT=str(port))
        values, environment = through.configuration("target-snowflake")
        settings = project.folder / "killed.json"
        settings.write_text(json.dumps(values))
        target = ROOT / ".meltano/loaders/target-snowflake/venv/bin/driva-target-snowflake"
        run = subprocess.Popen(
            [target, "--config", settings, "--input", messages],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        run.wait()
    assert len(lost) == 1
    assert any("merge into" in request.body for request in sent)
    assert stream.rows() == before
    # Its session holds the table until the local Snowflake takes it for dead.
    server = psutil.Process(int((project.folder / ".local/snowflake/server.pid").read_text()))
    server.kill()
    server.wait()
    project.up()
    assert stream.rows() == before
    done = project.fork("target-snowflake", given=messages)
    assert (done.loaded(), done.deleted()) == ({"CORTADA": (1, 0)}, {"CORTADA": 31}), done.output
    assert stream.rows() == [*((id_, "a") for id_ in range(-30, 0)), (99, "b")]


def said(stream: Stream, *messages: dict[str, Any]) -> Counter[str]:
    """Load messages; count the statements that each file or piece takes."""
    with overheard(stream.project.snowflake_port) as (port, sent):
        through = stream.project.with_variables(LOCAL_SNOWFLAKE_PORT=str(port))
        done = through.fork("target-snowflake", given=stream.written(*messages))
    assert done.code == 0, done.output
    statements = (json.loads(request.body or "{}").get("sqlText") or "-" for request in sent)
    words = (sql.split()[0].lower() for sql in statements)
    once = ("-", "select", "show", "list", "desc", "create", "alter", "insert")  # a run, or a table
    return Counter(word for word in words if word not in once)


def test_a_file_takes_three_statements_and_a_deletion_only_where_one_may_be(
    project: Project,
) -> None:
    stream = numbers(project, "primeira")
    low, middle, high = map(ids, ("range < 0", "range between 0 and 9", "range > 9"))
    pieces = [
        stream.batch([low], [low], key="id", **{"from": None, "to": -1}),
        stream.batch([middle], [middle], key="id", **{"from": 0, "to": 9}),
        stream.batch([high], [high], key="id", **{"from": 10, "to": None}),
    ]
    assert said(stream, *pieces) == {"put": 3, "merge": 3, "remove": 3}
    assert len(stream.rows()) == 61
    # The table is there by now: somebody may have loaded what is gone.
    again = [
        stream.batch([middle], [middle], key="id", **{"from": 0, "to": 9}),
        stream.batch([], [], key="id", **{"from": 30, "to": None}),
    ]
    transactions = {"begin": 2, "update": 2, "commit": 2}
    assert said(stream, *again) == {"put": 1, "merge": 1, "remove": 1, **transactions}
    assert len(stream.rows()) == 60


@pytest.mark.parametrize("before", ["file", "record", "piece"])
def test_what_this_run_has_loaded_of_a_piece_and_is_gone_is_marked(
    project: Project, before: str
) -> None:
    stream = numbers(project, f"sobreposta_{before}")
    low, high = ids("range < 0"), ids("range >= 0")
    first = {
        "file": stream.batch([high]),
        "record": stream.record(id=7, v="a"),
        "piece": stream.batch([high], [high], key="id", **{"from": -5, "to": None}),
    }
    stream.load(first[before], stream.batch([low], [low], key="id", **{"from": None, "to": None}))
    assert [id_ for id_, _ in stream.rows()] == [*range(-30, 0)]


def test_tables_are_loaded_at_once_and_a_bookmark_waits_for_all_before_it(
    project: Project,
) -> None:
    slow, quick = numbers(project, "espera"), numbers(project, "passa")
    lines = [
        message
        for number, stream in enumerate((slow, quick))
        for message in (
            stream.announced,
            stream.batch([ids("true")], [ids("true")], key="id", **{"from": None, "to": None}),
            {"type": "STATE", "value": {"bookmarks": {"n": {"position": number}}}},
        )
    ]
    given = project.folder / "messages.jsonl"
    given.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def is_lost(body: str) -> bool:
        return "merge into" in body and "ESPERA" in body

    with overheard(project.snowflake_port, is_lost) as (port, _):
        through = project.with_variables(LOCAL_SNOWFLAKE_PORT=str(port))
        values, environment = through.configuration("target-snowflake")
        settings = project.folder / "waits.json"
        settings.write_text(json.dumps(values))
        target = ROOT / ".meltano/loaders/target-snowflake/venv/bin/driva-target-snowflake"
        with given.open() as messages:
            run = subprocess.Popen(
                [target, "--config", settings],
                env=environment,
                stdin=messages,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        exists = "select count(*) from information_schema.tables where table_name = 'PASSA'"
        while run.poll() is None and project.warehouse(exists) == [(0,)]:
            time.sleep(0.05)
        while run.poll() is None and len(quick.rows()) < 61:
            time.sleep(0.05)
        assert run.poll() is None
        run.kill()
        assert run.communicate()[0] == b""
    assert (len(slow.rows()), len(quick.rows())) == (0, 61)
