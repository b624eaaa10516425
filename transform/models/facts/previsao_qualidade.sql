{# The utility `forecast` writes its rows: forecast/sales_forecast. #}
-- depends_on: {{ ref('fct_vendas_mensais') }}, {{ ref('fct_vendas') }}
-- depends_on: {{ ref('dim_concessionarias') }}, {{ ref('dim_cidades') }}
-- depends_on: {{ ref('dim_estados') }}, {{ ref('dim_veiculos') }}
{{
    config(
        full_refresh=false,
        on_schema_change='append_new_columns',
        grants=may_forecast(),
        meta={'filled_by': 'forecast'},
    )
}}

select
    cast(null as date) as ultimo_mes,
    cast(null as varchar) as nivel,
    cast(null as varchar) as chave,
    cast(null as varchar) as nome,
    cast(null as varchar) as medida,
    cast(null as varchar) as modelo,
    cast(null as boolean) as supera_referencia,
    cast(null as varchar) as motivo,
    cast(null as number(38, 0)) as meses,
    cast(null as number(38, 0)) as comparacoes,
    cast(null as number(38, 4)) as mase_modelo,
    cast(null as number(38, 4)) as mase_sazonal,
    cast(null as number(38, 4)) as mase_tendencia,
    cast(null as number(38, 4)) as mase_publicado,
    cast(null as number(38, 4)) as cobertura_80,
    cast(null as number(38, 4)) as cobertura_95,
    cast(null as number(38, 4)) as cobertura_80_sazonal,
    cast(null as number(38, 4)) as cobertura_95_sazonal,
    cast(null as number(38, 4)) as cobertura_80_tendencia,
    cast(null as number(38, 4)) as cobertura_95_tendencia,
    cast(null as timestamp_ntz) as gerado_em
where false
