select
    vendedores.vendedor_id,
    vendedores.nome_vendedor,
    coalesce(concessionarias.concessionaria_id, -1) as concessionaria_id,
    vendedores.data_inclusao,
    vendedores.data_atualizacao,
    vendedores.excluido_em
from {{ ref('stg_driva__vendedores') }} as vendedores
left join {{ ref('dim_concessionarias') }} as concessionarias
    on vendedores.concessionaria_id = concessionarias.concessionaria_id
where vendedores.vendedor_id != -1

union all by name

-- the unknown member
select
    -1 as vendedor_id,
    'Não informado' as nome_vendedor,
    -1 as concessionaria_id
