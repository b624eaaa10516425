{#
  The last seven whole days of a table look like the weeks before them: how many rows there are, in
  comparison with the four weeks before; which share of a column is NULL, or -1 where its name ends
  in _id, a key that nothing is known of; which share of the rows each category has; the mean of a
  number. Weeks are counted back from the day before the newest date, so that none is cut short,
  whatever day it is.

  All of it is compared as a square root, on which chance has the same width for small shares as for
  large ones: 1 / (2 sqrt(n)). A week has drifted if it lies further outside the quartiles of the 26
  weeks before than all of these:
  - three times what is between the quartiles, Tukey's outer fence, and twice for the number of
    rows, which is one thing and not a hundred categories;
  - four times what chance does to so many rows;
  - what nobody would mind, `minimum_drift`;
  and as far outside all that the seven weeks around the same one of a year ago were: Christmas and
  Carnival are no drift. A category that is new has no history: it drifts only
  if it takes half of all.
  - Level 2, an alert: it has moved by more than `alarming_drift`.
  - Level -1: there are not eight weeks to compare with.
  Args: data, an expression for the day of a row; carga, when it was loaded, and no day is later;
  nulos, categorias, valores, the columns to look at.
#}
{% test has_not_drifted(model, data, carga='carregado_em', nulos=[], categorias=[], valores=[]) %}

{{ config(
    severity='warn',
    fail_calc='coalesce(max(nivel), 0)',
    warn_if='!= 0',
    meta={
        'tipo': 'deriva',
        'descricao': 'Os últimos sete dias se parecem com as semanas anteriores.',
        'nivel_de_alerta': 2,
    }
) }}

{%- set history, year, minimum_weeks = 26, 52, 8 %}
{%- set before = 'case when semana between 1 and ' ~ history ~ ' then' %}
{%- set a_year_ago = 'case when semana between ' ~ (year - 3) ~ ' and ' ~ (year + 3) ~ ' then' %}
{%- set now_only = 'case when semana = 0 then' %}
{%- set weeks = year + 9 %}
{%- set percent = "replace(cast(cast(100 * %s as number(38, 1)) as varchar), '.', ',')" %}
{%- set number = "replace(cast(cast(%s as number(38, 2)) as varchar), '.', ',')" %}
{%- set in_the_week = "' nos sete dias até ' || cast(ultimo_dia as varchar)" %}
{%- set keys = (nulos + categorias) | unique | list %}
{%- set names = keys + valores %}

with

newest as (
    select dateadd(day, -1, max(cast({{ data }} as date))) as ultimo_dia
    from {{ model }}
    where {{ data }} <= {{ carga }}
),

recent as (
    select
        {%- for column in keys %}
            {%- if column.endswith('_id') %}
                nullif(rows_of_it.{{ column }}, -1) as {{ column }},
            {%- else %}
                rows_of_it.{{ column }},
            {%- endif %}
        {%- endfor %}
        {%- for column in valores %}
            rows_of_it.{{ column }},
        {%- endfor %}
        newest.ultimo_dia,
        floor(datediff(day, rows_of_it.dia_da_linha, newest.ultimo_dia) / 7) as semana
    from (
        select
            *,
            cast({{ data }} as date) as dia_da_linha
        from {{ model }}
    ) as rows_of_it
    inner join newest
        on
            rows_of_it.dia_da_linha <= newest.ultimo_dia
            and rows_of_it.dia_da_linha > dateadd(day, -{{ 7 * weeks }}, newest.ultimo_dia)
),

-- A row for each week, and one for each category in it.
grouped as (
    select
        semana,
        max(ultimo_dia) as ultimo_dia,
        coalesce(
            {%- for column in categorias %}
                case when grouping({{ column }}) = 0 then '{{ column }}' end,
            {%- endfor %}
            '', ''
        ) as coluna,
        coalesce({% for column in categorias %}cast({{ column }} as varchar), {% endfor %}null, null) as categoria,
        {%- for column in names %}
            count(*) - count({{ column }}) as nulos_{{ loop.index }},
        {%- endfor %}
        {%- for column in valores %}
            avg({{ column }}) as media_{{ loop.index }},
            stddev({{ column }}) as desvio_{{ loop.index }},
        {%- endfor %}
        count(*) as linhas
    from recent
    group by grouping sets (
        (semana){% for column in categorias %}, (semana, {{ column }}){% endfor %}
    )
),

-- A row for each of them and each thing that is measured of it.
measured as (
    select
        grouped.semana,
        max(grouped.semana) over () as semanas_ao_todo,
        max(grouped.ultimo_dia) over () as ultimo_dia,
        medidas.medida,
        medidas.coluna,
        coalesce(grouped.categoria, '') as categoria,
        case
            when medidas.medida in ('linhas', 'categoria') then cast(grouped.linhas as float)
            {%- for column in names %}
                when medidas.medida = 'NULLs' and medidas.coluna = '{{ column }}'
                    then grouped.nulos_{{ loop.index }}
            {%- endfor %}
            {%- for column in valores %}
                when medidas.medida = 'média' and medidas.coluna = '{{ column }}'
                    then cast(grouped.media_{{ loop.index }} as float)
            {%- endfor %}
        end as valor,
        case
            when medidas.medida != 'média' then cast(null as float)
            {%- for column in valores %}
                when medidas.coluna = '{{ column }}'
                    then cast(grouped.desvio_{{ loop.index }} as float)
            {%- endfor %}
        end as desvio
    from grouped
    inner join (
        values
        ('linhas', '', '')
        {%- for column in categorias %}, ('categoria', '{{ column }}', '{{ column }}'){% endfor %}
        {%- for column in names %}, ('NULLs', '{{ column }}', ''){% endfor %}
        {%- for column in valores %}, ('média', '{{ column }}', ''){% endfor %}
    ) as medidas (medida, coluna, grupo)
        on grouped.coluna = medidas.grupo
    where medidas.medida != 'categoria' or grouped.categoria is not null
),

-- What a week lacks is zero. The oldest week may be cut short.
complete as (
    select
        numbers.semana,
        known.*,
        case when known.medida = 'média' then measured.valor else coalesce(measured.valor, 0) end
            as valor,
        measured.desvio,
        max(case when known.medida = 'linhas' then coalesce(measured.valor, 0) end)
            over (partition by numbers.semana) as linhas
    from (
        select row_number() over (order by null) - 1 as semana
        from table(generator(rowcount => {{ weeks }}))
    ) as numbers
    inner join (
        select distinct
            medida,
            coluna,
            categoria,
            semanas_ao_todo,
            ultimo_dia
        from measured
    ) as known
        on numbers.semana < known.semanas_ao_todo
    left join measured
        on
            numbers.semana = measured.semana
            and known.medida = measured.medida
            and known.coluna = measured.coluna
            and known.categoria = measured.categoria
),

-- Of a week's rows, or of what is usual.
based as (
    select
        *,
        nullif(
            case medida
                when 'linhas'
                    then avg(linhas) over (
                        partition by medida, coluna, categoria
                        order by semana desc rows between 4 preceding and 1 preceding
                    )
                when 'média'
                    then median({{ before }} abs(valor) end) over (
                        partition by medida, coluna, categoria
                    )
                else linhas
            end,
            0
        ) as base
    from complete
),

roots as (
    select
        *,
        valor / base as parte,
        sign(valor) * sqrt(abs(valor) / base) as raiz
    from based
),

compared as (
    select
        medida,
        coluna,
        categoria,
        max(ultimo_dia) as ultimo_dia,
        count({{ before }} parte end) as semanas,
        max({{ now_only }} valor end) as valor,
        max({{ now_only }} base end) as base,
        max({{ now_only }} parte end) as parte,
        percentile_cont(0.1) within group (order by {{ before }} parte end) as de,
        percentile_cont(0.9) within group (order by {{ before }} parte end) as ate,
        max({{ now_only }} raiz end) as raiz,
        percentile_cont(0.25) within group (order by {{ before }} raiz end) as primeiro_quartil,
        percentile_cont(0.75) within group (order by {{ before }} raiz end) as terceiro_quartil,
        min({{ a_year_ago }} raiz end) as minimo_de_um_ano,
        max({{ a_year_ago }} raiz end) as maximo_de_um_ano,
        coalesce(median({{ before }} desvio / base end), 1)
        / (2 * sqrt(max({{ now_only }} case medida when 'média' then nullif(linhas, 0) else base end end)))
            as acaso
    from roots
    group by medida, coluna, categoria
),

margins as (
    select
        *,
        greatest(
            {{ var('minimum_drift') }},
            case medida when 'linhas' then 2 else 3 end * (terceiro_quartil - primeiro_quartil),
            4 * acaso
        ) as margem
    from compared
),

judged as (
    select
        *,
        case
            when medida = 'linhas' and semanas < {{ minimum_weeks }} then -1
            when semanas < {{ minimum_weeks }} then 0
            when raiz between minimo_de_um_ano - margem and maximo_de_um_ano + margem then 0
            when raiz < primeiro_quartil - margem
                then case when raiz < primeiro_quartil - {{ var('alarming_drift') }} then 2 else 1 end
            -- What is new has no history.
            when medida = 'categoria' and primeiro_quartil = 0 and parte < 0.5 then 0
            when raiz > terceiro_quartil + margem
                then case when raiz > terceiro_quartil + {{ var('alarming_drift') }} then 2 else 1 end
            else 0
        end as nivel
    from margins
)

select
    case medida
        when 'linhas'
            then
                'linhas: ' || cast(valor as number(38, 0)) || {{ in_the_week }} || ', ' || {{ percent | format('parte') }}
                || ' % da média das quatro semanas anteriores; em geral entre '
                || {{ percent | format('de') }} || ' e ' || {{ percent | format('ate') }} || ' %'
        when 'média'
            then
                'média de ' || coluna || ': ' || {{ number | format('valor') }} || {{ in_the_week }}
                || '; antes, em geral, entre ' || {{ number | format('de * base') }} || ' e '
                || {{ number | format('ate * base') }}
        else
            case medida when 'NULLs' then 'NULLs em ' || coluna else coluna || ' = ' || categoria end
            || ': ' || {{ percent | format('parte') }} || ' % das linhas' || {{ in_the_week }}
            || '; antes, em geral, entre ' || {{ percent | format('de') }} || ' e ' || {{ percent | format('ate') }}
            || ' %'
    end as frase,
    medida,
    coluna,
    categoria,
    parte,
    valor,
    ultimo_dia,
    nivel
from judged
where nivel != 0

union all

-- There is no day at all, or one only.
select
    null as frase,
    null as medida,
    null as coluna,
    null as categoria,
    null as parte,
    null as valor,
    null as ultimo_dia,
    -1 as nivel
where not exists (select 1 from recent)

{% endtest %}
