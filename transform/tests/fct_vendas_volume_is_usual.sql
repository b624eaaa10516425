-- The newest week sold between half and twice the mean of the four weeks before it; less than a
-- fifth is level 2, which fails. Below 20 sales a week chance alone does that.
{{
    config(
        fail_calc='coalesce(max(nivel), 0)', warn_if='>= 1', error_if='>= 2',
        meta={
            'tipo': 'volume',
            'descricao': 'A última semana vendeu o que as quatro anteriores fazem esperar.',
        },
    )
}}

with

newest as (
    select max(cast(data_venda as date)) as ultimo_dia
    from {{ ref('fct_vendas') }}
    where data_venda <= {{ now() }}
),

weeks as (
    select
        newest.ultimo_dia,
        floor(datediff(day, cast(vendas.data_venda as date), newest.ultimo_dia) / 7) as semana
    from {{ ref('fct_vendas') }} as vendas
    inner join newest
        on
            cast(vendas.data_venda as date)
            between dateadd(day, -34, newest.ultimo_dia) and newest.ultimo_dia
),

compared as (
    select
        max(ultimo_dia) as ultimo_dia,
        count(case when semana = 0 then 1 end) as vendas_da_semana,
        count(case when semana > 0 then 1 end) / 4 as media_semanal
    from weeks
)

select
    ultimo_dia,
    vendas_da_semana,
    media_semanal,
    case when vendas_da_semana < 0.2 * media_semanal then 2 else 1 end as nivel
from compared
where
    media_semanal >= 20
    and vendas_da_semana not between 0.5 * media_semanal and 2 * media_semanal
