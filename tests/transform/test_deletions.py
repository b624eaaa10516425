"""What is gone from the source: a sale leaves GOLD, and a member stays for what refers to it.

Rows of RAW are marked here, as the loader marks them. The tests of this file build on each other.
"""

from __future__ import annotations

import pytest

from tests.conftest import SALES, Project
from tests.oracle import Row, assert_gold_equals_source

pytestmark = pytest.mark.in_order

# When each was noticed to be gone: long before it was loaded, or after all else was.
CANCELLED = {17: "2020-01-01", 120: "2999-12-31", SALES: "2999-12-31"}
MEMBERS = {
    "veiculos": "veiculo_id",
    "estados": "estado_id",
    "cidades": "cidade_id",
    "concessionarias": "concessionaria_id",
    "vendedores": "vendedor_id",
    "clientes": "cliente_id",
}
COLUMNS = "id_vendas, id_veiculos, id_concessionarias, id_vendedores, id_clientes, valor_pago"


def mark(project: Project, table: str, where: str, when: str) -> None:
    """Mark rows of RAW as gone from the source, and as loaded again."""
    project.warehouse(
        f"update RAW.{table} set _SDC_DELETED_AT = '{when}', _SDC_BATCHED_AT = '{when}' "
        f"where {where}"
    )


def cancelled(project: Project) -> list[Row]:
    """Return what GOLD says of the sales that are gone."""
    return project.warehouse(
        "select venda_id, veiculo_id, concessionaria_id, vendedor_id, cliente_id, valor_venda, "
        "data_venda from GOLD.VENDAS_CANCELADAS order by 1"
    )


def histories(project: Project) -> list[Row]:
    """Return the versions of all vehicles and salespeople."""
    version = "valido_de, valido_ate, atual, carregado_em from SILVER.DIM"
    return project.warehouse(
        f"select 'veiculo', veiculo_id, valor_sugerido, {version}_VEICULOS_HISTORICO union all "
        f"select 'vendedor', vendedor_id, concessionaria_id, {version}_VENDEDORES_HISTORICO "
        "order by 1, 2, 4"
    )


@pytest.fixture(scope="module")
def before(network: Project) -> tuple[list[Row], list[Row]]:
    """What PostgreSQL knew of sales that then were cancelled, and the histories before that.

    Other sales were loaded with it, and the fact looks back no further than they came; a row of
    each other table is marked, too, which the source still has. Every gate of the build is green.
    """
    sales = ", ".join(map(str, CANCELLED))
    known = network.source(
        f"select {COLUMNS}, data_venda from vendas where id_vendas in ({sales}) order by 1"
    )
    versions = histories(network)
    network.change(
        f"delete from vendas where id_vendas in ({sales})",
        f"insert into vendas ({COLUMNS}) "
        "values (9400, 1, 1, 1, 1, 74000.00), (9401, 2, 2, 6, 1, 1)",
    )
    network.extract_load()
    for sale, when in CANCELLED.items():
        mark(network, "VENDAS", f"ID_VENDAS = {sale}", when)
    for table in MEMBERS:
        mark(network, table, f"ID_{table} = 1", "2999-12-31")
    network.build("--quiet", "--vars", "{fct_vendas_lookback_minutes: 0}")
    return known, versions


def test_a_cancelled_sale_leaves_gold_with_the_next_build(
    network: Project, before: tuple[list[Row], list[Row]]
) -> None:
    assert_gold_equals_source(network)
    assert cancelled(network) == before[0]
    noticed = "select venda_id, to_char(excluido_em, 'YYYY-MM-DD') from GOLD.VENDAS_CANCELADAS"
    assert dict(network.warehouse(noticed)) == CANCELLED


def test_a_member_that_is_gone_keeps_its_name_in_old_sales(
    network: Project, before: tuple[list[Row], list[Row]]
) -> None:
    """GOLD is as if it were still there, which it is in this source."""
    assert_gold_equals_source(network)
    assert histories(network) == before[1]
    for table, key in MEMBERS.items():
        gone = f"select {key}, year(excluido_em) from SILVER.DIM_{table}"
        assert network.warehouse(f"{gone} where excluido_em is not null") == [(1, 2999)], table


def test_nothing_personal_of_a_customer_who_is_gone_is_left_outside_of_raw(
    network: Project,
) -> None:
    for table in ("BRONZE.STG_DRIVA__", "SILVER.DIM_"):
        statement = f"select nome_cliente, endereco from {table}CLIENTES where cliente_id = 1"
        assert network.warehouse(statement) == [(None, None)]


def test_what_comes_back_is_there_again(network: Project) -> None:
    versions = histories(network)
    network.change(
        f"insert into vendas ({COLUMNS}) values (17, 1, 1, 1, 1, 70000.00)",
        "update veiculos set valor = valor + 1 where id_veiculos = 1",
    )
    network.extract_load(full_refresh=True)
    network.build("--quiet", "--exclude-resource-type=test")
    assert_gold_equals_source(network)
    assert [sale for sale, *_ in cancelled(network)] == [120, SALES]
    for table in MEMBERS:
        gone = f"select count(*) from SILVER.DIM_{table} where excluido_em is not null"
        assert network.warehouse(gone) == [(0,)], table
    # One version more, of the vehicle that came back with another price.
    after = histories(network)
    assert len(after) == len(versions) + 1
    assert [row for row in after if row not in versions and row[:2] != ("veiculo", 1)] == []
