with

versions as (
    {{ versions(ref('snp_veiculos'), 'veiculo_id') }}
)

select
    cast(dbt_scd_id as varchar) as veiculo_versao_id,
    veiculo_id,
    nome_veiculo,
    tipo,
    valor_sugerido,
    valido_de,
    valido_ate,
    valido_ate is null as atual,
    carregado_em
from versions

union all

-- the unknown member
select
    '-1' as veiculo_versao_id,
    -1 as veiculo_id,
    'Não informado' as nome_veiculo,
    'Não informado' as tipo,
    null as valor_sugerido,
    cast('1900-01-01' as timestamp_ntz) as valido_de,
    null as valido_ate,
    true as atual,
    null as carregado_em
