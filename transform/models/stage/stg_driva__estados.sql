with

source as (
    select * from {{ source('driva', 'estados') }}
),

renamed as (
    select
        cast(id_estados as number(38, 0)) as estado_id,
        cast(estado as varchar) as nome_estado,
        cast(sigla as varchar) as sigla,
        cast(data_inclusao as timestamp_ntz) as data_inclusao,
        cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
        cast(_sdc_batched_at as timestamp_ntz) as carregado_em,
        _sdc_sequence
    from source
)

select
    estado_id,
    nome_estado,
    sigla,
    data_inclusao,
    data_atualizacao,
    carregado_em
from renamed
qualify {{ newest_load('estado_id') }}
