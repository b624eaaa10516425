select
    concessionarias.concessionaria_id,
    concessionarias.nome_concessionaria,
    coalesce(cidades.cidade_id, -1) as cidade_id,
    concessionarias.data_inclusao,
    concessionarias.data_atualizacao
from {{ ref('stg_driva__concessionarias') }} as concessionarias
left join {{ ref('dim_cidades') }} as cidades
    on concessionarias.cidade_id = cidades.cidade_id

union all

-- the unknown member
select
    -1 as concessionaria_id,
    'Não informado' as nome_concessionaria,
    -1 as cidade_id,
    null as data_inclusao,
    null as data_atualizacao
