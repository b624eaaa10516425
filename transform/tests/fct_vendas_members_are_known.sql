-- A sale may come before its dimension row, and points to the unknown member meanwhile.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'relacionamento',
            'descricao': 'Veículo, concessionária, vendedor e cliente de cada venda são conhecidos.',
        },
    )
}}

select
    venda_id,
    veiculo_id,
    concessionaria_id,
    vendedor_id,
    cliente_id
from {{ ref('fct_vendas') }}
where -1 in (veiculo_id, concessionaria_id, vendedor_id, cliente_id)
