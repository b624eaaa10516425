-- What was paid is between 95 % and 100 % of the list price of the day.
select
    venda_id,
    veiculo_id,
    data_venda,
    valor_venda,
    preco_tabela
from {{ ref('fct_vendas') }}
where valor_venda < 0.95 * preco_tabela or valor_venda > preco_tabela
