{# When dbt was started, in UTC: the same moment for every statement of a run. #}
{% macro now() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp_ntz)
{%- endmacro %}
