-- What is forecast of the parts is what is forecast of the network, to the cent.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'reconciliação',
            'descricao': 'As partes previstas somam o que é previsto para a rede.',
            'limite_percentual': 0,
        },
    )
}}

select
    ultimo_mes,
    mes,
    medida,
    nivel,
    sum(previsto) as previsto,
    max(sum(case when nivel = 'rede' then previsto end)) over (
        partition by ultimo_mes, mes, medida
    ) as previsto_da_rede
from {{ ref('previsao_vendas') }}
group by ultimo_mes, mes, medida, nivel
qualify previsto != previsto_da_rede
