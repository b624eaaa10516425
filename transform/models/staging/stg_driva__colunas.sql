with

source as (
    select * from {{ source('driva', 'colunas') }}
),

renamed as (
    select
        cast(esquema as varchar) as esquema,
        cast(tabela as varchar) as tabela,
        cast(coluna as varchar) as coluna,
        cast(tipo as varchar) as tipo_na_origem,
        cast(selecao as varchar) as selecao,
        cast(padrao as varchar) as padrao,
        cast(_sdc_batched_at as timestamp_ntz) as carregado_em,
        _sdc_sequence
    from source
)

select
    esquema,
    tabela,
    coluna,
    tipo_na_origem,
    selecao,
    padrao,
    carregado_em
from renamed
qualify {{ newest_load('esquema, tabela, coluna') }}
