"""The gates: each fault turns the one red that should be, and no customer's name gets out.

The tests of this file build on each other, in their order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import NAME, SALES, Done, Project
from tests.oracle import assert_gold_equals_source

pytestmark = pytest.mark.in_order

LAST_RUN = "executado_em = (select max(executado_em) from GOLD.QUALIDADE_DADOS)"

Found = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def network(network: Project) -> Project:
    """The network, where a sale is late as in production, and every log is kept."""
    return network.with_variables(
        DBT_SNOWFLAKE_FRESHNESS_ERROR_HOURS="72", DBT_LOG_LEVEL_FILE="debug"
    )


def build(project: Project, *words: str) -> tuple[Done, Found]:
    """Build and test; return what was said, and each check that found something, with its rows."""
    done = project.fork("dbt-snowflake", "build", "--exclude-resource-type=unit_test", *words)
    with (project.folder / "said.log").open("a") as log:
        log.write(done.output)
    return done, found_by(project)


def found_by(project: Project) -> Found:
    """Return each check of the last build that found something, with its rows."""
    found = project.warehouse(
        "select verificacao, situacao, mensagem from GOLD.QUALIDADE_DADOS "
        f"where situacao in ('aviso', 'alerta', 'falha', 'erro') and {LAST_RUN}"
    )
    return {name: (situation, rows) for name, situation, rows in found}


def rows_of(project: Project, gate: str) -> set[int]:
    """Return the sales that a check has found."""
    found = project.warehouse(f"select venda_id from QUALIDADE.{gate}")
    assert len(found) == len(set(found))
    return {sale for (sale,) in found}


def oddities(project: Project) -> dict[str, set[int]]:
    """Return the sales that break each rule in the sample network, as oddities.sql says."""

    def first(count: int, where: str) -> set[int]:
        return {
            sale
            for (sale,) in project.source(
                f"select id_vendas from vendas where {where} order by id_vendas limit {count}"
            )
        }

    return {
        "fct_vendas_sold_near_list_price": {*range(501, 508), 511, 512, 521, 522},
        "fct_vendas_paid_with_something": {521, 522},
        "fct_vendas_not_in_the_future": {531, 532},
        "fct_vendas_sold_by_own_dealership": {541, 542, 543},
        "fct_vendas_has_no_orphans": {551, 552, 553, 554},
        "fct_vendas_members_are_known": {551, 552, 553, 554, 561, 562},
        "fct_vendas_list_price_is_known": first(5, "id_veiculos = 1") | {554, 561},
        "fct_vendas_sold_after_opening": first(4, "id_concessionarias = 1"),
    }


@contextmanager
def changed(project: Project, inject: str, mend: str) -> Iterator[None]:
    """Change the warehouse for the time of the block."""
    for statement in inject.split(";"):
        project.warehouse(statement)
    try:
        yield
    finally:
        for statement in mend.split(";"):
            project.warehouse(statement)


def test_what_is_odd_in_the_business_is_listed_and_stops_nothing(network: Project) -> None:
    """The sample network breaks each rule, in rows whose number oddities.sql says."""
    said, found = (network.folder / "said.log").read_text(), found_by(network)
    broken = oddities(network)
    rules = {*broken}
    assert {name: situation for name, (situation, _) in found.items()} == dict.fromkeys(
        rules, "aviso"
    )
    for gate, sales in broken.items():
        assert rows_of(network, gate) == sales, gate
        assert f"AVISO {gate}: {found[gate][1]}" in said
    listed = network.warehouse(
        "select verificacao from GOLD.QUALIDADE_DADOS "
        "where severidade = 'aviso' and tipo not in ('atualidade', 'deriva', 'esquema') "
        f"and {LAST_RUN}"
    )
    # Which it does not break.
    kept = {"acessos_make_sense", "previsao_vendas_adds_up", "previsao_vendas_held"}
    assert {rule for (rule,) in listed} == rules | kept
    kinds = network.warehouse(f"select distinct tipo from GOLD.QUALIDADE_DADOS where {LAST_RUN}")
    assert {kind for (kind,) in kinds} == {
        "atualidade",
        "chave",
        "deriva",
        "esquema",
        "reconciliação",
        "regra de negócio",
        "relacionamento",
        "valores aceitos",
        "volume",
    }
    told = network.warehouse(
        "select count(*) from GOLD.QUALIDADE_DADOS "
        f"where (descricao is null or tabela is null) and {LAST_RUN}"
    )
    assert told == [(0,)]
    queries = network.warehouse(
        f"select situacao, lower(consulta) from GOLD.QUALIDADE_DADOS where {LAST_RUN}"
    )
    kept = {
        f"select * from drivamotors.qualidade.{name.lower()}"
        for (name,) in network.warehouse(
            "select table_name from information_schema.tables where table_schema = 'QUALIDADE'"
        )
    }
    assert {query for _, query in queries if query} == kept
    assert {situation for situation, query in queries if not query} == {"ok"}
    assert_gold_equals_source(network)


def test_no_data_test_selects_a_name_or_an_address(network: Project) -> None:
    """Most have found nothing so far, so that nothing of them is stored."""
    manifest = json.loads((network.folder / "transform/target/manifest.json").read_text())
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    queries = [node["compiled_code"] for node in tests if node.get("compiled_code")]
    assert len(queries) > 100
    with network.snowflake() as connection, connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"select * from ({query}) limit 0")
            columns = {column.name for column in cursor.description}
            assert columns.isdisjoint({"CLIENTE", "NOME_CLIENTE", "ENDERECO"}), query


def test_each_fault_in_raw_turns_its_gate_red_and_no_other(network: Project) -> None:
    faults = (
        "insert into RAW.VEICULOS (ID_VEICULOS, VALOR, _SDC_BATCHED_AT, _SDC_SEQUENCE) "
        "select ID_VEICULOS, VALOR, _SDC_BATCHED_AT, -1 from RAW.VEICULOS where ID_VEICULOS = 3;"
        "create table RAW.LOST as select * from RAW.CIDADES where ID_CIDADES = 5;"
        "delete from RAW.CIDADES where ID_CIDADES = 5;"
        "update RAW.VENDAS set VALOR_PAGO = VALOR_PAGO + 0.01 where ID_VENDAS = 100;"
        "update RAW.VENDAS set _SDC_BATCHED_AT = '2020-01-01';"
        f"update RAW.CLIENTES set _SDC_BATCHED_AT = null where CLIENTE = '{NAME}';"
        # As an earlier version of the tap has sent them.
        "update RAW.RECONCILIACAO set IDS_POR_FAIXA = null where TABELA = 'estados'"
    )
    mended = (
        "delete from RAW.VEICULOS where _SDC_SEQUENCE = -1;"
        "insert into RAW.CIDADES select * from RAW.LOST;"
        "drop table RAW.LOST;"
        "update RAW.VENDAS set VALOR_PAGO = VALOR_PAGO - 0.01 where ID_VENDAS = 100;"
        "update RAW.VENDAS set _SDC_BATCHED_AT = (select max(_SDC_BATCHED_AT) from RAW.CIDADES);"
        "update RAW.CLIENTES set _SDC_BATCHED_AT = (select max(_SDC_BATCHED_AT) from RAW.CIDADES) "
        "where _SDC_BATCHED_AT is null;"
        "update RAW.RECONCILIACAO set IDS_POR_FAIXA = 100000 where TABELA = 'estados'"
    )
    with changed(network, faults, mended):
        done, found = build(network)
    assert done.code != 0
    expected = {
        "source_unique_driva_veiculos_id_veiculos": "unique_field = 3, n_records = 2",
        "source_equals_the_source_driva_cidades_id_cidades": (
            "tabela = cidades, id_inicial = 0, id_final = 111, "
            "conserto = perdido aqui: make backfill TABLE=cidades, "
            "linhas_na_origem = 111, linhas_em_raw = 110"
        ),
        "source_equals_the_source_driva_vendas_id_vendas": (
            f"tabela = vendas, id_inicial = 0, id_final = {SALES}, "
            "conserto = perdido aqui: make backfill TABLE=vendas, "
            f"linhas_na_origem = {SALES}, linhas_em_raw = {SALES}"
        ),
        "source_recently_loaded_driva_vendas_": "carregado_em = 2020-01-01 00:00:00",
        "source_not_null_driva_clientes__sdc_batched_at": "_sdc_batched_at = None",
    }
    assert found.keys() == expected.keys()
    for gate, rows in expected.items():
        situation, message = found[gate]
        # An old load makes no number wrong.
        assert situation == ("alerta" if "recently" in gate else "falha")
        assert message.startswith(rows)
        # The run itself says the same, and where all the rows are.
        assert f"{situation.upper()} {gate}: {message}" in done.output
        assert f"select * from DRIVAMOTORS.QUALIDADE.{gate}"[:60] in done.output
    # Where there is nothing to compare with, that is not ok.
    assert network.warehouse(
        "select situacao, mensagem, linhas from GOLD.QUALIDADE_DADOS where "
        f"verificacao = 'source_equals_the_source_driva_estados_id_estados' and {LAST_RUN}"
    ) == [("não executada", "Não há com que comparar.", None)]


@pytest.mark.parametrize(
    ("table", "inject", "mend"),
    [
        (
            "vendas",
            "create table RAW.LOST as select * from RAW.VENDAS where ID_VENDAS = 100;"
            "delete from RAW.VENDAS where ID_VENDAS = 100",
            "insert into RAW.VENDAS select * from RAW.LOST; drop table RAW.LOST",
        ),
        (
            "clientes",
            "insert into RAW.CLIENTES (ID_CLIENTES, _SDC_BATCHED_AT, _SDC_SEQUENCE) "
            "select ID_CLIENTES, _SDC_BATCHED_AT, -1 from RAW.CLIENTES where ID_CLIENTES = 7",
            "delete from RAW.CLIENTES where _SDC_SEQUENCE = -1",
        ),
    ],
    ids=["lost", "doubled"],
)
def test_a_row_lost_or_doubled_stops_the_build_before_the_fact(
    network: Project, table: str, inject: str, mend: str
) -> None:
    with changed(network, inject, mend):
        done, _ = build(network, f"--select=source:driva.{table}+")
    assert done.code != 0
    outcomes = network.warehouse(
        "select distinct tabela, situacao from GOLD.QUALIDADE_DADOS "
        f"where tabela in ('GOLD.FCT_VENDAS', 'GOLD.ANALISE_VENDAS_CIDADE') and {LAST_RUN}"
    )
    assert {outcome for _, outcome in outcomes} == {"não executada"}


def test_a_column_that_raw_lacks_stops_what_is_built_on_it(network: Project) -> None:
    written = (
        "select table_name, last_altered::varchar from information_schema.tables "
        "where table_name in ('FCT_VENDAS', 'ANALISE_VENDAS_CIDADE') and table_schema = 'GOLD'"
    )
    before = network.warehouse(written)
    with changed(
        network,
        "alter table RAW.VENDAS rename column VALOR_PAGO to GONE",
        "alter table RAW.VENDAS rename column GONE to VALOR_PAGO",
    ):
        done = network.build(fails=True)
    assert "valor_pago" in done.output.lower()
    assert network.warehouse(written) == before


def test_more_of_it_than_usual_is_an_alert_and_stops_nothing(network: Project) -> None:
    ((price,),) = network.source("select valor from veiculos where id_veiculos = 2")
    network.change(
        f"""
        insert into vendas (id_vendas, id_veiculos, id_concessionarias, id_vendedores, id_clientes,
            valor_pago, data_venda, data_inclusao)
        select 900000 + i, 2, 2, 1, 1, round({price} * 0.7, 2), '2025-06-15', null
        from generate_series(1, {SALES} / 100) i
        """,
        f"""
        insert into vendas (id_vendas, id_veiculos, id_concessionarias, id_vendedores, id_clientes,
            valor_pago, data_venda, data_inclusao)
        values
            (910001, 2, 2, 6, 1, {price}, '2026-01-15', null),
            -- what rounding may do, and a cent more
            (910002, 2, 2, 6, 1, {price} * 0.95 - 0.01, '2026-01-15', null),
            (910003, 2, 2, 6, 1, {price} * 0.95 - 0.02, '2026-01-15', null),
            (910004, 2, 2, 6, 1, {price} + 0.01, '2026-01-15', null),
            -- a customer who may still come
            (910005, 2, 2, 6, 777777, {price}, '2025-06-01', now() - interval '6 days'),
            (910006, 2, 2, 6, 777777, {price}, '2025-06-01', now() - interval '8 days')
        """,
    )
    network.extract_load()
    done, found = build(network)
    assert done.code == 0, done.output[-6000:]
    below = range(900001, 900001 + SALES // 100)
    near = rows_of(network, "fct_vendas_sold_near_list_price")
    assert near == oddities(network)["fct_vendas_sold_near_list_price"] | {*below, 910003}
    orphans = rows_of(network, "fct_vendas_has_no_orphans")
    assert orphans == oddities(network)["fct_vendas_has_no_orphans"] | {910006}
    alerts = {name for name, (situation, _) in found.items() if situation == "alerta"}
    assert alerts == {
        "fct_vendas_has_not_drifted",
        "fct_vendas_sold_near_list_price",
        "fct_vendas_sold_by_own_dealership",
    }
    assert "ALERTA fct_vendas_sold_near_list_price: " in done.output
    ((share,),) = network.warehouse(
        "select percentual from GOLD.QUALIDADE_DADOS "
        f"where verificacao = 'fct_vendas_sold_near_list_price' and {LAST_RUN}"
    )
    assert float(share) == round(100 * len(near) / (SALES + SALES // 100 + 6), 4)
    assert found["fct_vendas_has_not_drifted"][1].startswith(
        "linhas: 0 nos sete dias até 2026-01-14, 0,0 % da média das quatro semanas anteriores"
    )
    assert_gold_equals_source(network)


@pytest.mark.parametrize(
    ("column", "drift", "found"),
    [
        ("valor_venda", "valor_venda", ()),
        ("valor_venda", "null", ("NULLs em valor_venda: 100,0 % das linhas",)),
        ("data_inclusao", "null", ("NULLs em data_inclusao: 100,0 % das linhas",)),
        ("cliente_id", "-1", ("NULLs em cliente_id: 100,0 % das linhas",)),
        ("valor_venda", "valor_venda * 100", ("média de valor_venda: ",)),
        ("valor_venda", "valor_venda / 100", ("média de valor_venda: ",)),
        # A veículo that is new, and one that takes all.
        ("veiculo_id", "case when venda_id % 5 = 0 then 777 else veiculo_id end", ()),
        ("veiculo_id", "777", ("veiculo_id = 777: 100,0 % das linhas",)),
        # No sale in the last week but on its last day.
        ("data_venda", "dateadd(day, -60, data_venda)", ("linhas: ",)),
    ],
)
def test_a_week_unlike_those_before_is_found_with_what_has_changed(
    network: Project, column: str, drift: str, found: tuple[str, ...]
) -> None:
    """Of 32 sales a week, the last ones, until 30 December, are changed."""
    week = "coalesce(data_venda, data_inclusao) between '2025-12-24' and '2025-12-30 23:59:59'"
    changed = f"case when {week} then {drift} else {column} end as {column}"
    said = drifted(network, changed)
    assert len(said) == len(found)
    assert all(row[0].startswith(words) for row, words in zip(said, found, strict=True))


@pytest.mark.parametrize("day", ["date '2025-01-01'", "date '2999-01-01'", "null"])
def test_where_there_is_no_history_nothing_is_compared(network: Project, day: str) -> None:
    """All sales are of one day, of days to come, or of none."""
    dated = f"{day} as data_venda, {day} as data_inclusao"
    assert [level for *_, level in drifted(network, dated)] == [-1]


def drifted(project: Project, changed: str) -> list[tuple[Any, ...]]:
    """Return what the fact's test of drift finds in the sample sales with a column changed."""
    manifest = json.loads((project.folder / "transform/target/manifest.json").read_text())
    [query] = [
        node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["name"] == "fct_vendas_has_not_drifted"
    ]
    sales = f"(select * replace ({changed}) from GOLD.FCT_VENDAS where venda_id <= {SALES})"
    return project.warehouse(query.replace("DRIVAMOTORS.GOLD.fct_vendas", sales))


def test_what_the_source_has_moved_on_from_warns_and_what_is_lost_stops(network: Project) -> None:
    def sum_up(table: str, where: str, values: str = "0") -> None:
        """Let the totals of a table's first range be what PostgreSQL says of these rows."""
        ((first, last),) = network.warehouse(
            "select id_inicial, id_final from RAW.RECONCILIACAO "
            f"where TABELA = '{table}' and FAIXA = 0"
        )
        ((rows, keys, sums),) = network.source(
            f"select count(*), sum(id_{table}), sum({values}) from {table} "
            f"where id_{table} between {first} and {last} and {where}"
        )
        network.warehouse(
            f"update RAW.RECONCILIACAO set LINHAS = {rows}, SOMA_CHAVES = {keys}, "
            f"SOMA_VALORES = {sums} where TABELA = '{table}' and FAIXA = 0"
        )

    followed = "a seguir: meltano run reconcile"
    expected = {"vendas": ("aviso", followed), "veiculos": ("aviso", followed)}
    # Two sales were cancelled since they were read.
    sum_up("vendas", "id_vendas not in (100, 4000)", "valor_pago")
    # A price was corrected that only a part of its range was read with; of the rest nobody speaks.
    sum_up("veiculos", "id_veiculos > 2", "valor + 1")
    network.warehouse("update RAW.RECONCILIACAO set ID_INICIAL = 3 where TABELA = 'veiculos'")
    network.warehouse("delete from RAW.VEICULOS where ID_VEICULOS = 2")
    # One row was noticed to be gone, and another read again, since the totals were taken.
    network.warehouse(
        "update RAW.CONCESSIONARIAS set _SDC_DELETED_AT = '2999-01-01' where ID_CONCESSIONARIAS = 3"
    )
    network.warehouse(
        "update RAW.CLIENTES set _SDC_EXTRACTED_AT = '2999-01-01' where ID_CLIENTES < 50"
    )
    # Which hides no row that is not there, be it lost or wrongly marked as gone.
    network.warehouse(
        "update RAW.VENDEDORES set _SDC_EXTRACTED_AT = '2999-01-01' where ID_VENDEDORES = 4"
    )
    network.warehouse(
        "update RAW.VENDEDORES set _SDC_DELETED_AT = '2001-01-01' where ID_VENDEDORES = 5"
    )
    # A row was lost where one was deleted, or two.
    sum_up("cidades", "id_cidades != 7")
    sum_up("estados", "id_estados not in (26, 27)")
    network.warehouse("delete from RAW.CIDADES where ID_CIDADES = 5")
    network.warehouse("delete from RAW.ESTADOS where ID_ESTADOS = 1")
    for table in ("vendedores", "cidades", "estados"):
        expected[table] = ("falha", f"perdido aqui: make backfill TABLE={table}")

    def compare(*, fails: bool) -> dict[str, tuple[str, str]]:
        network.dbt("test", "--select", "test_name:equals_the_source", fails=fails)
        compared = network.warehouse(
            "select tabela, situacao, mensagem from GOLD.QUALIDADE_DADOS "
            f"where situacao != 'ok' and {LAST_RUN}"
        )
        return {
            table.removeprefix("RAW.").lower(): (
                situation,
                rows.partition("conserto = ")[2].partition(", ")[0],
            )
            for table, situation, rows in compared
        }

    assert compare(fails=True) == expected
    network.extract_load(full_refresh=True)  # as the command does
    assert compare(fails=False) == {}


def test_a_column_that_nobody_has_decided_about_alerts_with_what_to_write(
    network: Project,
) -> None:
    gate = "stg_driva__colunas_are_decided"

    def found() -> list[tuple[object, ...]]:
        network.extract_load()
        network.dbt("test", "--select", gate)
        return network.warehouse(
            "select tipo, tabela, severidade, situacao, linhas, mensagem "
            f"from GOLD.QUALIDADE_DADOS where verificacao = '{gate}' and {LAST_RUN}"
        )

    about = ("esquema", "BRONZE.STG_DRIVA__COLUNAS", "aviso")
    assert found() == [(*about, "ok", 0, None)]
    network.change("""alter table vendas add "Cor d'água" varchar(20)""")
    written = "'public-vendas.Cor d?água'"
    excluded = written.replace("'", "'!", 1)
    message = (
        "esquema = public, tabela = vendas, coluna = Cor d'água, "
        "tipo_na_origem = character varying(20), conserto = em extract/extract.meltano.yml, "
        f"em select: - {written}; ou, se não é desejada, - {excluded}"
    )
    assert found() == [(*about, "alerta", 1, message)]
    network.change("""alter table vendas drop "Cor d'água" """)
    assert found() == [(*about, "ok", 0, None)]


def test_no_log_and_no_stored_failure_shows_a_name_or_an_address(network: Project) -> None:
    assert network.warehouse(f"select 1 from SILVER.DIM_CLIENTES where NOME_CLIENTE = '{NAME}'")
    folders = (".meltano/logs", "transform/target", "transform/logs")
    files = [path for name in folders for path in (network.folder / name).rglob("*.*")]
    assert len(files) > 100
    assert network.folder / "transform/logs/dbt.log" in files
    shown = [path for path in files if path.is_file() and _tells(path.read_text(errors="replace"))]
    assert shown == []
    assert not _tells((network.folder / "said.log").read_text())
    tables = network.warehouse(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('QUALIDADE', 'GOLD') or table_name = 'DIM_CLIENTES_MASCARADOS'"
    )
    assert len(tables) > 15
    for (table,) in tables:
        assert not _tells(str(network.warehouse(f"select * from {table}"))), table


def _tells(text: str) -> bool:
    return NAME.split()[1] in text or "Segredo" in text
