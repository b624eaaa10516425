with

sold as (
    select distinct cast(data_venda as date) as data
    from {{ ref('stg_driva__vendas') }}
    where data_venda is not null
),

bounds as (
    select
        date_from_parts(year(min(data)), 1, 1) as first_day,
        date_from_parts(year(max(data)), 12, 31) as last_day
    from sold
    where year(data) between 1900 and 2099
),

days as (
    select cast(dateadd(day, offsets.index, bounds.first_day) as date) as data
    from bounds,
        lateral flatten(
            input => array_generate_range(
                0, datediff(day, bounds.first_day, bounds.last_day) + 1
            )
        ) as offsets

    union all

    -- A year that somebody has mistyped is no reason for a calendar of its centuries.
    select data
    from sold
    where year(data) not between 1900 and 2099
),

-- The day after the 21st of March on which the full moon of Easter falls, by Carter's rule, which
-- holds from 1900 to 2099.
moons as (
    select distinct
        year(data) as ano,
        21 + mod(204 - 11 * mod(year(data), 19) + 30, 30) as moon
    from days
    where year(data) between 1900 and 2099
),

corrected as (
    select
        ano,
        case when moon > 48 then moon - 1 else moon end as moon
    from moons
),

easters as (
    select
        ano,
        cast(
            dateadd(
                day,
                moon + 6 - mod(ano + floor(ano / 4) + moon + 1, 7),
                date_from_parts(ano, 3, 1)
            ) as date
        ) as pascoa
    from corrected
),

-- National holidays by law: 662/1949, 6.802/1980, 10.607/2002 and 14.759/2023.
named as (
    select
        days.data,
        case
            when days.data = dateadd(day, -2, easters.pascoa) then 'Paixão de Cristo'
            when to_char(days.data, 'MM-DD') = '01-01' then 'Confraternização Universal'
            when to_char(days.data, 'MM-DD') = '04-21' then 'Tiradentes'
            when to_char(days.data, 'MM-DD') = '05-01' then 'Dia do Trabalho'
            when to_char(days.data, 'MM-DD') = '09-07' then 'Independência do Brasil'
            when to_char(days.data, 'MM-DD') = '10-12' then 'Nossa Senhora Aparecida'
            when to_char(days.data, 'MM-DD') = '11-02' then 'Finados'
            when to_char(days.data, 'MM-DD') = '11-15' then 'Proclamação da República'
            when to_char(days.data, 'MM-DD') = '11-20' and year(days.data) >= 2024
                then 'Dia da Consciência Negra'
            when to_char(days.data, 'MM-DD') = '12-25' then 'Natal'
        end as feriado
    from days
    left join easters
        on year(days.data) = easters.ano
)

select
    year(data) * 10000 + month(data) * 100 + day(data) as data_id,
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
    dayofweekiso(data) in (6, 7) as fim_de_semana,
    feriado,
    dayofweekiso(data) not in (6, 7) and feriado is null as dia_util
from named

union all by name

-- the unknown member
select
    -1 as data_id,
    'Não informado' as nome_mes,
    'Não informado' as nome_dia_semana
