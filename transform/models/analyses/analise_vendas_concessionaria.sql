with

vendas as (
    select
        concessionaria_id,
        count(*) as quantidade,
        cast(sum(valor_venda) as number(38, 2)) as total,
        cast(avg(valor_venda) as number(18, 2)) as valor_medio
    from {{ ref('fct_vendas') }}
    group by concessionaria_id
)

select
    vendas.concessionaria_id as id,
    concessionarias.nome_concessionaria as concessionaria,
    cidades.nome_cidade as cidade,
    estados.nome_estado as estado,
    vendas.quantidade,
    vendas.total,
    vendas.valor_medio
from vendas
left join {{ ref('dim_concessionarias') }} as concessionarias
    on vendas.concessionaria_id = concessionarias.concessionaria_id
left join {{ ref('dim_cidades') }} as cidades
    on concessionarias.cidade_id = cidades.cidade_id
left join {{ ref('dim_estados') }} as estados
    on cidades.estado_id = estados.estado_id
