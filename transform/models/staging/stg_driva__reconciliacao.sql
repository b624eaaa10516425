with

source as (
    select * from {{ source('driva', 'reconciliacao') }}
),

renamed as (
    select
        cast(tabela as varchar) as tabela,
        cast(faixa as number(38, 0)) as faixa,
        cast(ids_por_faixa as number(38, 0)) as ids_por_faixa,
        cast(id_inicial as number(38, 0)) as id_inicial,
        cast(id_final as number(38, 0)) as id_final,
        cast(linhas as number(38, 0)) as linhas,
        cast(soma_chaves as number(38, 0)) as soma_chaves,
        cast(soma_valores as number(38, 6)) as soma_valores,
        cast(colunas_somadas as varchar) as colunas_somadas,
        cast(conferido_em as timestamp_ntz) as conferido_em,
        cast(_sdc_batched_at as timestamp_ntz) as carregado_em,
        _sdc_sequence
    from source
)

select
    tabela,
    faixa,
    ids_por_faixa,
    id_inicial,
    id_final,
    linhas,
    soma_chaves,
    soma_valores,
    colunas_somadas,
    conferido_em,
    carregado_em
from renamed
qualify {{ newest_load('tabela, faixa') }}
