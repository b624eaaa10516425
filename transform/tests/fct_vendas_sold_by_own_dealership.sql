-- A salesperson sells where they worked on the day of the sale.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'Cada vendedor vende na própria concessionária.',
        },
    )
}}

select
    vendas.venda_id,
    vendas.vendedor_id,
    vendas.concessionaria_id,
    vendedores.concessionaria_id as concessionaria_do_vendedor_id
from {{ ref('fct_vendas') }} as vendas
inner join {{ ref('dim_vendedores_historico') }} as vendedores
    on vendas.vendedor_versao_id = vendedores.vendedor_versao_id
where
    vendas.concessionaria_id != vendedores.concessionaria_id
    and vendas.concessionaria_id != -1
    and vendedores.concessionaria_id != -1
