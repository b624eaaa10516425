with

regioes as (
    select distinct
        sigla,
        regiao
    from {{ ref('municipios') }}
)

select
    estados.estado_id,
    estados.nome_estado,
    estados.sigla,
    coalesce(regioes.regiao, 'Não informado') as regiao,
    estados.data_inclusao,
    estados.data_atualizacao,
    estados.excluido_em
from {{ ref('stg_driva__estados') }} as estados
left join regioes
    on estados.sigla = regioes.sigla
where estados.estado_id != -1

union all by name

-- the unknown member
select
    -1 as estado_id,
    'Não informado' as nome_estado,
    'NI' as sigla,
    'Não informado' as regiao
