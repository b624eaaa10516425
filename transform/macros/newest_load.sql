{# RAW is upserted by key, so this keeps every row; it guards against a load that appended. #}
{% macro newest_load(key) -%}
    row_number() over (
        partition by {{ key }}
        order by carregado_em desc nulls last, _sdc_sequence desc nulls last
    ) = 1
{%- endmacro %}
