-- A list price is known since the source last changed it; of a sale before, the discount is not.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'O preço de tabela do dia de cada venda é conhecido.',
            'limite_percentual': 100,
        },
    )
}}

select
    venda_id,
    veiculo_id,
    data_venda
from {{ ref('fct_vendas') }}
where preco_tabela is null
