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
    cast(null as date) as mes,
    cast(null as varchar) as nivel,
    cast(null as varchar) as chave,
    cast(null as varchar) as nome,
    cast(null as varchar) as medida,
    cast(null as number(38, 2)) as previsto,
    cast(null as number(38, 2)) as minimo_80,
    cast(null as number(38, 2)) as maximo_80,
    cast(null as number(38, 2)) as minimo_95,
    cast(null as number(38, 2)) as maximo_95,
    cast(null as varchar) as modelo,
    cast(null as boolean) as supera_referencia,
    cast(null as timestamp_ntz) as gerado_em
where false
