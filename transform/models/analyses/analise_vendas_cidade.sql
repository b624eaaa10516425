with

vendas as (
    select
        concessionarias.cidade_id,
        {{ measure('quantidade') }} as quantidade,
        {{ measure('total') }} as total,
        {{ measure('valor_medio') }} as valor_medio
    from {{ ref('fct_vendas_mensais') }} as meses
    left join {{ ref('dim_concessionarias') }} as concessionarias
        on meses.concessionaria_id = concessionarias.concessionaria_id
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
