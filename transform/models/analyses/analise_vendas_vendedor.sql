with

vendas as (
    select
        vendedor_id,
        count(*) as quantidade,
        cast(sum(valor_venda) as number(38, 2)) as total,
        cast(avg(valor_venda) as number(18, 2)) as valor_medio
    from {{ ref('fct_vendas') }}
    group by vendedor_id
)

select
    vendas.vendedor_id as id,
    vendedores.nome_vendedor as vendedor,
    concessionarias.nome_concessionaria as concessionaria,
    vendas.quantidade,
    vendas.total,
    vendas.valor_medio
from vendas
left join {{ ref('dim_vendedores') }} as vendedores
    on vendas.vendedor_id = vendedores.vendedor_id
left join {{ ref('dim_concessionarias') }} as concessionarias
    on vendedores.concessionaria_id = concessionarias.concessionaria_id
