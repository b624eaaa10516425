{# Meltano's bookmarks are not in the warehouse; the tap's control totals end at them. #}
{{ config(materialized='table') }}

with

loaded as (
    {%- for table in graph.sources.values()
        if execute and table.name not in ('colunas', 'reconciliacao') %}
        select
            '{{ table.name }}' as tabela,
            count(case when _sdc_deleted_at is null then 1 end) as linhas,
            max(_sdc_batched_at) as carregado_em,
            {{ table.freshness.warn_after.count or 'null' }} as limite_aviso_horas,
            {{ table.freshness.error_after.count or 'null' }} as limite_alerta_horas
        from {{ table.relation_name }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

compared as (
    select
        tabela,
        max(id_final) as marcador,
        max(conferido_em) as conferido_em
    from {{ ref('stg_driva__reconciliacao') }}
    group by tabela
)

select
    loaded.tabela,
    cast(compared.marcador as number(38, 0)) as marcador,
    cast(loaded.linhas as number(38, 0)) as linhas,
    compared.conferido_em,
    cast(loaded.carregado_em as timestamp_ntz) as carregado_em,
    cast(loaded.limite_aviso_horas as number(38, 0)) as limite_aviso_horas,
    cast(loaded.limite_alerta_horas as number(38, 0)) as limite_alerta_horas
from loaded
left join compared
    on loaded.tabela = compared.tabela
