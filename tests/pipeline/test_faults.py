"""A user's mistakes: each a short message that says what to do, and nothing half done."""

from __future__ import annotations

import pytest

from tests.conftest import Done, Project, assert_refused, free_port


@pytest.fixture(scope="module")
def seeded(project: Project) -> Project:
    done = project.local_stack("seed", "--sales", "50")
    assert done.code == 0, done.output
    return project


def raw_tables(project: Project) -> list[tuple[str, int]]:
    """Return what is in RAW."""
    return project.warehouse(
        "select table_name, row_count from information_schema.tables "
        "where table_schema = 'RAW' order by 1"
    )


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
    words = ("TARGET_SNOWFLAKE_ACCOUNT", "TARGET_SNOWFLAKE_PRIVATE_KEY_PATH")
    assert_refused(done, *words, "--environment=local")


def test_a_selected_table_is_missing(seeded: Project) -> None:
    seeded.change("alter table cidades rename to gone")
    done = seeded.meltano("run", "el")
    seeded.change("alter table gone rename to cidades")
    assert_refused(done, "table public.cidades", "extract/extract.meltano.yml")
    assert raw_tables(seeded) == []


def test_snowflake_does_not_answer(seeded: Project) -> None:
    nobody = seeded.with_variables(LOCAL_SNOWFLAKE_PORT=str(free_port()))
    assert_refused(nobody.meltano("run", "el"), "target-snowflake: ", "local-stack:up")


@pytest.mark.parametrize("variable", ["TAP_POSTGRES_PORT", "LOCAL_SNOWFLAKE_PORT"])
def test_a_port_of_a_plugin_that_is_none(seeded: Project, variable: str) -> None:
    done = seeded.with_variables(**{variable: "eight"}).meltano("run", "el")
    assert_refused(done, "'eight' is not a port number", variable)


def test_after_all_that_a_run_succeeds_and_never_reaches_a_real_account(seeded: Project) -> None:
    account = {
        f"{plugin}_SNOWFLAKE_{name}": "somebody's own"
        for plugin in ("TARGET", "DBT")
        for name in ("ACCOUNT", "USER", "PASSWORD", "PRIVATE_KEY_PATH", "DATABASE")
    }
    with_account = seeded.with_variables(**account)
    assert with_account.succeed("run", "el").loaded()["VENDAS"] == (50, 0)
    assert "All checks passed" in with_account.succeed("invoke", "dbt-snowflake", "debug").output
