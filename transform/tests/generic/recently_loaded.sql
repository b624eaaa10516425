{# The newest row was loaded within the source's freshness: a row of level 1 warns, of 2 fails. #}
{% test recently_loaded(model) %}

{{ config(
    fail_calc='coalesce(max(nivel), 0)', warn_if='>= 1', error_if='>= 2',
    meta={'tipo': 'atualidade', 'descricao': 'A carga mais nova é recente.'}
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
