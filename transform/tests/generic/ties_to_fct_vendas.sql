{% test ties_to_fct_vendas(model, quantidade='quantidade', total='total') %}

{{ config(
    meta={'tipo': 'reconciliação', 'descricao': 'Quantidade e total são os de FCT_VENDAS.'}
) }}

with

analysis as (
    select
        sum({{ quantidade }}) as quantidade,
        sum({{ total }}) as total
    from {{ model }}
),

fact as (
    select
        count(*) as quantidade,
        sum(valor_venda) as total
    from {{ ref('fct_vendas') }}
)

select
    '{{ model.identifier }}' as analysis,
    analysis.quantidade,
    fact.quantidade as fact_quantidade,
    analysis.total,
    fact.total as fact_total
from analysis
cross join fact
where
    coalesce(analysis.quantidade, 0) != fact.quantidade
    or analysis.total is distinct from fact.total

{% endtest %}
