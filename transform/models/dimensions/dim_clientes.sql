-- The largest of the dimensions takes what was loaded or deleted since, and who still waits for
-- their dealership.
{{
    config(
        materialized='incremental',
        unique_key='cliente_id',
        on_schema_change='append_new_columns',
    )
}}

with

{% if is_incremental() %}
    new_loads as (
        {{ new_loads(ref('stg_driva__clientes'), 'cliente_id', deleted='excluido_em') }}
    ),

    waiting as (
        select cliente_id
        from {{ this }}
        where concessionaria_id = -1 and cliente_id != -1
    ),
{% endif %}

clientes as (
    select loaded.*
    from {{ ref('stg_driva__clientes') }} as loaded
    {% if is_incremental() %}
        left join new_loads
            on loaded.carregado_em is not distinct from new_loads.carregado_em
        left join waiting
            on loaded.cliente_id = waiting.cliente_id
        where new_loads.quantidade is not null or waiting.cliente_id is not null
    {% endif %}
)

select
    clientes.cliente_id,
    clientes.nome_cliente,
    clientes.endereco,
    coalesce(concessionarias.concessionaria_id, -1) as concessionaria_id,
    clientes.data_inclusao,
    clientes.data_atualizacao,
    clientes.excluido_em,
    clientes.carregado_em
from clientes
left join {{ ref('dim_concessionarias') }} as concessionarias
    on clientes.concessionaria_id = concessionarias.concessionaria_id
where clientes.cliente_id != -1

{% if not is_incremental() %}
    union all by name

    -- the unknown member
    select
        -1 as cliente_id,
        'Não informado' as nome_cliente,
        'Não informado' as endereco,
        -1 as concessionaria_id
{% endif %}
