{# The newest of the rows that the control streams have left of a key. #}
{% macro newest_load(key) -%}
    row_number() over (
        partition by {{ key }}
        order by carregado_em desc nulls last, _sdc_sequence desc nulls last
    ) = 1
{%- endmacro %}
