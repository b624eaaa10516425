select
    estado_id,
    nome_estado,
    sigla,
    data_inclusao,
    data_atualizacao
from {{ ref('stg_driva__estados') }}

union all

-- the unknown member
select
    -1 as estado_id,
    'Não informado' as nome_estado,
    'NI' as sigla,
    null as data_inclusao,
    null as data_atualizacao
