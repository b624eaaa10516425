{#
  RAW has the rows that the source had when the tap looked last: their number, the sum of their keys
  and the sum of their values, in every range of 100,000 ids. A range that changed while it was read
  is left to the next run.
  Args: key, the table's integer key; values, the columns that are decimals in the source. Where they
  are none, such as numeric without a precision, which is text in RAW, the tap sums nothing either.
#}
{% test equals_the_source(model, key, values=[]) %}

{{ config(meta={'tipo': 'reconciliação', 'descricao': 'RAW tem as linhas e as somas da origem em cada faixa de ids.'}) }}

{%- set summed = [] -%}
{%- if execute and values -%}
    {%- for column in adapter.get_columns_in_relation(model)
        if column.name | lower in values and column.is_numeric()
        and 0 < column.numeric_scale <= 6 and column.numeric_precision - column.numeric_scale <= 26 -%}
        {%- do summed.append(column.name) -%}
    {%- endfor -%}
{%- endif %}

with

checked as (
    select
        faixa,
        id_inicial,
        id_final,
        linhas,
        soma_chaves,
        soma_valores,
        estavel
    from {{ ref('stg_driva__reconciliacao') }}
    where tabela = '{{ model.identifier | lower }}'
    qualify conferido_em = max(conferido_em) over ()
),

-- A key that RAW has twice is the unique test's to find.
rows_of_raw as (
    select
        {{ key }} as chave,
        max({% for value in summed %}coalesce({{ value }}, 0) + {% endfor %}0) as valores
    from {{ model }}
    where {{ key }} <= (select max(checked.id_final) from checked)
    group by {{ key }}
),

loaded as (
    select
        floor(chave / 100000) as faixa,
        count(*) as linhas,
        sum(chave) as soma_chaves,
        sum(valores) as soma_valores
    from rows_of_raw
    group by floor(chave / 100000)
)

select
    '{{ model.identifier | lower }}' as tabela,
    cast(coalesce(checked.id_inicial, loaded.faixa * 100000) as number(38, 0)) as id_inicial,
    cast(coalesce(checked.id_final, loaded.faixa * 100000 + 99999) as number(38, 0)) as id_final,
    coalesce(checked.linhas, 0) as linhas_na_origem,
    coalesce(loaded.linhas, 0) as linhas_em_raw,
    coalesce(checked.soma_chaves, 0) as soma_chaves_na_origem,
    coalesce(loaded.soma_chaves, 0) as soma_chaves_em_raw,
    coalesce(checked.soma_valores, 0) as soma_valores_na_origem,
    coalesce(loaded.soma_valores, 0) as soma_valores_em_raw
from checked
full outer join loaded
    on checked.faixa = loaded.faixa
where
    coalesce(checked.estavel, true)
    and (
        coalesce(checked.linhas, 0) != coalesce(loaded.linhas, 0)
        or coalesce(checked.soma_chaves, 0) != coalesce(loaded.soma_chaves, 0)
        or coalesce(checked.soma_valores, 0) != coalesce(loaded.soma_valores, 0)
    )

{% endtest %}
