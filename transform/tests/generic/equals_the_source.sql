{#
  RAW has the rows that the source had when the tap looked: their number, the sum of their keys and
  the sum of their decimal columns, in every range of ids that control totals speak of. They say
  themselves which ids these are, and which columns were summed.

  Totals speak of a moment, `conferido_em`. Of what RAW has now, what was read or noticed to be
  gone since then may or may not have been in them; all else was, if the source still had it.
  - Level 2, lost here, stops: the source had more rows than all of these, or as many with other
    keys, or the same rows with other values although the range was read whole.
  - Level 1, gone or corrected in the source and still to be followed, warns: RAW has rows too many,
    or the same rows with other values of a range that was read in part.
  - Level -1, no totals: nothing was compared, which only warns.
  When only some tables were altered since the last build, only their ranges that were loaded or
  counted since are compared; the others were, and are as they were.
  Args: key, the table's integer key.
#}
{% test equals_the_source(model, key) %}

{{ config(
    fail_calc='coalesce(max(nivel), 0)',
    warn_if='!= 0',
    error_if='> 1',
    meta={
        'tipo': 'reconciliação',
        'descricao': 'RAW tem as linhas e as somas da origem em cada faixa de ids.',
        'nivel_de_alerta': 2,
    }
) }}

{%- set table = model.identifier | lower -%}
{%- set loaded = build_plan().loaded -%}
{%- set totals = ref('stg_driva__reconciliacao') -%}
{%- set newest = none -%}
{%- if execute -%}
    {%- set newest = run_query(
        "select ids_por_faixa, colunas_somadas from " ~ totals ~ " where tabela = '" ~ table
        ~ "' and ids_por_faixa is not null order by conferido_em desc limit 1"
    ).rows | first -%}
{%- endif %}
{%- set ids_per_range, names = newest or (none, none) -%}
{%- set size = ids_per_range or 'null' -%}
{#- The quotient has six decimals, and would be rounded up before it is rounded down. -#}
{%- set number -%}
    ({{ key }} - mod(mod({{ key }}, {{ size }}) + {{ size }}, {{ size }})) / {{ size }}
{%- endset -%}
{%- set values -%}
    {%- for name in (fromjson(names) if names else []) -%}
        coalesce(cast({{ adapter.quote(name | upper) }} as number(38, 6)), 0) +
    {%- endfor %} 0
{%- endset %}

with

-- Of an earlier version of the tap, which had ranges of another size or did not say of which,
-- nothing is compared; nor are sums of other columns than those that are summed now.
totals as (
    select
        faixa,
        id_inicial,
        id_final,
        id_inicial = faixa * ids_por_faixa as inteira,
        linhas,
        soma_chaves,
        soma_valores,
        colunas_somadas = {{ quoted(names) }} as valores_comparaveis,
        conferido_em,
        carregado_em
    from {{ totals }}
    where tabela = '{{ table }}' and ids_por_faixa = {{ size }}
),

checked as (
    select * from totals
    {% if loaded -%}
        where
            carregado_em > '{{ loaded }}'
            or faixa in (
                select {{ number }} from {{ model }}
                where _sdc_batched_at > '{{ loaded }}' or _sdc_deleted_at > '{{ loaded }}'
            )
    {%- endif %}
),

alive as (
    select
        {{ number }} as faixa,
        count(*) as linhas,
        sum({{ key }}) as soma_chaves,
        sum({{ values }}) as soma_valores
    from {{ model }}
    where
        _sdc_deleted_at is null
        and {{ key }} >= (select min(checked.faixa) * {{ size }} from checked)
        and {{ key }} < (select (max(checked.faixa) + 1) * {{ size }} from checked)
    group by 1
),

-- Of most ranges no more need be asked.
unequal as (
    select checked.*
    from checked
    left join alive
        on checked.faixa = alive.faixa
    where
        checked.linhas != coalesce(alive.linhas, 0)
        or checked.soma_chaves != coalesce(alive.soma_chaves, 0)
        or (
            checked.valores_comparaveis
            and checked.soma_valores != coalesce(alive.soma_valores, 0)
        )
),

-- A key that RAW has twice is the unique test's to find.
once as (
    select
        unequal.faixa,
        {{ key }} as chave,
        max({{ values }}) as valores,
        min(case when _sdc_deleted_at is null then 0 else 1 end) as excluida,
        max(coalesce(_sdc_deleted_at, _sdc_extracted_at, {{ beginning_of_time() }})) as desde
    from {{ model }}
    inner join unequal
        on {{ number }} = unequal.faixa
    where {{ key }} between unequal.id_inicial and unequal.id_final
    group by unequal.faixa, {{ key }}
),

loaded as (
    select
        unequal.faixa,
        once.desde > unequal.conferido_em as mais_nova,
        count(*) as linhas,
        sum(once.chave) as soma_chaves,
        sum(once.valores) as soma_valores,
        min(once.chave) as menor_chave,
        max(once.chave) as maior_chave
    from unequal
    inner join once
        on unequal.faixa = once.faixa
    where once.excluida = 0 or once.desde > unequal.conferido_em
    group by unequal.faixa, mais_nova
),

compared as (
    select
        unequal.id_inicial,
        unequal.id_final,
        unequal.inteira,
        unequal.valores_comparaveis,
        unequal.linhas as linhas_na_origem,
        coalesce(loaded.linhas, 0) as linhas_em_raw,
        coalesce(newer.linhas, 0) as linhas_mais_novas,
        unequal.soma_chaves as soma_chaves_na_origem,
        coalesce(loaded.soma_chaves, 0) as soma_chaves_em_raw,
        coalesce(newer.soma_chaves, 0) as soma_chaves_mais_novas,
        unequal.soma_valores as soma_valores_na_origem,
        coalesce(loaded.soma_valores, 0) as soma_valores_em_raw,
        loaded.menor_chave,
        loaded.maior_chave
    from unequal
    left join loaded
        on unequal.faixa = loaded.faixa and not loaded.mais_nova
    left join loaded as newer
        on unequal.faixa = newer.faixa and newer.mais_nova
),

judged as (
    select
        *,
        case
            when linhas_na_origem > linhas_em_raw + linhas_mais_novas
                then 2
            when linhas_na_origem = linhas_em_raw + linhas_mais_novas
                and soma_chaves_na_origem != soma_chaves_em_raw + soma_chaves_mais_novas
                then 2
            -- What is too many must add up to what the keys' sums differ by.
            when linhas_na_origem < linhas_em_raw and linhas_mais_novas = 0
                and soma_chaves_em_raw - soma_chaves_na_origem not between
                (linhas_em_raw - linhas_na_origem) * menor_chave
                and (linhas_em_raw - linhas_na_origem) * maior_chave
                then 2
            when linhas_na_origem < linhas_em_raw
                then 1
            when linhas_mais_novas = 0 and valores_comparaveis
                and soma_valores_na_origem != soma_valores_em_raw
                then case when inteira then 2 else 1 end
            else 0
        end as nivel
    from compared
)

-- What warns is not shown beside what stops.
select
    '{{ table }}' as tabela,
    id_inicial,
    id_final,
    case
        when nivel = 2 then 'perdido aqui: make backfill TABLE={{ table }}'
        else 'a seguir: meltano run reconcile'
    end as conserto,
    linhas_na_origem,
    linhas_em_raw,
    linhas_mais_novas,
    soma_chaves_na_origem,
    soma_chaves_em_raw,
    soma_valores_na_origem,
    soma_valores_em_raw,
    nivel
from judged
where nivel > 0
qualify nivel = max(nivel) over ()

union all

select
    '{{ table }}' as tabela,
    null as id_inicial,
    null as id_final,
    null as conserto,
    null as linhas_na_origem,
    null as linhas_em_raw,
    null as linhas_mais_novas,
    null as soma_chaves_na_origem,
    null as soma_chaves_em_raw,
    null as soma_valores_na_origem,
    null as soma_valores_em_raw,
    -1 as nivel
where not exists (select 1 from totals)

{% endtest %}
