"""The main job, end to end: the tests of this file build on each other, in their order."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.conftest import STATE_ID, Project
from tests.oracle import SOURCE, assert_gold_equals_source, assert_raw_equals_source

pytestmark = pytest.mark.in_order

SALES = 4_000
BEYOND_INT = 2**31 + 7
LATE_CUSTOMER = 900_000


@pytest.fixture(scope="module")
def network(project: Project) -> Project:
    """The sample network, and after it what real data brings along."""
    seeded = project.local_stack("seed", "--sales", str(SALES))
    assert seeded.code == 0, seeded.output
    project.change(
        "alter table vendas alter id_vendas type bigint",
        """
        insert into clientes values
            (800001, 'Ação 😀 "O''Neil" \\ barra', E'Rua 1\nSala 2\tFundos', 1, null, null),
            (800002, '', null, null, '1900-01-01', '2100-12-31 23:59:59.999999')
        """,
        "insert into concessionarias values (801, 'Desde sempre', null, null, null)",
        "insert into veiculos values (801, 'Mínimo', '', 0.01, null, null)",
        "insert into veiculos values (802, 'Máximo', null, 99999999.99, null, null)",
        "insert into veiculos values (803, 'Reajustado', 'SUV', 100000.00, null, '2025-05-01')",
        """
        insert into vendas values
            (800001, 801, 801, 1, 800001, 0.01, '1900-01-01', null, null),
            (800002, 802, 1, 1, 800002, 99999999.99, '2025-12-31 23:59:59', null, null),
            (800003, 1, 1, 1, null, 74989.90, null, null, null),
            (800004, 803, 1, 1, 1, 95000.00, '2025-05-31 23:59:59', null, null)
        """,
        f"""
        insert into vendas values
            ({BEYOND_INT}, 1, 1, 1, {LATE_CUSTOMER}, 74000.01, '2025-12-31', now(), now())
        """,
    )
    return project


def test_gold_equals_the_source(network: Project) -> None:
    done = network.run("make", "run")  # as the README says; what it seeds is there
    assert done.code == 0, done.output[-6000:]
    assert done.loaded()["VENDAS"] == (SALES + 5, 0)
    # Small tables do not wait for large ones, and control totals wait for all.
    assert list(done.loaded())[-3:] == ["CLIENTES", "VENDAS", "RECONCILIACAO"]
    assert_raw_equals_source(network)
    assert_gold_equals_source(network)


def test_the_logic_of_the_models_holds(network: Project) -> None:
    assert "ERROR=0" in network.dbt("test", "--select", "test_type:unit").output


def test_an_empty_build_goes_to_its_own_schema_or_is_refused(network: Project) -> None:
    counts = (
        "select (select count(*) from GOLD.FCT_VENDAS), "
        "(select count(*) from EMPTY_BUILD.FCT_VENDAS)"
    )
    assert network.warehouse(counts) == [(SALES + 5, 0)]
    refused = network.dbt("build", "--empty", fails=True)
    assert "--empty and --target empty go together" in refused.output
    assert network.warehouse(counts) == [(SALES + 5, 0)]


def test_there_is_one_state_with_a_bookmark_for_each_table(network: Project) -> None:
    assert STATE_ID in network.succeed("state", "list").output
    bookmarks = network.state()
    assert bookmarks.keys() == {f"public-{table}" for table in SOURCE}
    assert bookmarks["public-vendas"] == BEYOND_INT


def test_money_is_a_number_with_two_decimals(network: Project) -> None:
    rows = network.warehouse(
        "select table_schema, numeric_precision, numeric_scale, data_type "
        "from information_schema.columns where column_name in ('VALOR_PAGO', 'VALOR_VENDA')"
    )
    of_layer = {row[0]: row[1:] for row in rows}
    # The source's own in RAW; room for more in BRONZE, if the source's type grows; cents in GOLD.
    assert of_layer["RAW"] == (10, 2, "NUMBER")
    assert of_layer["BRONZE"] == (18, 4, "NUMBER")
    assert of_layer["GOLD"] == (18, 2, "NUMBER")


def test_a_sale_whose_customer_is_late_belongs_to_the_unknown_one(network: Project) -> None:
    statement = f"select cliente_id from GOLD.FCT_VENDAS where venda_id = {BEYOND_INT}"
    assert network.warehouse(statement) == [(-1,)]
    network.change(
        f"insert into clientes values ({LATE_CUSTOMER}, 'Chegou Depois', null, 1, null, null)"
    )


def test_a_day_later_the_new_rows_are_loaded_and_only_they(network: Project) -> None:
    # The rows made by hand have gone beyond what the source's sequences have handed out.
    network.change(
        f"select setval('vendas_id_vendas_seq', {BEYOND_INT})",
        f"select setval('clientes_id_clientes_seq', {LATE_CUSTOMER})",
    )
    simulated = network.local_stack("simulate", "--sales", "500")
    assert simulated.code == 0, simulated.output
    # Then prices change: one as of a day, with a sale on it, and two without a date.
    network.change(
        "update veiculos set valor = 105000, data_atualizacao = '2026-06-01' "
        "where id_veiculos = 803",
        "insert into vendas (id_veiculos, id_concessionarias, valor_pago, data_venda) "
        "values (803, 1, 105000, '2026-06-01')",
        "update veiculos set valor = valor + 1 where id_veiculos in (1, 2)",
    )
    done = network.succeed("run", "el")
    network.build("--exclude-resource-type=test")  # the last build of this file has tests again
    new = {table: rows[0] for table, rows in done.loaded().items()}
    assert new.pop("VENDAS") == 500 + 1
    assert new.pop("CLIENTES") == 1 + 250
    assert new.pop("RECONCILIACAO") == 1, "the range of the late customer"
    assert not any(new.values())
    assert_raw_equals_source(network)
    assert_gold_equals_source(network)


def test_the_late_customer_has_the_sale_now(network: Project) -> None:
    statement = f"select cliente_id from GOLD.FCT_VENDAS where venda_id = {BEYOND_INT}"
    assert network.warehouse(statement) == [(LATE_CUSTOMER,)]


def test_a_run_with_nothing_new_loads_nothing_new(network: Project) -> None:
    before = network.warehouse("select count(*), sum(valor_pago) from RAW.VENDAS")
    done = network.succeed("run", "el")
    assert done.loaded() == {}
    assert all(f"public-{table}: nothing new" in done.output for table in SOURCE)
    assert network.warehouse("select count(*), sum(valor_pago) from RAW.VENDAS") == before


def test_a_changed_price_counts_from_its_day(network: Project) -> None:
    prices = network.warehouse(
        "select data_venda, preco_tabela, desconto from GOLD.FCT_VENDAS "
        "where veiculo_id = 803 order by 1"
    )
    assert [(str(day), price, discount) for day, price, discount in (prices[0], prices[-1])] == [
        ("2025-05-31 23:59:59", 100000, 5000),
        ("2026-06-01 00:00:00", 105000, 0),
    ]


def test_a_price_changed_without_a_date_counts_from_its_load(network: Project) -> None:
    current = network.warehouse(
        "select veiculo_id, valor_sugerido from SILVER.DIM_VEICULOS_HISTORICO "
        "where atual and veiculo_id > 0 order by 1"
    )
    assert current == network.source("select id_veiculos, valor from veiculos order by 1")


def test_an_incremental_build_ends_where_a_full_one_does(network: Project) -> None:
    statement = "select * from GOLD.FCT_VENDAS order by venda_id"
    incremental = network.warehouse(statement)
    network.dbt("run", "--full-refresh", "--select", "fct_vendas", "--quiet")
    assert network.warehouse(statement) == incremental


def test_state_moved_back_reloads_without_a_duplicate(network: Project) -> None:
    exported = network.succeed("--log-level=error", "state", "get", STATE_ID).output
    state = json.loads(exported[exported.index("{") :])
    bookmark = state["singer_state"]["bookmarks"]["public-vendas"]
    bookmark["replication_key_value"] = 1_000
    network.succeed("state", "set", "--force", STATE_ID, json.dumps(state))
    done = network.succeed("run", "el")
    new, known = done.loaded()["VENDAS"]
    assert new == 0
    assert known > SALES - 1_000
    assert_raw_equals_source(network)


def test_full_refresh_takes_an_updated_row_and_doubles_nothing(network: Project) -> None:
    network.change(
        "update vendas set valor_pago = (select valor from veiculos where id_veiculos = 3) "
        "where id_vendas = (select min(id_vendas) from vendas where id_veiculos = 3)"
    )
    network.succeed("run", "--full-refresh", "el")
    network.dbt("run", "--quiet")
    statement = "select desconto from GOLD.FCT_VENDAS where veiculo_id = 3 order by venda_id"
    assert network.warehouse(statement)[0] == (Decimal("0.00"),)
    assert_raw_equals_source(network)
    assert_gold_equals_source(network)


def test_prices_that_outgrow_their_type_reach_gold(network: Project) -> None:
    network.change(
        "alter table vendas alter valor_pago type numeric(14, 2)",
        "alter table veiculos alter valor type numeric(14, 2)",
        "update veiculos set valor = 1234567890.99, data_atualizacao = now() where id_veiculos = 4",
        """
        insert into vendas (id_veiculos, id_concessionarias, valor_pago, data_venda)
        values (4, 1, 1234567890.12, now())
        """,
    )
    network.succeed("run", "el")
    network.build()
    newest = "select valor_venda, preco_tabela, desconto from GOLD.FCT_VENDAS where veiculo_id = 4"
    assert network.warehouse(f"{newest} order by data_venda desc limit 1") == [
        (Decimal("1234567890.12"), Decimal("1234567890.99"), Decimal("0.87"))
    ]
    assert_raw_equals_source(network)
    assert_gold_equals_source(network)


def test_the_same_seed_makes_the_same_network(
    network: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Project.create(tmp_path_factory.mktemp("other") / "project").up()
    try:
        other.local_stack("seed", "--sales", str(SALES))
        statement = (
            f"select md5(string_agg(v::text, '|' order by id_vendas)) from vendas v "
            f"where id_vendas between 6 and {SALES}"
        )
        assert other.source(statement) == network.source(statement)
    finally:
        other.local_stack("down")
