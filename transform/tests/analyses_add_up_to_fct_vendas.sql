-- Each analysis counts every sale of the fact once, to the cent.
with

fact as (
    select
        count(*) as quantidade,
        sum(valor_venda) as total
    from {{ ref('fct_vendas') }}
),

analyses as (
    select
        'analise_vendas_concessionaria' as analysis,
        sum(quantidade) as quantidade,
        sum(total) as total
    from {{ ref('analise_vendas_concessionaria') }}

    union all

    select
        'analise_vendas_temporal' as analysis,
        sum(numero_vendas) as quantidade,
        sum(total_vendas) as total
    from {{ ref('analise_vendas_temporal') }}

    union all

    select
        'analise_vendas_veiculo' as analysis,
        sum(quantidade) as quantidade,
        sum(total) as total
    from {{ ref('analise_vendas_veiculo') }}

    union all

    select
        'analise_vendas_vendedor' as analysis,
        sum(quantidade) as quantidade,
        sum(total) as total
    from {{ ref('analise_vendas_vendedor') }}
)

select
    analyses.analysis,
    analyses.quantidade,
    fact.quantidade as fact_quantidade,
    analyses.total,
    fact.total as fact_total
from analyses
cross join fact
where
    coalesce(analyses.quantidade, 0) != fact.quantidade
    or analyses.total is distinct from fact.total
