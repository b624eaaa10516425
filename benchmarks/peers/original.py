# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "psycopg2-binary==2.9.12",
#     "snowflake-connector-python==4.8.1",
# ]
# ///
"""Where this project began: one INSERT a row into the local Snowflake, by POSTGRES PORT ROWS."""

from __future__ import annotations

import sys

import psycopg2
import snowflake.connector

COLUMNS = (
    "id_vendas int, id_veiculos int, id_concessionarias int, id_vendedores int, id_clientes int, "
    "valor_pago number(10, 2), data_venda timestamp_ntz, data_inclusao timestamp_ntz, "
    "data_atualizacao timestamp_ntz"
)


def main(postgres: str, port: str, rows: str) -> None:
    """Insert what is above the highest id."""
    with (
        psycopg2.connect(postgres) as source,
        source.cursor() as reader,
        snowflake.connector.connect(
            account="local",
            user="local",
            password="local",
            host="127.0.0.1",
            port=int(port),
            protocol="http",
            database="DRIVAMOTORS",
            schema="RAW",
        ) as warehouse,
        warehouse.cursor() as writer,
    ):
        writer.execute(f"create table if not exists vendas ({COLUMNS})")
        writer.execute("select coalesce(max(id_vendas), 0) from vendas")
        ((highest,),) = writer.fetchall()
        reader.execute(
            "select id_vendas, id_veiculos, id_concessionarias, id_vendedores, id_clientes, "
            "valor_pago, data_venda, data_inclusao, data_atualizacao "
            "from vendas where id_vendas > %s order by id_vendas limit %s",
            (highest, int(rows)),
        )
        for row in reader:
            writer.execute(f"insert into vendas values ({', '.join(['%s'] * 9)})", row)


if __name__ == "__main__":
    main(*sys.argv[1:])
