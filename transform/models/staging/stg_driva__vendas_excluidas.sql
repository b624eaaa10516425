with

source as (
    select * from {{ source('driva', 'vendas') }}
)

select
    cast(id_vendas as number(38, 0)) as venda_id,
    cast(id_veiculos as number(38, 0)) as veiculo_id,
    cast(id_concessionarias as number(38, 0)) as concessionaria_id,
    cast(id_vendedores as number(38, 0)) as vendedor_id,
    cast(id_clientes as number(38, 0)) as cliente_id,
    cast(valor_pago as number(18, 4)) as valor_venda,
    cast(data_venda as timestamp_ntz) as data_venda,
    cast(data_inclusao as timestamp_ntz) as data_inclusao,
    cast(data_atualizacao as timestamp_ntz) as data_atualizacao,
    cast(_sdc_deleted_at as timestamp_ntz) as excluido_em,
    cast(_sdc_batched_at as timestamp_ntz) as carregado_em
from source
where _sdc_deleted_at is not null
