-- The last month that is over, of each dealership, against the forecast of the month before it. One
-- in twenty is outside of its limits by chance: level 2, which alerts, is more than one in ten.
{{
    config(
        severity='warn',
        fail_calc='coalesce(max(nivel), 0)',
        meta={
            'tipo': 'volume',
            'descricao': 'Cada concessionária vendeu no último mês o que o mês anterior fez prever.',
            'nivel_de_alerta': 2,
        },
    )
}}

with

newest as (
    select max(ultimo_mes) as ultimo_mes
    from {{ ref('previsao_vendas') }}
),

forecast as (
    select
        previsao.chave,
        previsao.nome,
        previsao.mes,
        previsao.previsto,
        previsao.minimo_95,
        previsao.maximo_95
    from {{ ref('previsao_vendas') }} as previsao
    inner join newest
        on
            previsao.mes = newest.ultimo_mes
            and previsao.ultimo_mes = dateadd(month, -1, newest.ultimo_mes)
    where previsao.nivel = 'concessionaria' and previsao.medida = 'total'
),

sold as (
    select
        vendas.concessionaria_id,
        sum(vendas.total) as total
    from {{ ref('fct_vendas_mensais') }} as vendas
    inner join newest
        on vendas.mes_venda = newest.ultimo_mes
    group by vendas.concessionaria_id
),

compared as (
    select
        forecast.nome as concessionaria,
        forecast.mes,
        coalesce(sold.total, 0) as vendido,
        forecast.previsto,
        forecast.minimo_95,
        forecast.maximo_95,
        coalesce(sold.total, 0) not between forecast.minimo_95 and forecast.maximo_95 as esta_fora
    from forecast
    left join sold
        on forecast.chave = to_varchar(sold.concessionaria_id)
),

shares as (
    select avg(case when esta_fora then 1 else 0 end) as parte
    from compared
)

select
    compared.concessionaria,
    compared.mes,
    compared.vendido,
    compared.previsto,
    compared.minimo_95,
    compared.maximo_95,
    case when shares.parte > 0.1 then 2 else 1 end as nivel
from compared
cross join shares
where compared.esta_fora
