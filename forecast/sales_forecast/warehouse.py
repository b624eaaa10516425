"""What is read of GOLD and SILVER, and what is written to GOLD's two tables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error
from snowflake_backoff import backoff

from sales_forecast.series import Sold

PREFIX = "FORECAST_SNOWFLAKE_"
# What the connector calls the settings that it names otherwise.
OPTIONS = {
    "private_key_path": "private_key_file",
    "private_key_passphrase": "private_key_file_pwd",
}
LOGIN_SECONDS = 10
NOT_FOUND = {904, 2003, 2043}  # a column or a table
FORECASTS, QUALITY = "GOLD.PREVISAO_VENDAS", "GOLD.PREVISAO_QUALIDADE"
# Sales since 1900 and until today: others are mistyped.
NEWEST = """
    select cast(max(data_venda) as date) from GOLD.FCT_VENDAS
    where data_venda >= '1900-01-01' and data_venda < %s
"""
SOLD = """
    select
        vendas.mes_venda,
        vendas.concessionaria_id,
        coalesce(max(concessionarias.nome_concessionaria), 'Não informado'),
        coalesce(max(cidades.estado_id), -1),
        coalesce(max(estados.nome_estado), 'Não informado'),
        coalesce(veiculos.tipo, 'Não informado') as tipo,
        sum(vendas.quantidade),
        sum(coalesce(vendas.total, 0))
    from GOLD.FCT_VENDAS_MENSAIS as vendas
    left join SILVER.DIM_CONCESSIONARIAS as concessionarias
        on vendas.concessionaria_id = concessionarias.concessionaria_id
    left join SILVER.DIM_CIDADES as cidades
        on concessionarias.cidade_id = cidades.cidade_id
    left join SILVER.DIM_ESTADOS as estados
        on cidades.estado_id = estados.estado_id
    left join SILVER.DIM_VEICULOS as veiculos
        on vendas.veiculo_id = veiculos.veiculo_id
    where vendas.mes_venda >= '1900-01-01' and vendas.mes_venda <= %s
    group by vendas.mes_venda, vendas.concessionaria_id, coalesce(veiculos.tipo, 'Não informado')
    order by 1, 2, 6
"""


class WarehouseError(Exception):
    """A sentence: what cannot be read or written, and what to do."""


@contextmanager
def connected() -> Iterator[SnowflakeConnection]:
    """Open a session with the settings that Meltano gives.

    Raises:
        WarehouseError: a statement, or the login, has failed.
    """
    settings = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and value
    }
    if "account" not in settings:
        raise WarehouseError(
            "No account is set: run it by Meltano, `meltano run forecast`, with "
            "TARGET_SNOWFLAKE_ACCOUNT in .env outside of `local`"
        )
    try:
        with snowflake.connector.connect(
            **{OPTIONS.get(name, name): value for name, value in settings.items()},
            login_timeout=LOGIN_SECONDS,
            backoff_policy=backoff,
            session_parameters={"QUERY_TAG": "forecast"},
        ) as connection:
            yield connection
    except Error as error:
        said = str(error.raw_msg or error).strip().rstrip(".")
        if error.errno in NOT_FOUND:
            raise WarehouseError(
                f"{said}. The tables of GOLD are made by `meltano run elt`; in an account, "
                "docs/deployment.md says what the role needs"
            ) from error
        raise WarehouseError(f"Snowflake: {said}") from error


def read(connection: SnowflakeConnection) -> tuple[list[Sold], date | None]:
    """Return what was sold by month, dealership and type, and the day of the newest sale."""
    today = datetime.now(UTC).date()
    cursor = connection.cursor()
    cursor.execute(NEWEST, (str(today + timedelta(days=1)),))
    [(newest,)] = cursor.fetchall()
    cursor.execute(SOLD, (str(today),))
    return [Sold(*row) for row in cursor.fetchall()], newest


def write(
    connection: SnowflakeConnection,
    last_month: date,
    forecasts: Sequence[dict[str, Any]],
    quality: Sequence[dict[str, Any]],
) -> None:
    """Replace what was forecast from a month, or from later ones, in one transaction.

    Forecasts of earlier months stay, to be compared with what came.
    """
    cursor = connection.cursor()
    cursor.execute("begin")
    try:
        for table, rows in ((FORECASTS, forecasts), (QUALITY, quality)):
            cursor.execute(f"delete from {table} where ultimo_mes >= %s", (str(last_month),))
            names = list(rows[0])
            cursor.executemany(
                f"insert into {table} ({', '.join(names)}) "
                f"values ({', '.join(['%s'] * len(names))})",
                [tuple(row.values()) for row in rows],
            )
        cursor.execute("commit")
    except BaseException:
        cursor.execute("rollback")
        raise
