{# A layer's own name; all layers are one schema in a rehearsal. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set own = custom_schema_name if target.name != 'ensaio' -%}
    {{ (own or target.schema) | trim | upper }}
{%- endmacro %}
