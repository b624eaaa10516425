select
    veiculo_id,
    nome_veiculo,
    tipo,
    valor_sugerido,
    data_inclusao,
    data_atualizacao,
    excluido_em
from {{ ref('stg_driva__veiculos') }}
where veiculo_id != -1

union all by name

-- the unknown member
select
    -1 as veiculo_id,
    'Não informado' as nome_veiculo,
    'Não informado' as tipo
