select
    concessionarias.concessionaria_id,
    concessionarias.nome_concessionaria,
    coalesce(cidades.cidade_id, -1) as cidade_id,
    coalesce(cidades.nome_cidade, 'Não informado') as nome_cidade,
    coalesce(cidades.nome_estado, 'Não informado') as nome_estado,
    coalesce(cidades.sigla, 'NI') as sigla,
    coalesce(cidades.regiao, 'Não informado') as regiao,
    cidades.latitude,
    cidades.longitude,
    concessionarias.data_inclusao,
    concessionarias.data_atualizacao,
    concessionarias.excluido_em
from {{ ref('stg_driva__concessionarias') }} as concessionarias
left join {{ ref('dim_cidades') }} as cidades
    on concessionarias.cidade_id = cidades.cidade_id
where concessionarias.concessionaria_id != -1

union all by name

-- the unknown member
select
    -1 as concessionaria_id,
    'Não informado' as nome_concessionaria,
    -1 as cidade_id,
    'Não informado' as nome_cidade,
    'Não informado' as nome_estado,
    'NI' as sigla,
    'Não informado' as regiao
