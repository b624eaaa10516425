-- A price of zero is a gift, one below it a sale taken back.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'Toda venda tem valor maior que zero.',
        },
    )
}}

select
    venda_id,
    data_venda,
    valor_venda
from {{ ref('fct_vendas') }}
where valor_venda <= 0 or valor_venda is null
