with

meses as (
    select
        concessionaria_id,
        mes_venda,
        {{ measure('quantidade') }} as quantidade,
        {{ measure('total') }} as total,
        {{ measure('valor_medio') }} as valor_medio
    from {{ ref('fct_vendas_mensais') }}
    group by concessionaria_id, mes_venda
),

named as (
    select
        meses.concessionaria_id,
        concessionarias.nome_concessionaria,
        cidades.estado_id,
        cidades.nome_estado,
        cidades.sigla,
        cidades.regiao,
        meses.mes_venda,
        meses.quantidade,
        meses.total,
        meses.valor_medio
    from meses
    left join {{ ref('dim_concessionarias') }} as concessionarias
        on meses.concessionaria_id = concessionarias.concessionaria_id
    left join {{ ref('dim_cidades') }} as cidades
        on concessionarias.cidade_id = cidades.cidade_id
)

select
    named.concessionaria_id,
    named.nome_concessionaria as concessionaria,
    named.nome_estado as estado,
    named.sigla,
    named.regiao,
    named.mes_venda,
    named.quantidade,
    named.total,
    named.valor_medio,
    mes_anterior.total as total_mes_anterior,
    {{ change_in_percent('named.total', 'mes_anterior.total') }} as variacao_mensal,
    ano_anterior.total as total_mesmo_mes_ano_anterior,
    {{ change_in_percent('named.total', 'ano_anterior.total') }} as variacao_anual,
    case
        when
            named.mes_venda >= dateadd(
                month, 2, min(named.mes_venda) over (partition by named.concessionaria_id)
            )
            and coalesce(named.total, mes_anterior.total, dois_meses_antes.total) is not null
            then cast(
                (
                    coalesce(named.total, 0)
                    + coalesce(mes_anterior.total, 0)
                    + coalesce(dois_meses_antes.total, 0)
                ) / 3 as number(38, 2)
            )
    end as media_movel,
    {{
        percent_of(
            'named.total',
            'sum(named.total) over (partition by named.mes_venda, named.estado_id)',
        )
    }} as participacao_estado,
    {{
        percent_of('named.total', 'sum(named.total) over (partition by named.mes_venda)')
    }} as participacao_rede,
    rank() over (
        partition by named.mes_venda
        order by named.total desc nulls last
    ) as posicao
from named
left join meses as mes_anterior
    on
        named.concessionaria_id = mes_anterior.concessionaria_id
        and mes_anterior.mes_venda = dateadd(month, -1, named.mes_venda)
left join meses as dois_meses_antes
    on
        named.concessionaria_id = dois_meses_antes.concessionaria_id
        and dois_meses_antes.mes_venda = dateadd(month, -2, named.mes_venda)
left join meses as ano_anterior
    on
        named.concessionaria_id = ano_anterior.concessionaria_id
        and ano_anterior.mes_venda = dateadd(year, -1, named.mes_venda)
