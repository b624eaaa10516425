-- The month that is not over is measured by the days that have passed in the data, not on the clock
-- of the machine: until the newest sale that is not of a day to come.
with

metas as (
    select
        to_date(mes, 'YYYY-MM-DD') as mes,
        cast(concessionaria_id as number(38, 0)) as concessionaria_id,
        cast(meta_faturamento as number(38, 2)) as meta_faturamento,
        cast(meta_quantidade as number(38, 0)) as meta_quantidade
    from {{ ref('metas') }}
),

newest as (
    select max(cast(data_venda as date)) as ultimo_dia
    from {{ ref('fct_vendas') }}
    where data_venda <= carregado_em
),

sold as (
    select
        metas.*,
        day(last_day(metas.mes)) as dias_do_mes,
        least(
            greatest(coalesce(datediff(day, metas.mes, newest.ultimo_dia) + 1, 0), 0),
            day(last_day(metas.mes))
        ) as dias_decorridos,
        coalesce(vendas.quantidade, 0) as quantidade,
        coalesce(vendas.total, 0) as total
    from metas
    cross join newest
    left join {{ ref('analise_vendas_concessionaria_mes') }} as vendas
        on
            metas.concessionaria_id = vendas.concessionaria_id
            and metas.mes = vendas.mes_venda
)

select
    mes,
    concessionaria_id,
    meta_faturamento,
    meta_quantidade,
    dias_do_mes,
    dias_decorridos,
    quantidade,
    total,
    {{ percent_of('total', 'meta_faturamento') }} as atingimento_faturamento,
    {{ percent_of('quantidade', 'meta_quantidade') }} as atingimento_quantidade,
    {{
        percent_of('total * dias_do_mes', '(meta_faturamento * dias_decorridos)')
    }} as ritmo_faturamento,
    {{
        percent_of('quantidade * dias_do_mes', '(meta_quantidade * dias_decorridos)')
    }} as ritmo_quantidade
from sold
