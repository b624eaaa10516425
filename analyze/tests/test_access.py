"""What of GOLD is read for whom, and who counts as somebody; no server is needed for it."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard import access, sign_in
from dashboard.access import TABLES, RefusedError, restricted

PROJECT = Path(__file__).resolve().parents[2]
NOW = 1_800_000_000.0
COLUMN = re.compile(r"^      - \{?name: (\w+)", re.MULTILINE)
# How a table calls the dealership of its rows.
DEALERSHIP = {"concessionaria_id", "concessionaria"}
# Tables with a dealership of which a manager sees no row, and why: none.
EXCEPTED: dict[str, str] = {}


def models() -> dict[str, set[str]]:
    """Return the columns of each model of GOLD."""
    found = {}
    for folder in ("facts", "analyses"):
        for file in (PROJECT / "transform/models" / folder).glob("*.yml"):
            described = file.read_text(encoding="utf-8").partition("unit_tests:")[0]
            found[file.stem.upper()] = set(COLUMN.findall(described))
    return found


def test_every_table_with_a_dealership_is_restricted_or_excepted() -> None:
    with_one = {name for name, columns in models().items() if columns & DEALERSHIP}
    assert with_one - EXCEPTED.keys() <= {name for name, part in TABLES.items() if part.of}, (
        "say in dashboard/access.py which column has the dealership"
    )
    assert models().keys() >= TABLES.keys()


@pytest.mark.parametrize("name", [name for name, part in TABLES.items() if part.shown != ("*",)])
def test_of_each_column_it_is_said_whether_a_manager_sees_it(name: str) -> None:
    part = TABLES[name]
    assert {*part.shown, *part.hidden} == models()[name]
    assert not {*part.shown} & {*part.hidden}
    told = re.compile("participacao|posicao|linhas|mensagem|consulta|marcador")
    assert not [column for column in part.shown if told.search(column)]


def test_a_row_is_read_if_its_dealership_is_bound() -> None:
    assert restricted("select sum(x) from GOLD.FCT_VENDAS where true", (7, 9)) == (
        "select sum(x) from (select * from GOLD.FCT_VENDAS where concessionaria_id in (?, ?))"
        " where true",
        (7, 9),
    )


def test_values_are_bound_in_the_order_of_tables() -> None:
    statement = (
        "with a as (select * from gold.fct_vendas), b as (select * from GOLD.CARGAS)"
        " select * from a join GOLD.ANALISE_VENDAS_VENDEDOR as v on a.id = v.id"
        " union all select * from GOLD.ANALISE_VENDAS_TEMPORAL"
    )
    text, values = restricted(statement, (7,))
    assert values == (7, 7)
    assert text.count("?") == 2
    assert "from GOLD.ANALISE_VENDAS_TEMPORAL where false" in text
    assert "case when false then linhas end as linhas" in text


def test_of_forecasts_one_sees_those_of_ones_dealerships() -> None:
    text, values = restricted("select * from GOLD.PREVISAO_VENDAS", (7,))
    assert "case when nivel = 'concessionaria' then" in text
    assert values == (7,)


def test_who_may_see_all_reads_the_statement_as_it_is() -> None:
    statement = "select count(*) from GOLD.FCT_VENDAS where mensagem != 'SILVER.X from RAW.Y'"
    assert restricted(statement, None) == (statement, None)


def test_a_text_is_left_as_it_is() -> None:
    text = "'GOLD.FCT_VENDAS, it''s GOLD.CARGAS'"
    statement = f"select count(*) from GOLD.CARGAS where tabela = {text}"
    assert restricted(statement, (7,))[0].endswith(f"where tabela = {text}")


def test_a_table_that_nobody_thought_of_has_no_rows() -> None:
    assert restricted("select * from GOLD.PREVISOES_DE_AMANHA", (7,)) == (
        "select * from (select * from GOLD.PREVISOES_DE_AMANHA where false)",
        (),
    )


@pytest.mark.parametrize(
    "table",
    [
        *("SILVER.DIM_VENDEDORES", "silver.dim_vendedores", '"GOLD"."FCT_VENDAS"', "RAW . VENDAS"),
        *("DRIVAMOTORS.GOLD.FCT_VENDAS", "SEGURANCA.ACESSOS", "information_schema.tables"),
        *('GOLD."FCT_VENDAS"', "GOLD.CARGAS, SILVER.DIM_VENDEDORES", "QUALIDADE.X"),
    ],
)
@pytest.mark.parametrize("dealerships", [None, (7,)])
def test_what_is_no_table_of_gold_is_refused_for_everybody(
    table: str, dealerships: tuple[int, ...] | None
) -> None:
    with pytest.raises(ValueError, match="is not written as a table of GOLD"):
        restricted(f"select * from {table}", dealerships)


def test_only_the_warehouse_module_asks() -> None:
    asking = {
        file.name
        for file in (PROJECT / "analyze").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"connection", "cursor", "session"}
    }
    assert asking == {"warehouse.py"}
    # What is kept for all viewers is kept by the connection, whose key are statement and values.
    kept = re.compile(r"\bcache_(data|resource)|lru_cache|functools.cache")
    files = (PROJECT / "analyze").glob("dashboard/**/*.py")
    assert not [file.name for file in files if kept.search(file.read_text(encoding="utf-8"))]
    source = (PROJECT / "analyze/dashboard/warehouse.py").read_text()
    # What is restricted, who may see what, what dbt says of columns, and itself.
    assert source.count("_answer(") == 4
    assert source.count("connection.query(") == 1


def claims(**others: Any) -> dict[str, Any]:
    """Return what a provider says of somebody who has just signed in."""
    said = {"is_logged_in": True, "sub": "1", "iat": NOW - 60, "email_verified": True}
    return {**said, "email": "Ana@Driva.example", "preferred_username": "ana.costa", **others}


def test_a_name_is_a_claim_in_lower_case() -> None:
    assert access.named(claims(), "email", NOW) == "ana@driva.example"
    assert access.named(claims(email_verified=None), "preferred_username", NOW) == "ana.costa"
    # The sign for kelvin is no K, and blanks belong to whoever has them.
    assert access.named(claims(email="\u212aaren@x"), "email", NOW) == "\u212aaren@x"
    assert access.named(claims(email=" ana@x"), "email", NOW) == " ana@x"


@pytest.mark.parametrize(
    ("others", "may_sign_in"),
    [
        ({"is_logged_in": False}, True),
        ({"iat": NOW - 12 * 3600 - 1}, True),
        ({"iat": None}, True),
        ({"iat": "agora"}, True),
        ({"email": None}, False),
        ({"email": ""}, False),
        ({"email": ["ana@driva.example"]}, False),
        ({"email_verified": False}, False),
        ({"email_verified": "true"}, False),
        ({"email_verified": None}, False),
    ],
)
def test_who_is_nobody_is_refused(others: dict[str, Any], may_sign_in: bool) -> None:
    with pytest.raises(RefusedError) as refused:
        access.named(claims(**others), "email", NOW)
    assert refused.value.may_sign_in == may_sign_in


@pytest.mark.parametrize(
    ("secrets", "user", "name"),
    [
        # The dashboard's server without a sign-in, and with one; then Snowflake, which has neither.
        ({"connections": {}}, {}, None),
        (
            {"connections": {}, "auth": {"claim": "email"}},
            claims(iat=time.time()),
            "ana@driva.example",
        ),
        ({}, {"user_name": "ANA", "email": "ana@driva.example"}, "ana"),
        ({}, {"email": "ana@driva.example"}, RefusedError),
        ({"auth": {"claim": "email"}}, {"user_name": "ANA"}, RefusedError),
    ],
)
def test_where_nobody_signs_in_all_is_shown_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, secrets: dict[str, Any], user: dict[str, Any], name: Any
) -> None:
    shown = SimpleNamespace(to_dict=lambda: user, get=user.get)
    monkeypatch.setattr(access, "st", SimpleNamespace(secrets=secrets, user=shown))
    if name is RefusedError:
        with pytest.raises(RefusedError):
            access.viewer()
    else:
        assert access.viewer() == name


@pytest.mark.parametrize(
    ("rows", "dealerships"),
    [
        ([(2, None), (3.0, False), (2, None)], (2, 3)),
        ([(2, None), (None, True)], None),
        ([(2, True)], None),
        ([(-1, None)], (-1,)),
        ([(float("nan"), None), (4, None)], (4,)),
    ],
)
def test_rows_name_dealerships(
    rows: list[tuple[Any, Any]], dealerships: tuple[int, ...] | None
) -> None:
    assert access.dealerships("ana", rows) == dealerships


@pytest.mark.parametrize("rows", [[], [(None, None)], [(None, False)], [(float("nan"), None)]])
def test_without_a_dealership_there_is_nothing_to_see(rows: list[tuple[Any, Any]]) -> None:
    with pytest.raises(RefusedError, match="ana ainda não vê nenhuma"):
        access.dealerships("ana", rows)


SETTINGS = {
    "DASHBOARD_SIGN_IN_PROVIDER": "https://accounts.example.com/",
    "DASHBOARD_SIGN_IN_CLIENT_ID": "painel",
    "DASHBOARD_SIGN_IN_CLIENT_SECRET": "s",
    "DASHBOARD_SIGN_IN_ADDRESS": "https://painel.example.com",
}


def test_settings_become_what_streamlit_asks_for() -> None:
    assert sign_in.section({}) == {}
    auth = sign_in.section(SETTINGS)
    discovery = "https://accounts.example.com/.well-known/openid-configuration"
    assert auth["redirect_uri"] == "https://painel.example.com/oauth2callback"
    assert auth["server_metadata_url"] == discovery
    assert auth["cookie_secret"] != sign_in.section(SETTINGS)["cookie_secret"]
    given = sign_in.section({**SETTINGS, "DASHBOARD_SIGN_IN_PROVIDER": discovery})
    assert given["server_metadata_url"] == discovery


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CLIENT_SECRET", " ", "needs DASHBOARD_SIGN_IN_CLIENT_SECRET as well"),
        ("PROVIDER", "http://accounts.example.com", "is no address with https://"),
        ("ADDRESS", "painel.example.com", "is no address with https://"),
        ("ADDRESS", "https://", "is no address with https://"),
    ],
)
def test_settings_that_do_not_fit_are_a_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(sign_in.SettingsError, match=sentence):
        sign_in.section({**SETTINGS, f"DASHBOARD_SIGN_IN_{name}": value})


def test_who_opens_it_to_others_without_a_sign_in_is_warned() -> None:
    assert sign_in.warning({"STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}) == ""
    open_to_all = {"STREAMLIT_SERVER_ADDRESS": "10.0.0.7"}
    assert "Listening on 10.0.0.7 without a sign-in" in sign_in.warning(open_to_all)
    assert "Listening on every address" in sign_in.warning({})
    assert sign_in.warning({**open_to_all, **SETTINGS}) == ""
