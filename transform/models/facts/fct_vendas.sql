{{ config(unique_key='venda_id') }}

{% if is_incremental() %}
    with

    cutoff as (
        select
            coalesce(
                dateadd(minute, -{{ var('fct_vendas_lookback_minutes') }}, max(carregado_em)),
                cast('1970-01-01' as timestamp_ntz)
            ) as loaded_since
        from {{ this }}
    ),

    -- The rows that a new load or a late dimension row may change.
    open_rows as (
        select
            venda_id,
            veiculo_id,
            concessionaria_id,
            vendedor_id,
            cliente_id,
            valor_venda,
            data_venda,
            data_inclusao,
            data_atualizacao,
            carregado_em
        from {{ this }}
        where
            carregado_em >= (select cutoff.loaded_since from cutoff)
            or veiculo_id = -1
            or concessionaria_id = -1
            or vendedor_id = -1
            or cliente_id = -1
    )
{% endif %}

select
    vendas.venda_id,
    coalesce(veiculos.veiculo_id, -1) as veiculo_id,
    coalesce(concessionarias.concessionaria_id, -1) as concessionaria_id,
    coalesce(vendedores.vendedor_id, -1) as vendedor_id,
    coalesce(clientes.cliente_id, -1) as cliente_id,
    vendas.valor_venda,
    vendas.data_venda,
    vendas.data_inclusao,
    vendas.data_atualizacao,
    vendas.carregado_em
from {{ ref('stg_driva__vendas') }} as vendas
left join {{ ref('dim_veiculos') }} as veiculos
    on vendas.veiculo_id = veiculos.veiculo_id
left join {{ ref('dim_concessionarias') }} as concessionarias
    on vendas.concessionaria_id = concessionarias.concessionaria_id
left join {{ ref('dim_vendedores') }} as vendedores
    on vendas.vendedor_id = vendedores.vendedor_id
left join {{ ref('dim_clientes') }} as clientes
    on vendas.cliente_id = clientes.cliente_id

{% if is_incremental() %}
    where
        vendas.carregado_em >= (select cutoff.loaded_since from cutoff)
        or vendas.venda_id in (select open_rows.venda_id from open_rows)

    except

    -- Merge only what differs from the row already there: a build with no news writes nothing.
    select
        venda_id,
        veiculo_id,
        concessionaria_id,
        vendedor_id,
        cliente_id,
        valor_venda,
        data_venda,
        data_inclusao,
        data_atualizacao,
        carregado_em
    from open_rows
{% endif %}
