with

versions as (
    {{ versions(ref('snp_vendedores'), 'vendedor_id') }}
)

select
    {{ version_id() }} as vendedor_versao_id,
    versions.vendedor_id,
    versions.nome_vendedor,
    coalesce(concessionarias.concessionaria_id, -1) as concessionaria_id,
    versions.valido_de,
    versions.valido_ate,
    versions.valido_ate is null as atual,
    versions.carregado_em
from versions
left join {{ ref('dim_concessionarias') }} as concessionarias
    on
        versions.concessionaria_id = concessionarias.concessionaria_id
        and versions.conhecida

union all by name

-- the unknown member
select
    '-1' as vendedor_versao_id,
    -1 as vendedor_id,
    'Não informado' as nome_vendedor,
    -1 as concessionaria_id,
    {{ beginning_of_time() }} as valido_de,
    true as atual
