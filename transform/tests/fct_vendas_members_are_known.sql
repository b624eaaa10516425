-- A sale may come before its dimension row, and points to the unknown member meanwhile.
{{ config(severity='warn') }}

select
    venda_id,
    veiculo_id,
    concessionaria_id,
    vendedor_id,
    cliente_id
from {{ ref('fct_vendas') }}
where -1 in (veiculo_id, concessionaria_id, vendedor_id, cliente_id)
