-- A dimension row that has not come by then is not late but missing. A key that is NULL or -1 in
-- the source waits for none.
{{
    config(
        severity='warn',
        tags=['clock'],
        meta={
            'tipo': 'relacionamento',
            'descricao': 'Veículo, concessionária, vendedor e cliente de uma venda chegam a tempo.',
        },
    )
}}

with

unknown as (
    select
        venda_id,
        veiculo_id,
        concessionaria_id,
        vendedor_id,
        cliente_id
    from {{ ref('fct_vendas') }}
    where -1 in (veiculo_id, concessionaria_id, vendedor_id, cliente_id)
)

select
    vendas.venda_id,
    case when unknown.veiculo_id = -1 then vendas.veiculo_id end as veiculo_id,
    case
        when unknown.concessionaria_id = -1 then vendas.concessionaria_id
    end as concessionaria_id,
    case when unknown.vendedor_id = -1 then vendas.vendedor_id end as vendedor_id,
    case when unknown.cliente_id = -1 then vendas.cliente_id end as cliente_id,
    vendas.data_inclusao,
    vendas.data_venda
from {{ ref('stg_driva__vendas') }} as vendas
inner join unknown
    on vendas.venda_id = unknown.venda_id
where
    coalesce(vendas.data_inclusao, vendas.data_venda)
    < dateadd(day, -{{ var('late_dimension_days') }}, {{ now() }})
    and (
        (unknown.veiculo_id = -1 and vendas.veiculo_id != -1)
        or (unknown.concessionaria_id = -1 and vendas.concessionaria_id != -1)
        or (unknown.vendedor_id = -1 and vendas.vendedor_id != -1)
        or (unknown.cliente_id = -1 and vendas.cliente_id != -1)
    )
