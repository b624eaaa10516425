-- It is said of each column whether it is read. One that nobody speaks of is new, and alerts.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'esquema',
            'descricao': 'De cada coluna da origem está dito se é lida.',
            'limite_percentual': 0,
        },
    )
}}

select
    esquema,
    tabela,
    coluna,
    tipo_na_origem,
    'em extract/extract.meltano.yml, em select: - ''' || padrao
    || '''; ou, se não é desejada, - ''!' || padrao || '''' as conserto
from {{ ref('stg_driva__colunas') }}
where selecao = 'indecisa'
