{# Every run that tests adds its rows when it ends, by `record_quality`. #}
{{
    config(
        full_refresh=false,
        on_schema_change='append_new_columns',
        meta={'filled_by': 'record_quality'},
    )
}}

select
    cast(null as varchar) as execucao_id,
    cast(null as timestamp_ntz) as executado_em,
    cast(null as varchar) as verificacao,
    cast(null as varchar) as descricao,
    cast(null as varchar) as tipo,
    cast(null as varchar) as tabela,
    cast(null as varchar) as coluna,
    cast(null as varchar) as severidade,
    cast(null as varchar) as situacao,
    cast(null as number(38, 0)) as linhas,
    cast(null as varchar) as mensagem,
    cast(null as varchar) as consulta,
    cast(null as number(38, 4)) as percentual,
    cast(null as number(38, 4)) as limite_percentual
where false
