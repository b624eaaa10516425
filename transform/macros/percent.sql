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

{# The discount of many sales, in percent of their list prices; a sale without a discount, since it
   lacks one price or the other, is on neither side. #}
{% macro mean_discount() -%}
    {{ percent_of('sum(desconto)', 'sum(case when desconto is not null then preco_tabela end)') }}
{%- endmacro %}
