with

source as (
    select * from {{ source('driva', 'veiculos') }}
)

select
    cast(id_veiculos as number(38, 0)) as veiculo_id,
    cast(nome as varchar) as nome_veiculo,
    cast(tipo as varchar) as tipo,
    cast(valor as number(18, 4)) as valor_sugerido,
    cast(data_inclusao as timestamp_ntz) as data_inclusao,
    cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
    cast(_sdc_deleted_at as timestamp_ntz) as excluido_em,
    cast(_sdc_batched_at as timestamp_ntz) as carregado_em
from source
