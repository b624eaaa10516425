"""The dbt project: its conventions, its documentation, and the SQL that it sends."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from tests import new_tables
from tests.conftest import ROOT, Project
from tests.repository.test_tables import unfinished

Nodes = dict[str, dict[str, Any]]
LAYERS = {"staging": "BRONZE", "dimensions": "SILVER", "facts": "GOLD", "analyses": "GOLD"}


@pytest.fixture(scope="module")
def built(network: Project) -> Project:
    # Once more: what an incremental build sends is not what the first one does.
    changed_in_place = ("config.materialized:incremental", "config.materialized:snapshot")
    network.build("--quiet", "--exclude-resource-type=test", "--select", *changed_in_place)
    network.dbt("docs", "generate", "--static", "--quiet")
    return network


@pytest.fixture(scope="module")
def nodes(built: Project) -> Nodes:
    manifest = json.loads((built.folder / "transform/target/manifest.json").read_text())
    return {**manifest["nodes"], **manifest["sources"]}


def of_type(nodes: Nodes, kind: str) -> list[dict[str, Any]]:
    return [node for node in nodes.values() if node["resource_type"] == kind]


def test_everything_is_described_and_every_key_tested_and_the_dictionary_is_new(
    built: Project,
) -> None:
    done = built.run(ROOT / ".venv/bin/python", built.folder / "transform/dictionary.py")
    assert done.code == 0, done.output
    assert done.output.count("100.0 %") == 3
    written = (built.folder / "docs/data-dictionary.md").read_text()
    assert written == (ROOT / "docs/data-dictionary.md").read_text(), "run `make docs`"


def test_a_column_without_a_description_or_a_key_without_a_test_is_named(built: Project) -> None:
    file = built.folder / "transform/target/manifest.json"
    before = file.read_text()
    manifest = json.loads(before)
    del manifest["nodes"]["model.driva_motors.dim_estados"]["columns"]["sigla"]
    key = next(name for name in manifest["nodes"] if ".unique_dim_veiculos_veiculo_id." in name)
    del manifest["nodes"][key]
    file.write_text(json.dumps(manifest))
    done = built.run(ROOT / ".venv/bin/python", built.folder / "transform/dictionary.py")
    file.write_text(before)
    assert done.code == 1
    assert "missing: SILVER.DIM_ESTADOS.sigla\n" in done.output
    assert "missing: SILVER.DIM_VEICULOS: primary key\n" in done.output


def test_every_source_has_a_stage_which_alone_reads_it(nodes: Nodes) -> None:
    sources = {node["unique_id"]: node["name"] for node in of_type(nodes, "source")}
    stages = {f"stg_driva__{name}": [name] for name in sources.values()}
    stages["stg_driva__vendas_excluidas"] = ["vendas"]  # what the stage of sales hides
    for model in of_type(nodes, "model") + of_type(nodes, "snapshot"):
        read = [sources[node] for node in model["depends_on"]["nodes"] if node in sources]
        assert read == stages.pop(model["name"], []), model["name"]
    assert stages == {}


def test_every_model_has_a_layer_a_contract_an_owner_and_a_place_in_the_yaml(nodes: Nodes) -> None:
    for model in of_type(nodes, "model"):
        folder = Path(model["original_file_path"]).parts[1]
        assert model["schema"] == LAYERS[folder], model["name"]
        assert model["group"] == ("comercial" if folder == "analyses" else "dados"), model["name"]
        private = folder == "staging"
        assert (model["access"] == "private") == private, model["name"]
        assert model["config"]["contract"]["enforced"], model["name"]
        assert model["patch_path"], model["name"]
        assert all(column["data_type"] for column in model["columns"].values()), model["name"]


def test_nothing_names_a_database_a_schema_or_the_time(nodes: Nodes) -> None:
    code = r"DRIVAMOTORS|\b(RAW|BRONZE|SILVER|GOLD)\.|current_(timestamp|date)|getdate|sysdate"
    for node in of_type(nodes, "model") + of_type(nodes, "test"):
        found = re.search(code, node["raw_code"], re.IGNORECASE)
        assert not found, f"{node['name']}: {found[0]}"


def test_what_holds_a_name_is_for_its_readers_only(nodes: Nodes) -> None:
    personal = [
        node
        for node in of_type(nodes, "model")
        if any(column["meta"].get("dado_pessoal") for column in node["columns"].values())
    ]
    assert [node["name"] for node in personal] == ["dim_clientes"]
    assert personal[0]["config"]["grants"] == {"select": ["DRIVA_PII_READER"]}
    readable = {
        node["name"]
        for node in of_type(nodes, "model")
        if "DRIVA_REPORTER" in node["config"]["grants"].get("select", [])
    }
    others = {n["name"] for n in of_type(nodes, "model") if n["schema"] in ("SILVER", "GOLD")}
    assert readable == others - {"dim_clientes"}


def test_analysts_get_a_mask_and_a_pseudonym(built: Project) -> None:
    statement = (
        "select count(*), count(distinct cliente_hash), count(endereco), max(nome_cliente), "
        "min(nome_cliente), max(endereco), max(length(cliente_hash)) from SILVER.{}"
    )
    ((rows, hashes, addresses, *masks, digits),) = built.warehouse(
        statement.format("DIM_CLIENTES_MASCARADOS")
    )
    [(customers,)] = built.source("select count(*) from clientes")
    assert (rows, hashes, digits) == (customers + 1, customers + 1, 64)  # and the unknown one
    assert masks == ["***", "***", "***"]
    assert [(addresses,)] == built.warehouse("select count(endereco) from SILVER.DIM_CLIENTES")


def test_every_statement_is_snowflakes(built: Project) -> None:
    """Sqlglot reads each with Snowflake's grammar, and knows what it is."""
    files = sorted((built.folder / "transform/target").glob("*/driva_motors/**/*.sql"))
    assert len(files) > 300
    for file in files:
        for statement in sqlglot.parse(file.read_text(), read="snowflake"):
            assert statement is not None, file
            assert not statement.find(exp.Command), file


def test_two_tables_more_are_read_built_tested_and_described(built: Project) -> None:
    """By the README's recipe, and nothing else; the key of one is `id`, the other is English."""
    new_tables.add(built.folder)
    built.change(
        new_tables.CREATE,
        "insert into fornecedores (nome, tipo, limite) values "
        "('Peças São José Ltda.', 'Peças', 1234567890.05), (null, 'Óleo', null)",
        "insert into orders values (9000000000, 1, 0.1, 'ça va', '2026-01-02 03:04:05-03'), "
        "(1, 4242, null, '', null)",
    )
    tables = '["public-fornecedores", "public-orders"]'
    filtered = built.with_variables(TAP_POSTGRES__SELECT_FILTER=tables)
    assert filtered.succeed("run", "el").loaded() == {
        "FORNECEDORES": (2, 0),
        "ORDERS": (2, 0),
        "RECONCILIACAO": (3, 0),
    }
    added = ("source:driva.fornecedores+", "source:driva.orders+")
    built.build("--quiet", "--select", *added)
    suppliers = "select fornecedor_id, nome_fornecedor, tipo, limite from SILVER.DIM_FORNECEDORES"
    assert built.warehouse(f"{suppliers} order by 1") == [
        (-1, "Não informado", "Não informado", None),
        (1, "Peças São José Ltda.", "Peças", Decimal("1234567890.05")),
        (2, None, "Óleo", None),
    ]
    orders = "select order_id, concessionaria_id, amount, notes, opened_at from SILVER.DIM_ORDERS"
    assert built.warehouse(f"{orders} order by 1") == [
        (-1, -1, None, None, None),
        (1, -1, None, "", None),
        (9000000000, 1, Decimal("0.10"), "ça va", datetime(2026, 1, 2, 6, 4, 5)),
    ]
    built.dbt("docs", "generate", "--static", "--quiet")
    done = built.run(ROOT / ".venv/bin/python", built.folder / "transform/dictionary.py")
    assert done.code == 0, done.output
    assert list(unfinished(built.folder)) == []
