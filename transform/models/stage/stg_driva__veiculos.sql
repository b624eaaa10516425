with

source as (
    select * from {{ source('driva', 'veiculos') }}
),

renamed as (
    select
        cast(id_veiculos as number(38, 0)) as veiculo_id,
        cast(nome as varchar) as nome_veiculo,
        cast(tipo as varchar) as tipo,
        cast(valor as number(18, 4)) as valor_sugerido,
        cast(data_inclusao as timestamp_ntz) as data_inclusao,
        cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
        cast(_sdc_batched_at as timestamp_ntz) as carregado_em,
        _sdc_sequence
    from source
)

select
    veiculo_id,
    nome_veiculo,
    tipo,
    valor_sugerido,
    data_inclusao,
    data_atualizacao,
    carregado_em
from renamed
qualify {{ newest_load('veiculo_id') }}
