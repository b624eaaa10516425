{# Meltano's bookmarks are not in the warehouse; the tap's control totals end at them. #}
{{ config(materialized='table') }}

select
    tabela,
    cast(max(id_final) as number(38, 0)) as marcador,
    cast(sum(linhas) as number(38, 0)) as linhas_origem,
    max(conferido_em) as conferido_em,
    max(carregado_em) as carregado_em
from {{ ref('stg_driva__reconciliacao') }}
group by tabela
