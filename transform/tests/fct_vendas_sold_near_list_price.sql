{%- set floor = var('minimum_price_percent') %}
-- What was paid is near the list price of the day, where that is known; a cent is rounding.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'O valor pago fica perto do preço de tabela do dia.',
        },
    )
}}

select
    venda_id,
    veiculo_id,
    data_venda,
    valor_venda,
    preco_tabela
from {{ ref('fct_vendas') }}
where
    valor_venda < {{ floor }} / 100 * preco_tabela - 0.01
    or valor_venda > preco_tabela + 0.01
