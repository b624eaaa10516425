select
    clientes.cliente_id,
    clientes.nome_cliente,
    clientes.endereco,
    coalesce(concessionarias.concessionaria_id, -1) as concessionaria_id,
    clientes.data_inclusao,
    clientes.data_atualizacao,
    clientes.excluido_em
from {{ ref('stg_driva__clientes') }} as clientes
left join {{ ref('dim_concessionarias') }} as concessionarias
    on clientes.concessionaria_id = concessionarias.concessionaria_id
where clientes.cliente_id != -1

union all by name

-- the unknown member
select
    -1 as cliente_id,
    'Não informado' as nome_cliente,
    'Não informado' as endereco,
    -1 as concessionaria_id
