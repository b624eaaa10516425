{# When a version of a snapshot began; the first one holds for all the time before it too. #}
{% macro version_begins(key) -%}
    case
        when row_number() over (partition by {{ key }} order by dbt_valid_from, dbt_scd_id) = 1
            then cast('1900-01-01' as timestamp_ntz)
        else cast(dbt_valid_from as timestamp_ntz)
    end
{%- endmacro %}

{# When the next version began; NULL for the current one. #}
{% macro version_ends(key) -%}
    cast(
        lead(dbt_valid_from) over (
            partition by {{ key }} order by dbt_valid_from, dbt_scd_id
        ) as timestamp_ntz
    )
{%- endmacro %}

{# The version of a history that held at a moment; the current one where the moment is unknown. #}
{% macro on_the_day(moment, history) -%}
    coalesce({{ moment }}, cast('9999-12-31' as timestamp_ntz)) >= {{ history }}.valido_de
    and coalesce({{ moment }}, cast('9999-12-31' as timestamp_ntz))
    < coalesce({{ history }}.valido_ate, cast('9999-12-31 23:59:59' as timestamp_ntz))
{%- endmacro %}
