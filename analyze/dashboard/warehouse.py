"""Every query of the dashboard: plain selects on GOLD, aggregated by the warehouse.

Moments of the warehouse's own, which are UTC, are returned as the viewer's clock shows them; those
of sales are by that clock already.

Results are kept for `TTL`, for all viewers who may see the same, and are small whatever the number
of sales: a row a dealership, vehicle, salesperson, day, week or month.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from jinja2 import Template
from snowflake.connector.errors import Error, OperationalError
from streamlit.connections import SnowflakeConnection

from dashboard import access
from dashboard.language import local, now, t

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
        before: first day of the period to compare with; None for none.
        dealerships: their ids; None for all.
        vehicles: their ids; None for all.
        salespeople: their ids; None for all.
        until: last day of the period to compare with.
    """

    start: date | None
    end: date | None
    before: date | None
    dealerships: tuple[int, ...] | None = None
    vehicles: tuple[int, ...] | None = None
    salespeople: tuple[int, ...] | None = None
    until: date | None = None

    def where(self, since: date | None) -> str:
        """Return the condition for the sales from a day on; nothing here is typed by the viewer."""
        conditions = ["true"]
        if since and self.end:
            conditions.append(f"data_venda >= '{since}'")
            conditions.append(f"data_venda < '{self.end + timedelta(days=1)}'")
        for column, ids in (
            ("concessionaria_id", self.dealerships),
            ("veiculo_id", self.vehicles),
            ("vendedor_id", self.salespeople),
        ):
            if ids is not None:
                conditions.append(f"{column} in ({', '.join(map(str, ids)) or 'null'})")
        return " and ".join(conditions)

    def earlier(self) -> Scope:
        """Return the same sales of the period to compare with."""
        return replace(self, start=self.before, end=self.until)


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


def newest() -> pd.Series[Any]:
    """Return primeira_venda and ultima_venda, but for mistyped ones, and ultima_carga of a sale.

    A sale of tomorrow would be the last one for years, and one of the year 202 the first.
    """
    likely = f"data_venda >= '1900-01-01' and data_venda < '{now().date() + timedelta(days=1)}'"
    rows = query(
        f"select min(case when {likely} then data_venda end) as primeira_venda,"
        f" max(case when {likely} then data_venda end) as ultima_venda,"
        " max(carregado_em) as ultima_carga from GOLD.FCT_VENDAS"
    )
    return rows.assign(ultima_carga=local(rows["ultima_carga"])).iloc[0]


def days() -> tuple[date, date] | None:
    """Return the first and the last day with a sale; None without any."""
    row = newest()
    first, last = row["primeira_venda"], row["ultima_venda"]
    return None if pd.isna(first) else (first.date(), last.date())


def _sums(keys: str, count: int, where: str) -> str:
    """Return the statement for the sums by the first `count` columns, the keys."""
    sums = ", ".join(f"{formula} as {name}" for name, formula in SUMS.items())
    grouping = ", ".join(str(i + 1) for i in range(count))
    return f"select {keys}, {sums} from GOLD.FCT_VENDAS where {where} group by {grouping}"


def summed(statement: str) -> pd.DataFrame:
    """Return the sums of a statement; those of cents stay exact in a float below 90 trillion."""
    return query(statement).astype(dict.fromkeys(SUMS, float))


def totals(scope: Scope, by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sums by a key column, in the period and in the one to compare with.

    Both have `by` as their index; the second is empty where there is no other period.
    """
    statements = [_sums(f"{by}, false as anterior", 2, scope.where(scope.start))]
    if scope.before:  # the two may share days
        earlier = scope.earlier()
        statements.append(_sums(f"{by}, true as anterior", 2, earlier.where(earlier.start)))
    rows = summed(" union all ".join(statements)).set_index(by)
    before = rows.pop("anterior").astype(bool)
    return rows[~before], rows[before]


def series(scope: Scope, unit: str, since: date, by: str | None = None) -> pd.DataFrame:
    """Return the sums by day, week or month (`inicio`) from a day on, and by a key column."""
    keys = f"cast(date_trunc('{unit}', data_venda) as date) as inicio" + (f", {by}" if by else "")
    return summed(_sums(keys, 2 if by else 1, scope.where(since))).dropna(subset="inicio")


def customers(scope: Scope, unit: str, since: date) -> pd.DataFrame:
    """Return inicio, vendas of known customers, and novas, those that were a customer's first here.

    First at the dealerships that are meant, of whatever vehicle and salesperson.
    """
    here = Scope(None, None, None, dealerships=scope.dealerships).where(None)
    return query(
        f"select cast(date_trunc('{unit}', data_venda) as date) as inicio, count(*) as vendas,"
        " count(distinct case when data_venda = primeira then cliente_id end) as novas from"
        " (select *, min(data_venda) over (partition by cliente_id) as primeira"
        f" from GOLD.FCT_VENDAS where {here} and cliente_id != -1) as compras"
        f" where {scope.where(since)} group by 1 order by 1"
    ).dropna(subset="inicio")


def sales(scope: Scope, limit: int) -> pd.DataFrame:
    """Return the last sales, one a row, at most as many as the limit."""
    return query(
        "select venda_id, data_venda, veiculo_id, vendedor_id, cliente_id, valor_venda,"
        f" preco_tabela, desconto_percentual from GOLD.FCT_VENDAS where {scope.where(scope.start)}"
        f" order by data_venda desc nulls last, venda_id desc limit {limit}"
    ).astype({"valor_venda": float, "preco_tabela": float, "desconto_percentual": float})


def targets(scope: Scope) -> pd.DataFrame:
    """Return what of the targets of revenue of the months in the period is reached.

    A row a dealership with targets: its id as index, meta and vendido in reais, devido, what of the
    targets falls on the days that have passed, and the first and the last month.
    """
    conditions = ["meta_faturamento is not null", replace(scope, start=None).where(None)]
    if scope.start:
        conditions.append(
            f"mes between date_trunc('month', date '{scope.start}') and '{scope.end}'"
        )
    rows = query(
        "select concessionaria_id, min(mes) as primeiro, max(mes) as ultimo,"
        " sum(meta_faturamento) as meta, sum(total) as vendido,"
        " sum(meta_faturamento * dias_decorridos / dias_do_mes) as devido"
        f" from GOLD.METAS_VENDAS where {' and '.join(conditions)} group by 1"
    )
    return rows.astype({"meta": float, "vendido": float, "devido": float}).set_index(
        "concessionaria_id"
    )


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
    rows = query(
        "select verificacao, descricao, tipo, tabela, coluna, severidade, situacao, linhas,"
        " percentual, mensagem, consulta, executado_em from GOLD.QUALIDADE_DADOS"
        " qualify row_number() over (partition by verificacao order by executado_em desc) = 1"
        " and executado_em >= dateadd(day, -30, max(executado_em) over ())"
        " order by verificacao"
    )
    return rows.assign(executado_em=local(rows["executado_em"]))


def runs() -> pd.DataFrame:
    """Return the last 20 runs: when, and how many checks came out how."""
    rows = query(
        "select executado_em, situacao, count(*) as verificacoes from GOLD.QUALIDADE_DADOS"
        " group by 1, 2 qualify dense_rank() over (order by executado_em desc) <= 20"
        " order by 1 desc, 2"
    )
    return rows.assign(executado_em=local(rows["executado_em"]))


def builds() -> pd.DataFrame:
    """Return the last 20 builds: what was built, how it ended, what was loaded, and what it took.

    One that is not the last and has no end was interrupted.
    """
    rows = query(
        "select inicio, escopo, case when fim is null and inicio < max(inicio) over ()"
        " then 'interrompida' else situacao end as situacao, linhas_novas, linhas_relidas,"
        " linhas_excluidas, instrucoes_carga + instrucoes as instrucoes,"
        " segundos_carga, segundos from GOLD.EXECUCOES"
        " qualify row_number() over (order by inicio desc) <= 20 order by inicio desc"
    )
    return rows.assign(inicio=local(rows["inicio"]))


def loads() -> pd.DataFrame:
    """Return each source table's bookmark, rows, and when it was compared and loaded last."""
    rows = query(
        "select tabela, marcador, linhas, conferido_em, carregado_em, limite_aviso_horas"
        " from GOLD.CARGAS order by tabela"
    )
    return rows.assign(
        conferido_em=local(rows["conferido_em"]), carregado_em=local(rows["carregado_em"])
    )


def descriptions() -> pd.DataFrame:
    """Return tabela, coluna and descricao, what dbt says of the columns of GOLD."""
    statement = (
        "select table_name as tabela, column_name as coluna, comment as descricao"
        " from INFORMATION_SCHEMA.COLUMNS where table_schema = 'GOLD' and comment is not null"
    )
    return _answer(statement, None, TTL)  # the same for all


def row_counts() -> pd.DataFrame:
    """Return tabela and linhas of GOLD."""
    counts = (f"select '{name}' as tabela, count(*) as linhas from GOLD.{name}" for name in TABLES)
    return query(" union all ".join(counts))
