{# The newest row was loaded within the source's freshness: level 1 warns, level 2 alerts. #}
{% test recently_loaded(model) %}

{{ config(
    severity='warn',
    tags=['clock'],
    fail_calc='coalesce(max(nivel), 0)',
    meta={
        'tipo': 'atualidade', 'descricao': 'A carga mais nova é recente.', 'nivel_de_alerta': 2
    }
) }}

{%- set freshness = namespace(warn=0, error=0) -%}
{%- if execute -%}
    {%- for node in graph.sources.values() if node.identifier == model.identifier -%}
        {%- set freshness.warn = node.freshness.warn_after.count -%}
        {%- set freshness.error = node.freshness.error_after.count -%}
    {%- endfor -%}
{%- endif %}

with

newest as (
    select
        max(_sdc_batched_at) as carregado_em,
        datediff(minute, max(_sdc_batched_at), {{ now() }}) / 60 as horas
    from {{ model }}
)

select
    carregado_em,
    horas,
    case when horas > {{ freshness.error }} then 2 else 1 end as nivel
from newest
where horas > {{ freshness.warn }}

{% endtest %}
