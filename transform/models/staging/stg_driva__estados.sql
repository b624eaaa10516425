with

source as (
    select * from {{ source('driva', 'estados') }}
)

select
    cast(id_estados as number(38, 0)) as estado_id,
    cast(estado as varchar) as nome_estado,
    cast(sigla as varchar) as sigla,
    cast(data_inclusao as timestamp_ntz) as data_inclusao,
    cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
    cast(_sdc_deleted_at as timestamp_ntz) as excluido_em,
    cast(_sdc_batched_at as timestamp_ntz) as carregado_em
from source
