with

vendas as (
    select
        concessionarias.cidade_id,
        count(*) as quantidade,
        cast(sum(fact.valor_venda) as number(38, 2)) as total,
        cast(avg(fact.valor_venda) as number(18, 2)) as valor_medio
    from {{ ref('fct_vendas') }} as fact
    left join {{ ref('dim_concessionarias') }} as concessionarias
        on fact.concessionaria_id = concessionarias.concessionaria_id
    group by concessionarias.cidade_id
)

select
    vendas.cidade_id as id,
    cidades.nome_cidade as cidade,
    cidades.nome_estado as estado,
    cidades.sigla,
    cidades.regiao,
    cidades.latitude,
    cidades.longitude,
    vendas.quantidade,
    vendas.total,
    vendas.valor_medio
from vendas
left join {{ ref('dim_cidades') }} as cidades
    on vendas.cidade_id = cidades.cidade_id
