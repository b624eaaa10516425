-- The fact holds the staged sales, to the row and to the cent.
{{
    config(
        meta={
            'tipo': 'reconciliação',
            'descricao': 'FCT_VENDAS tem todas as vendas carregadas, até o centavo.',
        },
    )
}}

with

fact as (
    select
        count(*) as quantidade,
        sum(valor_venda) as total
    from {{ ref('fct_vendas') }}
),

stage as (
    select
        count(*) as quantidade,
        sum(valor_venda) as total
    from {{ ref('stg_driva__vendas') }}
)

select
    stage.quantidade as stage_quantidade,
    fact.quantidade as fact_quantidade,
    stage.total as stage_total,
    fact.total as fact_total
from stage
cross join fact
where
    stage.quantidade != fact.quantidade
    or stage.total is distinct from fact.total
