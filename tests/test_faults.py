"""A user's mistakes: each a short message that says what to do, and nothing half done."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Done, Project, free_port


@pytest.fixture(scope="module")
def seeded(project: Project) -> Project:
    done = project.local_stack("seed", "--sales", "50")
    assert done.code == 0, done.output
    return project


def assert_refused(done: Done, *words: str) -> None:
    """The command failed, says all of this, and shows no traceback."""
    assert done.code != 0, done.output
    assert "Traceback" not in done.output, done.output
    for word in words:
        assert word in done.output, done.output


def raw_tables(project: Project) -> list[tuple[str, int]]:
    """Return what is in RAW."""
    return project.warehouse(
        "select table_name, row_count from information_schema.tables "
        "where table_schema = 'RAW' order by 1"
    )


@contextmanager
def changed(project: Project, change: str, undo: str) -> Iterator[None]:
    """Change the source for the time of the block."""
    project.change(change)
    try:
        yield
    finally:
        project.change(undo)


def test_wrong_password_of_postgres(seeded: Project) -> None:
    wrong = seeded.with_variables(TAP_POSTGRES_PASSWORD="wrong")
    assert_refused(wrong.meltano("run", "el"), "password authentication failed", "TAP_POSTGRES_")
    assert raw_tables(seeded) == []


def test_host_of_postgres_unreachable(seeded: Project) -> None:
    nowhere = seeded.with_variables(TAP_POSTGRES_PORT=str(free_port()))
    assert_refused(nowhere.meltano("run", "el"), "cannot read from PostgreSQL", "TAP_POSTGRES_HOST")
    assert raw_tables(seeded) == []


@pytest.mark.parametrize(
    "command",
    [
        "--environment=prod run el",
        "--no-environment config test tap-postgres",
        "--no-environment select tap-postgres --list --all",
    ],
)
def test_no_postgres_is_named(seeded: Project, command: str) -> None:
    done = seeded.with_variables(TAP_POSTGRES_PORT="5432").meltano(*command.split())
    if " select " in command:  # where Meltano shows how it got there, whatever has failed
        done = Done(done.code, done.output.replace("─ Traceback (most recent call last) ─", ""))
    assert_refused(done, "TAP_POSTGRES_HOST", "TAP_POSTGRES_DATABASE", "--environment=local")
    assert "TAP_POSTGRES_PORT" not in done.output


def test_no_snowflake_is_named(seeded: Project) -> None:
    done = seeded.meltano("--environment=prod", "invoke", "target-snowflake")
    words = ("TARGET_SNOWFLAKE_ACCOUNT", "TARGET_SNOWFLAKE_USER", "TARGET_SNOWFLAKE_PRIVATE_KEY")
    assert_refused(done, *words, "--environment=local")


def test_a_server_without_ssl(seeded: Project) -> None:
    encrypted = seeded.with_variables(
        TAP_POSTGRES_SSL_ENABLE="true", TAP_POSTGRES_SSL_MODE="require"
    )
    done = encrypted.meltano("run", "el")
    assert_refused(done, "does not support SSL", "Check ssl_enable and ssl_mode")
    assert "TAP_POSTGRES_HOST" not in done.output


def test_a_statement_that_takes_too_long(seeded: Project) -> None:
    seeded.change("alter role driva set statement_timeout = '1s'")
    try:
        with seeded.postgres() as other, other.transaction():
            other.execute("lock table vendas in access exclusive mode")
            done = seeded.meltano("invoke", "tap-postgres")
    finally:
        seeded.change("alter role driva reset statement_timeout")
    assert_refused(done, "public.vendas: canceling statement due to statement timeout. `alter role")
    assert "TAP_POSTGRES_HOST" not in done.output


def test_files_that_cannot_be_written(seeded: Project) -> None:
    folder = seeded.folder / "not a folder"
    folder.touch()

    def change(extractor: dict[str, Any]) -> None:
        extractor["config"]["batch_config"]["storage"]["root"] = f"file://{folder}"

    with seeded.configured(change):
        done = seeded.meltano("invoke", "tap-postgres")
    assert_refused(done, "public.", str(folder))
    assert "TAP_POSTGRES_HOST" not in done.output


def test_a_selected_table_is_missing(seeded: Project) -> None:
    with changed(
        seeded, "alter table cidades rename to gone", "alter table gone rename to cidades"
    ):
        done = seeded.meltano("run", "el")
    assert_refused(done, "table public.cidades", "extract/extract.meltano.yml")
    assert raw_tables(seeded) == []


def test_a_selected_column_is_dropped(seeded: Project) -> None:
    with changed(
        seeded,
        "alter table vendas rename column valor_pago to gone",
        "alter table vendas rename column gone to valor_pago",
    ):
        done = seeded.meltano("run", "el")
    assert_refused(done, "column public.vendas.valor_pago", "extract/extract.meltano.yml")
    assert raw_tables(seeded) == []


def test_no_permission_to_read(seeded: Project) -> None:
    seeded.change(
        "create role curioso login password 'curioso'",
        "grant select on vendas to curioso",
    )
    curious = seeded.with_variables(TAP_POSTGRES_USER="curioso", TAP_POSTGRES_PASSWORD="curioso")
    done = curious.meltano("run", "el")
    assert_refused(done, "permission denied for table cidades. Grant SELECT", "public.cidades: ")
    assert "TAP_POSTGRES_HOST" not in done.output


def test_snowflake_does_not_answer(seeded: Project) -> None:
    nobody = seeded.with_variables(LOCAL_SNOWFLAKE_PORT=str(free_port()))
    assert_refused(nobody.meltano("run", "el"), "target-snowflake: ", "local-stack:up")


def test_an_unknown_environment_of_the_local_stack(seeded: Project) -> None:
    done = seeded.meltano("--environment=prod", "invoke", "local-stack:status")
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


def test_a_port_that_is_none(seeded: Project) -> None:
    done = seeded.with_variables(LOCAL_SNOWFLAKE_PORT="eight").local_stack("status")
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


def test_seeding_twice(seeded: Project) -> None:
    again = seeded.local_stack("seed")
    assert (again.code, again.output.split(":")[0]) == (0, "Nothing seeded")
    assert_refused(seeded.local_stack("seed", "--sales", "10"), "local-stack:reset")
    assert seeded.source("select count(*) from vendas") == [(50,)]


def test_simulating_an_empty_source(tmp_path: Path) -> None:
    empty = Project.create(tmp_path / "project").up()
    try:
        assert_refused(empty.local_stack("simulate"), "seed")
    finally:
        empty.local_stack("down")


def test_after_all_that_a_run_succeeds_and_never_reaches_a_real_account(seeded: Project) -> None:
    account = {
        f"{plugin}_SNOWFLAKE_{name}": "somebody's own"
        for plugin in ("TARGET", "DBT")
        for name in ("ACCOUNT", "USER", "PASSWORD", "PRIVATE_KEY_PATH", "DATABASE")
    }
    with_account = seeded.with_variables(**account)
    assert with_account.succeed("run", "el").loaded()["VENDAS"] == (50, 0)
    assert "All checks passed" in with_account.succeed("invoke", "dbt-snowflake", "debug").output
