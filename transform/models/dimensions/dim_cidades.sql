select
    cidades.cidade_id,
    cidades.nome_cidade,
    coalesce(estados.estado_id, -1) as estado_id,
    coalesce(estados.nome_estado, 'Não informado') as nome_estado,
    coalesce(estados.sigla, 'NI') as sigla,
    coalesce(estados.regiao, 'Não informado') as regiao,
    municipios.latitude,
    municipios.longitude,
    cidades.data_inclusao,
    cidades.data_atualizacao,
    cidades.excluido_em
from {{ ref('stg_driva__cidades') }} as cidades
left join {{ ref('dim_estados') }} as estados
    on cidades.estado_id = estados.estado_id
left join {{ ref('municipios') }} as municipios
    on
        estados.sigla = municipios.sigla
        and lower(cidades.nome_cidade) = lower(municipios.municipio)
where cidades.cidade_id != -1

union all by name

-- the unknown member
select
    -1 as cidade_id,
    'Não informado' as nome_cidade,
    -1 as estado_id,
    'Não informado' as nome_estado,
    'NI' as sigla,
    'Não informado' as regiao
