"""Corrections and cancellations at the source, through to GOLD and the histories."""

from __future__ import annotations

import pytest

from tests.conftest import SALES, Project
from tests.oracle import assert_gold_equals_source, assert_raw_equals_source

pytestmark = pytest.mark.in_order

DISCOUNT = "select preco_tabela, desconto from GOLD.FCT_VENDAS where venda_id = 4400"
PLACES = "select concessionaria_id, atual from SILVER.DIM_VENDEDORES_HISTORICO where {} order by 2"


@pytest.fixture(scope="module")
def network(network: Project) -> Project:
    """A network that has been compared once."""
    network.reconcile()
    return network


def test_the_job_follows_what_changed_whatever_its_id(network: Project) -> None:
    network.change(
        "update vendas set valor_pago = 12345.67 where id_vendas = 5",
        "update clientes set cliente = 'Outro Nome' where id_clientes = 7",
        "update vendedores set id_concessionarias = 2, data_atualizacao = '2026-01-01' "
        "where id_vendedores = 3",
        "delete from vendas where id_vendas in (9, 4999)",
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
    assert network.warehouse(cancelled) == [(9,), (4999,)]
    assert [place for place, _ in network.warehouse(PLACES.format("vendedor_id = 3"))][-1] == 2


def test_a_sale_that_comes_back_and_a_price_are_followed(network: Project) -> None:
    ((price,),) = network.source("select valor from veiculos where id_veiculos = 1")
    network.change(
        "insert into vendas (id_vendas, id_veiculos, valor_pago, data_venda) "
        "values (9, 1, 1000, localtimestamp)",
        "update veiculos set valor = valor + 1000, data_atualizacao = localtimestamp "
        "where id_veiculos = 1",
        "update vendas set id_veiculos = 1, data_venda = '2026-01-01' where id_vendas = 4400",
    )
    network.reconcile()
    network.build("--quiet", "--exclude-resource-type=test")
    assert_gold_equals_source(network)
    assert network.warehouse("select venda_id from GOLD.VENDAS_CANCELADAS") == [(4999,)]
    ((of_the_day, _),) = network.warehouse(DISCOUNT)
    assert of_the_day == price


def test_a_salesperson_who_is_gone_is_still_named_where_they_sold(network: Project) -> None:
    query = "select nome from vendedores where id_vendedores = 1"
    ((name,),) = network.source(query)
    sold = "select count(*), sum(valor_venda) from GOLD.FCT_VENDAS where vendedor_id = 1"
    before = network.warehouse(sold)
    network.change("delete from vendedores where id_vendedores = 1")
    network.reconcile()
    network.build("--quiet", "--exclude-resource-type=test")
    assert network.warehouse(sold) == before
    named = "select nome_vendedor from SILVER.DIM_VENDEDORES where vendedor_id = 1 and {}"
    assert network.warehouse(named.format("excluido_em is not null")) == [(name,)]


def test_the_job_changes_follows_each_kind_of_change_to_gold(network: Project) -> None:
    network.succeed("invoke", "tap-postgres-changes:create-slot")
    network.succeed("run", "changes")  # which has no state yet, and reads all
    ((price,),) = network.source("select valor from veiculos where id_veiculos = 2")
    network.change(
        "update vendas set valor_pago = 7654.32, data_venda = null where id_vendas = 6",
        "update clientes set cliente = null, endereco = '' where id_clientes = 8",
        "update vendedores set id_concessionarias = 3, data_atualizacao = '2026-02-01' "
        "where id_vendedores = 4",
        "update veiculos set valor = valor * 2, data_atualizacao = localtimestamp "
        "where id_veiculos = 2",
        "delete from vendas where id_vendas in (10, 4998)",
        "delete from vendedores where id_vendedores = 2",
        "delete from vendas where id_vendas = 12",
        "insert into vendas (id_vendas, id_veiculos, id_concessionarias, id_vendedores, "
        "id_clientes, valor_pago, data_venda) values (12, 2, 1, 2, 1, 0.01, '2026-02-03')",
        "create temp table gone as select * from cidades",
        "truncate cidades restart identity",
        "insert into cidades select * from gone where id_cidades > 1",
    )
    done = network.succeed("run", "changes")
    assert (done.loaded()["VENDAS"], done.deleted()["VENDAS"]) == ((0, 2), 2)
    assert (done.loaded()["CIDADES"][0], done.deleted()["CIDADES"]) == (0, 1)
    network.build("--quiet")
    assert_raw_equals_source(network)
    assert_gold_equals_source(network)
    cancelled = "select venda_id from GOLD.VENDAS_CANCELADAS order by 1"
    assert network.warehouse(cancelled) == [(10,), (4998,), (4999,)]
    assert [place for place, _ in network.warehouse(PLACES.format("vendedor_id = 4"))][-1] == 3
    priced = "select preco_tabela from GOLD.FCT_VENDAS where venda_id = 12"
    assert network.warehouse(priced) == [(price,)]
    network.succeed("invoke", "tap-postgres-changes:drop-slot")


def test_a_truncated_table_that_was_filled_anew_is_followed(network: Project) -> None:
    network.change(
        "truncate vendas restart identity",
        "insert into vendas (id_veiculos, id_concessionarias, valor_pago, data_venda) "
        "select 1, 1, i, '2026-03-01' from generate_series(1, 20) i",
    )
    network.reconcile()
    network.build("--quiet", "--exclude-resource-type=test")
    assert network.warehouse("select count(*), sum(valor_venda) from GOLD.FCT_VENDAS") == [
        (20, 210)
    ]
    # The bookmark is of ids that are not there any more.
    network.change("insert into vendas (valor_pago) values (1)")
    assert "all of it is read again" in network.extract_load().output
    network.build("--quiet", "--exclude-resource-type=test")
    assert network.warehouse("select count(*), sum(valor_venda) from GOLD.FCT_VENDAS") == [
        (21, 211)
    ]
