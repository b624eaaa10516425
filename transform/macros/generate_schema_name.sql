{# A layer's own name; all layers are one schema in an empty build. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set own = custom_schema_name if target.name != 'empty' -%}
    {{ (own or target.schema) | trim | upper }}
{%- endmacro %}
