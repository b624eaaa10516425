{# A part of a whole in percent; NULL where the whole is zero or unknown. Snowflake gives a quotient six
   decimals more than the number above, twelve at most, and rounds it to them: with all twelve, the
   four that are kept are not rounded twice. #}
{% macro percent_of(part, whole) -%}
    cast(cast(100 * ({{ part }}) as number(38, 12)) / nullif({{ whole }}, 0) as number(18, 4))
{%- endmacro %}

{# How much more it is now than before, in percent of before. #}
{% macro change_in_percent(now, before) -%}
    {{ percent_of(now ~ ' - ' ~ before, before) }}
{%- endmacro %}
