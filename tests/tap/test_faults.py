"""What the tap says of a user's mistakes: each a short message that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Project, assert_refused, free_port


@pytest.fixture(scope="module")
def seeded(project: Project) -> Project:
    done = project.local_stack("seed", "--sales", "50")
    assert done.code == 0, done.output
    return project


def test_wrong_password_of_postgres(seeded: Project) -> None:
    wrong = seeded.with_variables(TAP_POSTGRES_PASSWORD="wrong")
    assert_refused(wrong.extract(), "password authentication failed", "TAP_POSTGRES_")


def test_host_of_postgres_unreachable(seeded: Project) -> None:
    nowhere = seeded.with_variables(TAP_POSTGRES_PORT=str(free_port()))
    assert_refused(nowhere.extract(), "cannot read from PostgreSQL", "TAP_POSTGRES_HOST")


def test_a_server_without_ssl(seeded: Project) -> None:
    encrypted = seeded.with_variables(
        TAP_POSTGRES_SSL_ENABLE="true", TAP_POSTGRES_SSL_MODE="require"
    )
    done = encrypted.extract()
    assert_refused(done, "does not support SSL", "Check ssl_enable and ssl_mode")
    assert "TAP_POSTGRES_HOST" not in done.output


def test_a_statement_that_takes_too_long(seeded: Project) -> None:
    seeded.change("alter role driva set statement_timeout = '1s'")
    try:
        with seeded.postgres() as other, other.transaction():
            other.execute("lock table vendas in access exclusive mode")
            done = seeded.extract()
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
        done = seeded.extract()
    assert_refused(done, "public.", str(folder))
    assert "TAP_POSTGRES_HOST" not in done.output


def test_a_selected_column_is_dropped(seeded: Project) -> None:
    seeded.change("alter table vendas rename column valor_pago to gone")
    done = seeded.extract()
    seeded.change("alter table vendas rename column gone to valor_pago")
    assert_refused(done, "column public.vendas.valor_pago", "extract/extract.meltano.yml")


def test_no_permission_to_read(seeded: Project) -> None:
    seeded.change(
        "create role curioso login password 'curioso'",
        "grant select on vendas to curioso",
    )
    curious = seeded.with_variables(TAP_POSTGRES_USER="curioso", TAP_POSTGRES_PASSWORD="curioso")
    done = curious.extract()
    assert_refused(done, "permission denied for table cidades. Grant SELECT", "public.cidades: ")
    assert "TAP_POSTGRES_HOST" not in done.output


def test_a_column_that_is_new_in_the_source_is_spoken_of(seeded: Project) -> None:
    seeded.change("alter table vendas add comissao numeric(5, 2)")
    said = "public-vendas: not read, as nobody selects it: comissao. Write a line below `select`"
    assert said in seeded.extract().output
    seeded.change("alter table vendas drop column comissao")
    assert "nobody selects it" not in seeded.extract().output
