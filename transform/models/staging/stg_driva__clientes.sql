with

source as (
    select * from {{ source('driva', 'clientes') }}
)

select
    cast(id_clientes as number(38, 0)) as cliente_id,
    -- Of whom the source has erased, RAW alone knows more than the key.
    case when _sdc_deleted_at is null then cast(cliente as varchar) end as nome_cliente,
    case when _sdc_deleted_at is null then cast(endereco as varchar) end as endereco,
    cast(id_concessionarias as number(38, 0)) as concessionaria_id,
    cast(data_inclusao as timestamp_ntz) as data_inclusao,
    cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
    cast(_sdc_deleted_at as timestamp_ntz) as excluido_em,
    cast(_sdc_batched_at as timestamp_ntz) as carregado_em
from source
