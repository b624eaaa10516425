-- No dealership sells before the source system knows it.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'Nenhuma venda é anterior à concessionária.',
        },
    )
}}

select
    vendas.venda_id,
    vendas.concessionaria_id,
    vendas.data_venda,
    concessionarias.data_inclusao
from {{ ref('fct_vendas') }} as vendas
inner join {{ ref('dim_concessionarias') }} as concessionarias
    on vendas.concessionaria_id = concessionarias.concessionaria_id
where vendas.data_venda < concessionarias.data_inclusao
