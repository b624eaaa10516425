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

with

totals as (
    select
        ultimo_mes,
        mes,
        medida,
        nivel,
        sum(previsto) as previsto
    from {{ ref('previsao_vendas') }}
    group by ultimo_mes, mes, medida, nivel
)

select
    parts.*,
    whole.previsto as previsto_da_rede
from totals as parts
inner join totals as whole
    on
        parts.ultimo_mes = whole.ultimo_mes
        and parts.mes = whole.mes
        and parts.medida = whole.medida
        and whole.nivel = 'rede'
where parts.previsto != whole.previsto
