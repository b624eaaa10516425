"""Who may see some dealerships only: what dbt opens to them, and what it finds of ACESSOS."""

from __future__ import annotations

import json

from tests.conftest import ROOT, Project

MANAGER = {"DBT_SNOWFLAKE_MANAGER_ROLE": "DRIVA_MANAGER"}
# Columns that tell what others sell, and a table whose rows are counted.
TELLING = ("participacao", "posicao")
# Of whom managers read nothing: one's customers are many tables' rows.
CLOSED = {"dim_clientes", "dim_clientes_mascarados"}


def test_what_has_a_dealership_has_a_policy_and_is_opened_with_it(network: Project) -> None:
    network.with_variables(**MANAGER).dbt("parse")
    manifest = json.loads((network.folder / "transform/target/manifest.json").read_text())
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] not in ("SILVER", "GOLD"):
            continue
        name, columns, config = node["name"], node["columns"], node["config"]
        is_open = "DRIVA_MANAGER" in config["grants"]["select"]
        policy = config.get("row_access_policy")
        if name == "dim_concessionarias":
            assert not policy  # where a dealership is, is no secret
        elif "concessionaria_id" in columns or "concessionaria" in columns:
            column = "concessionaria_id" if "concessionaria_id" in columns else "id"
            by_dealership = f"SEGURANCA.POR_CONCESSIONARIA on ({column})"
            assert policy == (None if name in CLOSED else by_dealership), name
        else:
            assert not (is_open and node["schema"] == "GOLD"), f"{name} adds up all dealerships"
        assert not (is_open and [c for c in columns if c.startswith(TELLING)]), name
        assert not (is_open and name in CLOSED)


def test_a_table_is_made_with_its_policy_and_opened_after_it(network: Project) -> None:
    names = (ROOT / "load/snowflake/setup/1_names.sql").read_text()
    access = (ROOT / "load/snowflake/access.sql").read_text()
    with network.snowflake() as connection:
        connection.execute_string("set environment = 'local';" + names + access)
    models = ("vendas_canceladas", "fct_vendas_mensais", "dim_vendedores", "dim_datas")
    network.with_variables(**MANAGER).dbt("run", "--full-refresh", "--select", *models)
    made = network.folder / "transform/target/run/driva_motors/models"
    statement = (made / "facts/vendas_canceladas.sql").read_text()
    assert "with row access policy SEGURANCA.POR_CONCESSIONARIA on (concessionaria_id)" in statement
    with network.snowflake() as connection, connection.cursor() as cursor:
        cursor.execute("show grants to role DRIVA_MANAGER")
        granted = [tuple(row) for row in cursor.fetchall()]
    opened = {row[3].rpartition(".")[2] for row in granted if row[1] == "SELECT"}
    assert opened == {model.upper() for model in models}
    # Without the role there is no policy, and nothing is opened.
    network.dbt("run", "--full-refresh", "--select", "vendas_canceladas")
    assert "row access policy" not in (made / "facts/vendas_canceladas.sql").read_text()


def test_an_access_that_is_nobodys_or_to_nothing_is_told(network: Project) -> None:
    network.warehouse(
        "insert into SEGURANCA.ACESSOS (usuario, concessionaria_id, rede) values (' ', 1, null),"
        " ('x@driva.example', null, false), ('y@driva.example', 99999, null),"
        " ('z@driva.example', null, true), ('ana@driva.example', 2, null)"
    )
    network.dbt("test", "--select", "acessos_make_sense")
    ((situation, rows, message),) = network.warehouse(
        "select situacao, linhas, mensagem from GOLD.QUALIDADE_DADOS"
        " where verificacao = 'acessos_make_sense'"
        " qualify row_number() over (order by executado_em desc) = 1"
    )
    network.warehouse("delete from SEGURANCA.ACESSOS")
    assert (situation, rows) == ("alerta", 3)
    assert "99999" in message
    assert "driva.example" not in message, "whose it is, is nobody's business"
