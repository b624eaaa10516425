with

source as (
    select * from {{ source('driva', 'vendedores') }}
)

select
    cast(id_vendedores as number(38, 0)) as vendedor_id,
    cast(nome as varchar) as nome_vendedor,
    cast(id_concessionarias as number(38, 0)) as concessionaria_id,
    cast(data_inclusao as timestamp_ntz) as data_inclusao,
    cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
    cast(_sdc_deleted_at as timestamp_ntz) as excluido_em,
    cast(_sdc_batched_at as timestamp_ntz) as carregado_em
from source
