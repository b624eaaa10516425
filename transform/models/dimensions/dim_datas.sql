with

bounds as (
    select
        date_from_parts(year(min(data_venda)), 1, 1) as first_day,
        date_from_parts(year(max(data_venda)), 12, 31) as last_day
    from {{ ref('stg_driva__vendas') }}
),

days as (
    select cast(dateadd(day, offsets.index, bounds.first_day) as date) as data
    from bounds,
        lateral flatten(
            input => array_generate_range(
                0, datediff(day, bounds.first_day, bounds.last_day) + 1
            )
        ) as offsets
)

select
    data,
    year(data) as ano,
    quarter(data) as trimestre,
    month(data) as mes,
    split_part(
        'janeiro fevereiro março abril maio junho '
        || 'julho agosto setembro outubro novembro dezembro',
        ' ', month(data)
    ) as nome_mes,
    day(data) as dia,
    dayofweekiso(data) as dia_semana,
    split_part(
        'segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo',
        ' ', dayofweekiso(data)
    ) as nome_dia_semana,
    dayofweekiso(data) in (6, 7) as fim_de_semana
from days
