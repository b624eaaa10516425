with

versions as (
    {{ versions(ref('snp_veiculos'), 'veiculo_id') }}
)

select
    {{ version_id() }} as veiculo_versao_id,
    veiculo_id,
    nome_veiculo,
    tipo,
    case when conhecida then valor_sugerido end as valor_sugerido,
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
    {{ beginning_of_time() }} as valido_de,
    null as valido_ate,
    true as atual,
    null as carregado_em
