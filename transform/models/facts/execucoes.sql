{# dbt adds a row when it begins to build, and says in it how that ended: macros/runs.sql. #}
{{
    config(
        full_refresh=false,
        on_schema_change='append_new_columns',
        meta={'filled_by': 'record_run'},
    )
}}

select
    cast(null as varchar) as execucao_id,
    cast(null as timestamp_ntz) as inicio,
    cast(null as timestamp_ntz) as fim,
    cast(null as varchar) as escopo,
    cast(null as varchar) as situacao,
    cast(null as number(38, 0)) as passos,
    cast(null as number(38, 0)) as instrucoes,
    cast(null as number(38, 3)) as segundos,
    cast(null as number(38, 0)) as linhas_novas,
    cast(null as number(38, 0)) as linhas_relidas,
    cast(null as number(38, 0)) as linhas_excluidas,
    cast(null as number(38, 0)) as instrucoes_carga,
    cast(null as number(38, 3)) as segundos_carga,
    cast(null as timestamp_ntz) as carregado_ate,
    cast(null as varchar) as estado
where false
