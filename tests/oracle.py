"""What RAW and GOLD must hold, asked of PostgreSQL in PostgreSQL's own SQL."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT, Project

Row = tuple[Any, ...]

EXTRACT = "extract/extract.meltano.yml"


def selected(folder: Path) -> dict[str, list[str]]:
    """Return the columns that a project selects of each table of its source."""
    extractor = yaml.safe_load((folder / EXTRACT).read_text())["plugins"]["extractors"][0]
    tables: dict[str, list[str]] = {}
    for pattern in extractor["select"]:
        stream, column = pattern.split(".", 1)
        if stream.startswith("public-"):
            tables.setdefault(stream.removeprefix("public-"), []).append(column)
    return tables


SOURCE = {table: ", ".join(columns) for table, columns in selected(ROOT).items()}

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


def _name(member: str, column: str, unknown: str = "Não informado") -> str:
    """Return the name of a member, which may be NULL; of the unknown one where there is none."""
    return f"case when {member} is null then '{unknown}' else {column} end"


def _percent(part: str, whole: str) -> str:
    return f"round(100 * ({part}) / nullif({whole}, 0), 4)"


def _rank(partition: str = "") -> str:
    return f"rank() over ({partition} order by sum(f.valor_venda) desc nulls last)"


def _months(key: str) -> str:
    """Return the months of each key, compared with those before them by windows over time."""
    return f"""
        select
            key, mes, quantidade, total, valor_medio,
            month_before, {_percent("total - month_before", "month_before")},
            year_before, {_percent("total - year_before", "year_before")},
            mean
        from (
            select
                *,
                case when mes is not null then sum(total) over (
                    w range between '1 month' preceding and '1 month' preceding
                ) end as month_before,
                case when mes is not null then sum(total) over (
                    w range between '1 year' preceding and '1 year' preceding
                ) end as year_before,
                case when mes >= min(mes) over (partition by key) + interval '2 months' then round(
                    sum(total) over (w range between '2 months' preceding and current row) / 3, 2
                ) end as mean
            from (
                select
                    {key} as key,
                    date_trunc('month', data_venda)::date as mes,
                    count(*) as quantidade,
                    sum(valor_venda) as total,
                    round(avg(valor_venda), 2) as valor_medio
                from ({_FACT}) f
                group by 1, 2
            ) m
            window w as (partition by key order by mes)
        ) m
    """


_TOTAL = "sum(f.valor_venda)"
_NETWORK = _percent(_TOTAL, f"sum({_TOTAL}) over ()")

# For each table of GOLD: its columns, and the rows that the source says it has. The source knows
# neither regions and coordinates nor what a list price was once.
GOLD = {
    "fct_vendas": (
        "venda_id, veiculo_id, concessionaria_id, vendedor_id, cliente_id, valor_venda, "
        "data_venda, data_inclusao, data_atualizacao",
        _FACT,
    ),
    "analise_vendas_concessionaria": (
        "id, concessionaria, cidade, estado, sigla, quantidade, total, valor_medio, "
        "participacao_estado, participacao_rede, posicao_estado, posicao",
        f"""
        select
            f.concessionaria_id,
            {_name("c.id_concessionarias", "c.concessionaria")},
            {_name("m.id_cidades", "m.cidade")},
            {_name("e.id_estados", "e.estado")},
            {_name("e.id_estados", "e.sigla", "NI")},
            count(*),
            sum(f.valor_venda),
            round(avg(f.valor_venda), 2),
            {_percent(_TOTAL, f"sum({_TOTAL}) over (partition by e.id_estados)")},
            {_NETWORK},
            {_rank("partition by e.id_estados")},
            {_rank()}
        from ({_FACT}) f
        left join concessionarias c on c.id_concessionarias = f.concessionaria_id
        left join cidades m on m.id_cidades = c.id_cidades
        left join estados e on e.id_estados = m.id_estados
        group by 1, 2, 3, 4, 5, e.id_estados
        """,
    ),
    "analise_vendas_concessionaria_mes": (
        "concessionaria_id, mes_venda, quantidade, total, valor_medio, total_mes_anterior, "
        "variacao_mensal, total_mesmo_mes_ano_anterior, variacao_anual, media_movel",
        _months("concessionaria_id"),
    ),
    "analise_vendas_cidade": (
        "id, cidade, estado, sigla, quantidade, total, valor_medio",
        f"""
        select
            coalesce(m.id_cidades, -1),
            {_name("m.id_cidades", "m.cidade")},
            {_name("e.id_estados", "e.estado")},
            {_name("e.id_estados", "e.sigla", "NI")},
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
        "null, mes_venda, numero_vendas, total_vendas, valor_medio_venda, total_mes_anterior, "
        "variacao_mensal, total_mesmo_mes_ano_anterior, variacao_anual, media_movel",
        _months("null"),
    ),
    "analise_vendas_veiculo": (
        "id, veiculo, tipo, valor_sugerido, quantidade, total, valor_medio, participacao_rede, "
        "posicao",
        f"""
        select f.veiculo_id, {_name("v.id_veiculos", "v.nome")},
            {_name("v.id_veiculos", "v.tipo")}, v.valor,
            count(*), sum(f.valor_venda), round(avg(f.valor_venda), 2), {_NETWORK}, {_rank()}
        from ({_FACT}) f
        left join veiculos v on v.id_veiculos = f.veiculo_id
        group by 1, 2, 3, 4
        """,
    ),
    "analise_vendas_vendedor": (
        "id, vendedor, concessionaria, quantidade, total, valor_medio, media_concessionaria, "
        "posicao_concessionaria, posicao",
        f"""
        select f.vendedor_id, {_name("p.id_vendedores", "p.nome")},
            {_name("c.id_concessionarias", "c.concessionaria")},
            count(*), sum(f.valor_venda), round(avg(f.valor_venda), 2),
            round(avg({_TOTAL}) over (partition by c.id_concessionarias), 2),
            {_rank("partition by c.id_concessionarias")}, {_rank()}
        from ({_FACT}) f
        left join vendedores p on p.id_vendedores = f.vendedor_id
        left join concessionarias c on c.id_concessionarias = p.id_concessionarias
        group by 1, 2, 3, c.id_concessionarias
        """,
    ),
}


def alive(project: Project, table: str) -> list[Row]:
    """Return the rows of RAW that are not marked as deleted."""
    return project.warehouse(
        f"select {SOURCE[table]} from RAW.{table} where _sdc_deleted_at is null"
    )


def assert_raw_equals_source(project: Project) -> None:
    """Every row of every source table is in RAW once, with its values, and no other is alive."""
    for table, columns in SOURCE.items():
        ours = alive(project, table)
        assert _sorted(ours) == _sorted(project.source(f"select {columns} from {table}")), table


def gold(project: Project) -> Iterator[tuple[str, list[Row], list[Row]]]:
    """Yield each table of GOLD, its rows, and those that PostgreSQL computes.

    A member that is gone from the source keeps the name that RAW has, where something was sold.
    """
    with project.postgres() as connection, connection.cursor() as cursor:
        for member in SOURCE.keys() - {"vendas"}:  # a sale that is gone is gone
            columns = SOURCE[member]
            gone = project.warehouse(
                f"select {columns} from RAW.{member} where _sdc_deleted_at is not null"
            )
            known = {id_ for (id_,) in project.source(f"select id_{member} from {member}")}
            if gone := [row for row in gone if row[0] not in known]:
                cursor.execute(f"create temp table {member} as select {columns} from {member}")
                marks = ", ".join(["%s"] * len(gone[0]))
                cursor.executemany(f"insert into {member} values ({marks})", gone)
        for table, (columns, query) in GOLD.items():
            ours = project.warehouse(f"select {columns} from GOLD.{table}")
            yield table, ours, connection.execute(query).fetchall()


def assert_gold_equals_source(project: Project) -> None:
    """The fact and the analyses are what PostgreSQL computes, to the cent."""
    for table, ours, theirs in gold(project):
        assert _sorted(ours) == _sorted(theirs), table


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted((tuple(map(plain, row)) for row in rows), key=repr)


def plain(value: Any) -> Any:
    """Return a value as both databases' drivers would give it."""
    if isinstance(value, Decimal):
        return value.normalize() + 0
    if isinstance(value, int):
        return Decimal(value).normalize() + 0
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    return value
