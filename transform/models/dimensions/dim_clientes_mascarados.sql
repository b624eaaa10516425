{{ config(materialized='view', secure=true) }}
{% set salt = quoted(env_var('DBT_SNOWFLAKE_HASH_SALT', '')) %}

select
    cliente_id,
    sha2(concat({{ salt | trim }}, cast(cliente_id as varchar)), 256) as cliente_hash,
    case when nome_cliente is not null then '***' end as nome_cliente,
    case when endereco is not null then '***' end as endereco,
    concessionaria_id,
    data_inclusao,
    data_atualizacao,
    excluido_em
from {{ ref('dim_clientes') }}
