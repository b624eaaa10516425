select
    cidades.cidade_id,
    cidades.nome_cidade,
    coalesce(estados.estado_id, -1) as estado_id,
    cidades.data_inclusao,
    cidades.data_atualizacao
from {{ ref('stg_driva__cidades') }} as cidades
left join {{ ref('dim_estados') }} as estados
    on cidades.estado_id = estados.estado_id

union all

-- the unknown member
select
    -1 as cidade_id,
    'Não informado' as nome_cidade,
    -1 as estado_id,
    null as data_inclusao,
    null as data_atualizacao
