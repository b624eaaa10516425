with

vendas as (
    select
        vendedor_id,
        {{ measure('quantidade') }} as quantidade,
        {{ measure('total') }} as total,
        {{ measure('valor_medio') }} as valor_medio
    from {{ ref('fct_vendas_mensais') }}
    group by vendedor_id
),

named as (
    select
        vendas.vendedor_id,
        vendedores.nome_vendedor,
        vendedores.concessionaria_id,
        concessionarias.nome_concessionaria,
        vendas.quantidade,
        vendas.total,
        vendas.valor_medio
    from vendas
    left join {{ ref('dim_vendedores') }} as vendedores
        on vendas.vendedor_id = vendedores.vendedor_id
    left join {{ ref('dim_concessionarias') }} as concessionarias
        on vendedores.concessionaria_id = concessionarias.concessionaria_id
),

medias as (
    select
        concessionaria_id,
        cast(avg(total) as number(38, 2)) as media_concessionaria
    from named
    group by concessionaria_id
)

select
    named.vendedor_id as id,
    named.nome_vendedor as vendedor,
    named.concessionaria_id,
    named.nome_concessionaria as concessionaria,
    named.quantidade,
    named.total,
    named.valor_medio,
    medias.media_concessionaria,
    {{ change_in_percent('named.total', 'medias.media_concessionaria') }} as variacao_media,
    rank() over (
        partition by named.concessionaria_id
        order by named.total desc nulls last
    ) as posicao_concessionaria,
    rank() over (order by named.total desc nulls last) as posicao
from named
left join medias
    on named.concessionaria_id = medias.concessionaria_id
