{# What is measured of any number of sales: sums, and quotients of two of these, which so can be told
   of groups, and of groups of groups. The dashboard sums what its viewer chooses and reads here,
   too, what and how: analyze/dashboard/measures.sql is a link to this file. #}
{% macro sums() -%}
{
    "quantidade": "count(*)",
    "com_valor": "count(valor_venda)",
    "total": "sum(valor_venda)",
    "com_desconto": "count(desconto)",
    "desconto": "sum(desconto)",
    "preco_com_desconto": "sum(case when desconto is not null then preco_tabela end)",
    "com_preco_tabela": "count(preco_tabela)",
    "preco_tabela": "sum(preco_tabela)"
}
{%- endmacro %}

{# A discount weighs by the list price; a sale that lacks one price or the other is on neither side. #}
{% macro quotients() -%}
{
    "valor_medio": ["total", "com_valor"],
    "preco_tabela_medio": ["preco_tabela", "com_preco_tabela"],
    "desconto_percentual": ["desconto", "preco_com_desconto"]
}
{%- endmacro %}

{# One of these in SQL, for rows of FCT_VENDAS_MENSAIS. #}
{% macro measure(name) -%}
    {%- if name in fromjson(quotients()) -%}
        {%- set part, whole = fromjson(quotients())[name] -%}
        {%- if name.endswith('percentual') -%}
            {{ percent_of('sum(' ~ part ~ ')', 'sum(' ~ whole ~ ')') }}
        {%- else -%}
            cast(sum({{ part }}) / nullif(sum({{ whole }}), 0) as number(18, 2))
        {%- endif -%}
    {%- else -%}
        sum({{ name }})
    {%- endif -%}
{%- endmacro %}
