"""Every query of the dashboard: plain selects on GOLD, aggregated by the warehouse.

Results are kept for `TTL`, for all viewers who may see the same, and are small whatever the number
of sales: a row a dealership, vehicle, salesperson, day, week or month.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from jinja2 import Template
from snowflake.connector.errors import Error, OperationalError
from streamlit.connections import SnowflakeConnection

from dashboard import access
from dashboard.language import t

TTL = timedelta(minutes=5)
PATIENCE = 8  # seconds
NOT_FOUND = {904, 2003, 2043}  # a column or a table
Values = tuple[int | str, ...] | None  # what is bound to a statement
# The tables whose rows are counted.
TABLES = (
    "FCT_VENDAS",
    "ANALISE_VENDAS_CIDADE",
    "ANALISE_VENDAS_CONCESSIONARIA",
    "ANALISE_VENDAS_CONCESSIONARIA_MES",
    "ANALISE_VENDAS_TEMPORAL",
    "ANALISE_VENDAS_VEICULO",
    "ANALISE_VENDAS_VENDEDOR",
    "CARGAS",
    "EXECUCOES",
    "QUALIDADE_DADOS",
)
# How dbt's macros measure sales: what is added up, and which of the sums are divided by which.
_MACROS = vars(Template(Path(__file__).with_name("measures.sql").read_text("utf-8")).module)
SUMS: dict[str, str] = json.loads(_MACROS["sums"]())
QUOTIENTS: dict[str, tuple[str, str]] = json.loads(_MACROS["quotients"]())


class UnavailableError(Exception):
    """A sentence for the viewer: the warehouse cannot be reached, or has no GOLD."""


@dataclass(frozen=True)
class Scope:
    """Which sales are meant.

    Attributes:
        start: first day; None for all sales, those without a date among them.
        end: last day, likewise.
        before: first day of the period to compare with, which ends before `start`; None for none.
        dealerships: their ids; None for all.
        vehicles: their ids; None for all.
    """

    start: date | None
    end: date | None
    before: date | None
    dealerships: tuple[int, ...] | None = None
    vehicles: tuple[int, ...] | None = None

    def where(self, since: date | None) -> str:
        """Return the condition for the sales from a day on; nothing here is typed by the viewer."""
        conditions = ["true"]
        if since and self.end:
            conditions.append(f"data_venda >= '{since}'")
            conditions.append(f"data_venda < '{self.end + timedelta(days=1)}'")
        for column, ids in (
            ("concessionaria_id", self.dealerships),
            ("veiculo_id", self.vehicles),
        ):
            if ids is not None:
                conditions.append(f"{column} in ({', '.join(map(str, ids)) or 'null'})")
        return " and ".join(conditions)


class UnreachableError(OperationalError):
    """A request has not come through, tried again or not."""


def backoff() -> Iterator[int]:
    """Yield the seconds to sleep before a request is tried again, for `PATIENCE` after it failed.

    The connector's own limit, network_timeout, cancels a long query that is answered, too.
    """
    yield 1  # asked for before the first try
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        yield 1
    raise UnreachableError(msg="The warehouse cannot be reached.")


class Connection(SnowflakeConnection):
    """Streamlit's connection, with a short backoff; inside Snowflake it is Streamlit's own."""

    def _connect(self, **kwargs: Any) -> Any:
        return super()._connect(backoff_policy=backoff, **kwargs)


def query(statement: str) -> pd.DataFrame:
    """Return the rows of a statement that the viewer may see, columns in lower case.

    Raises:
        UnavailableError: the warehouse cannot be reached, or what is asked for is not there.
        RefusedError: the viewer may see nothing.
    """
    return _answer(*access.restricted(statement, allowed()), TTL)


def allowed() -> tuple[int, ...] | None:
    """Return the dealerships that the viewer may see; None for all.

    Raises:
        UnavailableError: the warehouse cannot be reached, or has no SEGURANCA.ACESSOS.
        RefusedError: there are none.
    """
    viewer = access.viewer()
    if viewer is None:
        return None
    rows = _answer(access.ROWS, (viewer,), access.TTL)
    return access.dealerships(viewer, zip(rows["concessionaria_id"], rows["rede"], strict=True))


def _answer(statement: str, values: Values, ttl: timedelta) -> pd.DataFrame:
    try:
        try:
            rows = _ask(statement, values, ttl)
        except Error as error:  # a warehouse that was started again does not know the session
            if isinstance(error, UnreachableError) or error.errno in NOT_FOUND:
                raise
            rows = _ask(statement, values, ttl)
    except Error as error:
        if error.errno in NOT_FOUND:
            raise UnavailableError(
                t("As tabelas do painel ainda não existem. Rode `make run` e recarregue a página.")
            ) from error
        raise UnavailableError(
            t(
                "O armazém de dados não responde, então não há números para mostrar. "
                "Confira se ele está no ar (`make stack`) e recarregue a página."
            )
        ) from error
    return rows.rename(columns=str.lower)


def _ask(statement: str, values: Values, ttl: timedelta) -> pd.DataFrame:
    """Ask on the connection that all viewers share; after an error the next one is a new one."""
    connection = st.connection("snowflake", type=Connection)
    try:
        return connection.query(
            statement, params=values, ttl=ttl, show_spinner=t("Consultando o armazém…")
        )
    except Error:
        connection.reset()
        raise


def distinct(members: pd.DataFrame, column: str) -> pd.DataFrame:
    """Add the id to each name that several have: what is chosen or drawn by name is one of them."""
    names, ids = members[column], members["id"].astype(str)
    named = names.where(~names.duplicated(keep=False), names + " · " + ids)
    return members.assign(**{column: named})


def dealerships() -> pd.DataFrame:
    """Return id, concessionaria, cidade, estado, sigla and regiao of those with sales."""
    rows = query(
        "select id, coalesce(concessionaria, 'Não informado') as concessionaria, cidade, estado,"
        " sigla, regiao from GOLD.ANALISE_VENDAS_CONCESSIONARIA order by concessionaria, id"
    )
    return distinct(rows, "concessionaria")


def vehicles() -> pd.DataFrame:
    """Return id, veiculo and tipo of those with sales."""
    rows = query(
        "select id, coalesce(veiculo, 'Não informado') as veiculo, tipo"
        " from GOLD.ANALISE_VENDAS_VEICULO order by veiculo, id"
    )
    return distinct(rows, "veiculo")


def salespeople() -> pd.DataFrame:
    """Return id, vendedor, and concessionaria_id and concessionaria of those with sales."""
    rows = query(
        "select id, coalesce(vendedor, 'Não informado') as vendedor, concessionaria_id,"
        " coalesce(concessionaria, 'Não informado') as concessionaria"
        " from GOLD.ANALISE_VENDAS_VENDEDOR order by id"
    )
    return distinct(rows, "vendedor")


def cities() -> pd.DataFrame:
    """Return cidade, sigla, latitude and longitude of those with sales."""
    return query(
        "select cidade, sigla, cast(avg(latitude) as float) as latitude,"
        " cast(avg(longitude) as float) as longitude from GOLD.ANALISE_VENDAS_CIDADE group by 1, 2"
    )


def days() -> tuple[date, date] | None:
    """Return the first and the last day with a sale, but for mistyped ones; None without any.

    A sale of tomorrow would be the last one for years, and one of the year 202 the first.
    """
    row = query(
        "select cast(min(data_venda) as date) as primeiro, cast(max(data_venda) as date) as ultimo"
        f" from GOLD.FCT_VENDAS where {_is_likely()}"
    ).iloc[0]
    return None if pd.isna(row.primeiro) else (row.primeiro, row.ultimo)


def _is_likely() -> str:
    """Return the condition for sales since 1900 and until today, in UTC."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return f"data_venda >= '1900-01-01' and data_venda < '{tomorrow}'"


def summed(keys: str, count: int, where: str) -> pd.DataFrame:
    """Return the sums by the first `count` columns, the keys."""
    sums = ", ".join(f"{formula} as {name}" for name, formula in SUMS.items())
    grouping = ", ".join(str(i + 1) for i in range(count))
    rows = query(f"select {keys}, {sums} from GOLD.FCT_VENDAS where {where} group by {grouping}")
    # Sums of cents stay exact in a float below 90 trillion reais.
    return rows.astype(dict.fromkeys(SUMS, float))


def totals(scope: Scope, by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sums by a key column, in the period and in the one before it.

    Both have `by` as their index; the second is empty where there is no period before.
    """
    earlier = f"coalesce(data_venda < '{scope.start}', false)" if scope.before else "false"
    rows = summed(f"{by}, {earlier} as anterior", 2, scope.where(scope.before or scope.start))
    rows = rows.set_index(by)
    before = rows.pop("anterior").astype(bool)
    return rows[~before], rows[before]


def series(scope: Scope, unit: str, since: date, by: str | None = None) -> pd.DataFrame:
    """Return the sums by day, week or month (`inicio`) from a day on, and by a key column."""
    keys = f"cast(date_trunc('{unit}', data_venda) as date) as inicio" + (f", {by}" if by else "")
    return summed(keys, 2 if by else 1, scope.where(since)).dropna(subset="inicio")


def forecasts(level: str, key: str) -> pd.DataFrame:
    """Return the newest forecast of the revenue of a series, a row a month.

    Args:
        level: rede, estado or concessionaria.
        key: rede, or an id.
    """
    numbers = ("previsto", "minimo_80", "maximo_80", "minimo_95", "maximo_95")
    rows = query(
        f"select mes, {', '.join(numbers)}, modelo, supera_referencia, ultimo_mes"
        f" from GOLD.PREVISAO_VENDAS where nivel = '{level}' and chave = '{key}'"
        " and medida = 'total' qualify dense_rank() over (order by ultimo_mes desc) = 1"
        " order by mes"
    )
    return rows.astype(dict.fromkeys(numbers, float)).assign(mes=pd.to_datetime(rows["mes"]))


def checks() -> pd.DataFrame:
    """Return the newest result of each check, of those that ran in the last 30 days of runs."""
    return query(
        "select verificacao, descricao, tipo, tabela, coluna, severidade, situacao, linhas,"
        " percentual, mensagem, executado_em from GOLD.QUALIDADE_DADOS"
        " qualify row_number() over (partition by verificacao order by executado_em desc) = 1"
        " and executado_em >= dateadd(day, -30, max(executado_em) over ())"
        " order by verificacao"
    )


def runs() -> pd.DataFrame:
    """Return the last 20 runs: when, and how many checks came out how."""
    return query(
        "select executado_em, situacao, count(*) as verificacoes from GOLD.QUALIDADE_DADOS"
        " group by 1, 2 qualify dense_rank() over (order by executado_em desc) <= 20"
        " order by 1 desc, 2"
    )


def builds() -> pd.DataFrame:
    """Return the last 20 builds: what was built, how it ended, what was loaded, and what it took.

    One that is not the last and has no end was interrupted.
    """
    return query(
        "select inicio, escopo, case when fim is null and inicio < max(inicio) over ()"
        " then 'interrompida' else situacao end as situacao, linhas_novas, linhas_relidas,"
        " linhas_excluidas, instrucoes_carga + instrucoes as instrucoes,"
        " segundos_carga, segundos from GOLD.EXECUCOES"
        " qualify row_number() over (order by inicio desc) <= 20 order by inicio desc"
    )


def loads() -> pd.DataFrame:
    """Return each source table's bookmark, rows, and when it was compared and loaded last."""
    return query(
        "select tabela, marcador, linhas, conferido_em, carregado_em"
        " from GOLD.CARGAS order by tabela"
    )


def freshness() -> pd.Series[pd.Timestamp]:
    """Return ultima_venda, and ultima_carga of a sale, in UTC."""
    return query(
        f"select max(case when {_is_likely()} then data_venda end) as ultima_venda,"
        " max(carregado_em) as ultima_carga from GOLD.FCT_VENDAS"
    ).iloc[0]


def row_counts() -> pd.DataFrame:
    """Return tabela and linhas of GOLD."""
    counts = (f"select '{name}' as tabela, count(*) as linhas from GOLD.{name}" for name in TABLES)
    return query(" union all ".join(counts))
