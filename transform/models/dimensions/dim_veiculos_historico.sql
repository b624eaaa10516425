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

union all by name

-- the unknown member
select
    '-1' as veiculo_versao_id,
    -1 as veiculo_id,
    'Não informado' as nome_veiculo,
    'Não informado' as tipo,
    {{ beginning_of_time() }} as valido_de,
    true as atual
