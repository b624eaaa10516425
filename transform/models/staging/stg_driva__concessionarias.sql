with

source as (
    select * from {{ source('driva', 'concessionarias') }}
)

select
    cast(id_concessionarias as number(38, 0)) as concessionaria_id,
    cast(concessionaria as varchar) as nome_concessionaria,
    cast(id_cidades as number(38, 0)) as cidade_id,
    cast(data_inclusao as timestamp_ntz) as data_inclusao,
    cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
    cast(_sdc_deleted_at as timestamp_ntz) as excluido_em,
    cast(_sdc_batched_at as timestamp_ntz) as carregado_em
from source
