{{ config(materialized='table') }}

select
    vendas.venda_id,
    coalesce(veiculos.veiculo_id, -1) as veiculo_id,
    coalesce(concessionarias.concessionaria_id, -1) as concessionaria_id,
    coalesce(vendedores.vendedor_id, -1) as vendedor_id,
    coalesce(clientes.cliente_id, -1) as cliente_id,
    vendas.valor_venda,
    vendas.data_venda,
    vendas.data_inclusao,
    vendas.data_atualizacao,
    vendas.excluido_em
from {{ ref('stg_driva__vendas_excluidas') }} as vendas
left join {{ ref('dim_veiculos') }} as veiculos
    on vendas.veiculo_id = veiculos.veiculo_id
left join {{ ref('dim_concessionarias') }} as concessionarias
    on vendas.concessionaria_id = concessionarias.concessionaria_id
left join {{ ref('dim_vendedores') }} as vendedores
    on vendas.vendedor_id = vendedores.vendedor_id
left join {{ ref('dim_clientes') }} as clientes
    on vendas.cliente_id = clientes.cliente_id
