{#
  RAW has the rows that the source had when the tap looked last: their number, the sum of their keys
  and the sum of their decimal columns, in every range of ids. How many ids a range has, and which
  columns were summed, is in the control totals. A range that changed while it was read is left to
  the next run. A table without totals counts as -1: nothing was compared, which only warns.
  Args: key, the table's integer key.
#}
{% test equals_the_source(model, key) %}

{{ config(
    fail_calc='coalesce(sum(case when linhas_na_origem is null then -1 else 1 end), 0)',
    warn_if='!= 0',
    error_if='> 0',
    meta={'tipo': 'reconciliação', 'descricao': 'RAW tem as linhas e as somas da origem em cada faixa de ids.'}
) }}

{%- set totals = ref('stg_driva__reconciliacao') -%}
{%- set of_table = "tabela = '" ~ (model.identifier | lower) ~ "'" -%}
{%- set summed = [] -%}
{%- if execute
    and 'COLUNAS_SOMADAS' in adapter.get_columns_in_relation(totals) | map(attribute='name') -%}
    {%- set newest = run_query(
        'select colunas_somadas from ' ~ totals ~ ' where ' ~ of_table
        ~ ' order by conferido_em desc limit 1'
    ) -%}
    {%- for names in newest.columns[0] if names -%}
        {%- do summed.extend(fromjson(names)) -%}
    {%- endfor -%}
{%- endif %}

with

-- An earlier version of the tap did not say how many ids a range has.
checked as (
    select
        faixa,
        ids_por_faixa,
        id_inicial,
        id_final,
        linhas,
        soma_chaves,
        soma_valores,
        estavel
    from {{ totals }}
    where {{ of_table }} and ids_por_faixa is not null
    qualify conferido_em = max(conferido_em) over ()
),

bounds as (
    select
        max(id_final) as marcador,
        max(ids_por_faixa) as ids_por_faixa
    from checked
),

-- A key that RAW has twice is the unique test's to find.
rows_of_raw as (
    select
        {{ key }} as chave,
        max(
            {%- for name in summed %}
                coalesce(cast({{ adapter.quote(name | upper) }} as number(38, 6)), 0) +
            {%- endfor %} 0
        ) as valores
    from {{ model }}
    where {{ key }} <= (select bounds.marcador from bounds)
    group by {{ key }}
),

numbered as (
    select
        chave,
        valores,
        floor(chave / (select bounds.ids_por_faixa from bounds)) as faixa
    from rows_of_raw
),

loaded as (
    select
        faixa,
        count(*) as linhas,
        sum(chave) as soma_chaves,
        sum(valores) as soma_valores
    from numbered
    group by faixa
)

select
    '{{ model.identifier | lower }}' as tabela,
    cast(coalesce(checked.id_inicial, loaded.faixa * bounds.ids_por_faixa) as number(38, 0)) as id_inicial,
    cast(coalesce(checked.id_final, (loaded.faixa + 1) * bounds.ids_por_faixa - 1) as number(38, 0)) as id_final,
    coalesce(checked.linhas, 0) as linhas_na_origem,
    coalesce(loaded.linhas, 0) as linhas_em_raw,
    coalesce(checked.soma_chaves, 0) as soma_chaves_na_origem,
    coalesce(loaded.soma_chaves, 0) as soma_chaves_em_raw,
    coalesce(checked.soma_valores, 0) as soma_valores_na_origem,
    coalesce(loaded.soma_valores, 0) as soma_valores_em_raw
from checked
full outer join loaded
    on checked.faixa = loaded.faixa
cross join bounds
where
    coalesce(checked.estavel, true)
    and (
        coalesce(checked.linhas, 0) != coalesce(loaded.linhas, 0)
        or coalesce(checked.soma_chaves, 0) != coalesce(loaded.soma_chaves, 0)
        or coalesce(checked.soma_valores, 0) != coalesce(loaded.soma_valores, 0)
    )

union all

select
    '{{ model.identifier | lower }}' as tabela,
    null as id_inicial,
    null as id_final,
    null as linhas_na_origem,
    null as linhas_em_raw,
    null as soma_chaves_na_origem,
    null as soma_chaves_em_raw,
    null as soma_valores_na_origem,
    null as soma_valores_em_raw
from bounds
where bounds.marcador is null

{% endtest %}
