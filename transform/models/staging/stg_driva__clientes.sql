with

source as (
    select * from {{ source('driva', 'clientes') }}
)

select
    cast(id_clientes as number(38, 0)) as cliente_id,
    cast(cliente as varchar) as nome_cliente,
    cast(endereco as varchar) as endereco,
    cast(id_concessionarias as number(38, 0)) as concessionaria_id,
    cast(data_inclusao as timestamp_ntz) as data_inclusao,
    cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
    cast(_sdc_batched_at as timestamp_ntz) as carregado_em
from source
qualify {{ newest_load('cliente_id') }}
