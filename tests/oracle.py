"""What RAW and GOLD must hold, asked of PostgreSQL in PostgreSQL's own SQL."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from tests.conftest import Project

Row = tuple[Any, ...]

# Columns of each source table, the key first.
SOURCE = {
    "veiculos": "id_veiculos, nome, tipo, valor, data_atualizacao, data_inclusao",
    "estados": "id_estados, estado, sigla, data_inclusao, data_atualizacao",
    "cidades": "id_cidades, cidade, id_estados, data_inclusao, data_atualizacao",
    "concessionarias": (
        "id_concessionarias, concessionaria, id_cidades, data_inclusao, data_atualizacao"
    ),
    "vendedores": "id_vendedores, nome, id_concessionarias, data_inclusao, data_atualizacao",
    "clientes": (
        "id_clientes, cliente, endereco, id_concessionarias, data_inclusao, data_atualizacao"
    ),
    "vendas": (
        "id_vendas, id_veiculos, id_concessionarias, id_vendedores, id_clientes, valor_pago, "
        "data_venda, data_inclusao, data_atualizacao"
    ),
}

_FACT = """
    select
        s.id_vendas as venda_id,
        coalesce(v.id_veiculos, -1) as veiculo_id,
        coalesce(c.id_concessionarias, -1) as concessionaria_id,
        coalesce(p.id_vendedores, -1) as vendedor_id,
        coalesce(k.id_clientes, -1) as cliente_id,
        s.valor_pago as valor_venda,
        s.data_venda,
        s.data_inclusao,
        s.data_atualizacao
    from vendas s
    left join veiculos v using (id_veiculos)
    left join concessionarias c on c.id_concessionarias = s.id_concessionarias
    left join vendedores p on p.id_vendedores = s.id_vendedores
    left join clientes k on k.id_clientes = s.id_clientes
"""
_UNKNOWN = "'Não informado'"

# For each table of GOLD: its columns, and the rows that the source says it has.
GOLD = {
    "fct_vendas": (
        "venda_id, veiculo_id, concessionaria_id, vendedor_id, cliente_id, valor_venda, "
        "data_venda, data_inclusao, data_atualizacao",
        _FACT,
    ),
    "analise_vendas_concessionaria": (
        "id, concessionaria, cidade, estado, quantidade, total, valor_medio",
        f"""
        select
            f.concessionaria_id,
            coalesce(c.concessionaria, {_UNKNOWN}),
            coalesce(m.cidade, {_UNKNOWN}),
            coalesce(e.estado, {_UNKNOWN}),
            count(*),
            sum(f.valor_venda),
            round(avg(f.valor_venda), 2)
        from ({_FACT}) f
        left join concessionarias c on c.id_concessionarias = f.concessionaria_id
        left join cidades m on m.id_cidades = c.id_cidades
        left join estados e on e.id_estados = m.id_estados
        group by 1, 2, 3, 4
        """,
    ),
    "analise_vendas_temporal": (
        "mes_venda, numero_vendas, total_vendas, valor_medio_venda",
        f"""
        select date_trunc('month', data_venda)::date, count(*), sum(valor_venda),
            round(avg(valor_venda), 2)
        from ({_FACT}) f
        group by 1
        """,
    ),
    "analise_vendas_veiculo": (
        "id, veiculo, tipo, valor_sugerido, quantidade, total, valor_medio",
        f"""
        select f.veiculo_id, coalesce(v.nome, {_UNKNOWN}),
            case when v.id_veiculos is null then {_UNKNOWN} else v.tipo end, v.valor,
            count(*), sum(f.valor_venda), round(avg(f.valor_venda), 2)
        from ({_FACT}) f
        left join veiculos v on v.id_veiculos = f.veiculo_id
        group by 1, 2, 3, 4
        """,
    ),
    "analise_vendas_vendedor": (
        "id, vendedor, concessionaria, quantidade, total, valor_medio",
        f"""
        select f.vendedor_id, coalesce(p.nome, {_UNKNOWN}),
            coalesce(c.concessionaria, {_UNKNOWN}),
            count(*), sum(f.valor_venda), round(avg(f.valor_venda), 2)
        from ({_FACT}) f
        left join vendedores p on p.id_vendedores = f.vendedor_id
        left join concessionarias c on c.id_concessionarias = p.id_concessionarias
        group by 1, 2, 3
        """,
    ),
}


def assert_raw_equals_source(project: Project) -> None:
    """Every row of every source table is in RAW once, with the same values, and no other."""
    for table, columns in SOURCE.items():
        ours = project.warehouse(f"select {columns} from RAW.{table}")
        assert _sorted(ours) == _sorted(project.source(f"select {columns} from {table}")), table


def assert_gold_equals_source(project: Project) -> None:
    """The fact and the analyses are what PostgreSQL computes, to the cent."""
    for table, (columns, query) in GOLD.items():
        ours = project.warehouse(f"select {columns} from GOLD.{table}")
        assert _sorted(ours) == _sorted(project.source(query)), table


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value: Any) -> Any:
    """Return a value as both databases' drivers would give it."""
    if isinstance(value, Decimal):
        return value.normalize() + 0
    if isinstance(value, int):
        return Decimal(value).normalize() + 0
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    return value
