"""Corrections and cancellations at the source, through to GOLD and the histories."""

from __future__ import annotations

import pytest

from tests.conftest import Project
from tests.oracle import assert_gold_equals_source, assert_raw_equals_source

pytestmark = pytest.mark.in_order

# More than the ids below the bookmark that each run looks at again.
SALES = 2500
DISCOUNT = "select preco_tabela, desconto from GOLD.FCT_VENDAS where venda_id = 2400"
PLACES = "select concessionaria_id, atual from SILVER.DIM_VENDEDORES_HISTORICO where {} order by 2"


@pytest.fixture(scope="module")
def network(project: Project) -> Project:
    """A network that is loaded, built, and compared once."""
    seeded = project.local_stack("seed", "--sales", str(SALES))
    assert seeded.code == 0, seeded.output
    # Whoever has sold something is sold for again, and a vehicle has its price since long ago.
    project.change("update veiculos set data_atualizacao = '2001-01-01'")
    project.extract_load()
    project.reconcile()
    project.build("--quiet", "--exclude-resource-type=test")
    return project


def test_the_job_follows_what_changed_whatever_its_id(network: Project) -> None:
    network.change(
        "update vendas set valor_pago = 12345.67 where id_vendas = 5",
        "update clientes set cliente = 'Outro Nome' where id_clientes = 7",
        "update vendedores set id_concessionarias = 2, data_atualizacao = '2026-01-01' "
        "where id_vendedores = 3",
        "delete from vendas where id_vendas in (9, 2499)",
        "delete from vendas where id_vendas = 11",
        "insert into vendas (id_vendas, id_veiculos, id_concessionarias, id_vendedores, "
        "id_clientes, valor_pago, data_venda) values (11, 1, 1, 1, 1, 1.23, '2026-02-03')",
    )
    done = network.succeed("run", "reconcile")
    # With a state of its own the first run of the job reads all.
    assert (done.loaded()["VENDAS"], done.deleted()["VENDAS"]) == ((0, SALES - 2), 2)
    assert_raw_equals_source(network)
    assert_gold_equals_source(network)
    cancelled = "select venda_id from GOLD.VENDAS_CANCELADAS order by 1"
    assert network.warehouse(cancelled) == [(9,), (2499,)]
    assert [place for place, _ in network.warehouse(PLACES.format("vendedor_id = 3"))][-1] == 2


def test_a_sale_that_comes_back_and_a_price_are_followed(network: Project) -> None:
    ((price,),) = network.source("select valor from veiculos where id_veiculos = 1")
    network.change(
        "insert into vendas (id_vendas, id_veiculos, valor_pago, data_venda) "
        "values (9, 1, 1000, localtimestamp)",
        "update veiculos set valor = valor + 1000, data_atualizacao = localtimestamp "
        "where id_veiculos = 1",
        "update vendas set id_veiculos = 1, data_venda = '2026-01-01' where id_vendas = 2400",
    )
    network.reconcile()
    network.build("--quiet")
    assert_gold_equals_source(network)
    assert network.warehouse("select venda_id from GOLD.VENDAS_CANCELADAS") == [(2499,)]
    ((of_the_day, _),) = network.warehouse(DISCOUNT)
    assert of_the_day == price


def test_a_salesperson_who_is_gone_is_still_named_where_they_sold(network: Project) -> None:
    query = "select nome from vendedores where id_vendedores = 1"
    ((name,),) = network.source(query)
    sold = "select count(*), sum(valor_venda) from GOLD.FCT_VENDAS where vendedor_id = 1"
    before = network.warehouse(sold)
    network.change("delete from vendedores where id_vendedores = 1")
    network.reconcile()
    network.build("--quiet")
    assert network.warehouse(sold) == before
    named = "select nome_vendedor from SILVER.DIM_VENDEDORES where vendedor_id = 1 and {}"
    assert network.warehouse(named.format("excluido_em is not null")) == [(name,)]


def test_a_truncated_table_that_was_filled_anew_is_followed(network: Project) -> None:
    network.change(
        "truncate vendas restart identity",
        "insert into vendas (id_veiculos, id_concessionarias, valor_pago, data_venda) "
        "select 1, 1, i, '2026-03-01' from generate_series(1, 20) i",
    )
    network.reconcile()
    network.build("--quiet")
    assert network.warehouse("select count(*), sum(valor_venda) from GOLD.FCT_VENDAS") == [
        (20, 210)
    ]
    # The bookmark is of ids that are not there any more.
    network.change("insert into vendas (valor_pago) values (1)")
    assert "all of it is read again" in network.extract_load().output
    network.build("--quiet")
    assert network.warehouse("select count(*), sum(valor_venda) from GOLD.FCT_VENDAS") == [
        (21, 211)
    ]
