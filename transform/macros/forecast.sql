{# Who may read and write what is forecast, as `grants`. #}
{% macro may_forecast() -%}
    {%- set forecaster = [env_var('DBT_SNOWFLAKE_FORECASTER_ROLE')] -%}
    {{- return({
        'select': [env_var('DBT_SNOWFLAKE_REPORTER_ROLE')],
        'insert': forecaster,
        'delete': forecaster,
    }) -}}
{%- endmacro %}
