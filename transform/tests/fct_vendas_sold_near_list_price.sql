-- What was paid is between 95 % and 100 % of the list price of the day.
{{
    config(
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'O valor pago fica entre 95 % e 100 % do preço de tabela do dia.',
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
where valor_venda < 0.95 * preco_tabela or valor_venda > preco_tabela
