-- Nothing is built on a table of RAW that is not equal to the source.
-- depends_on: {{ ref('stg_driva__reconciliacao') }}

-- Sales that are gone from the source leave the fact first: all of them, whenever they went, as a
-- deletion leaves no load time in the fact to look back from.
-- depends_on: {{ ref('stg_driva__vendas_excluidas') }}
{{
    config(
        unique_key='venda_id',
        pre_hook="
            {% if is_incremental() %}
                delete from {{ this }}
                where venda_id in (select venda_id from {{ ref('stg_driva__vendas_excluidas') }})
            {% endif %}
        ",
    )
}}

with

{% if is_incremental() %}
    cutoff as (
        select
            coalesce(
                dateadd(minute, -{{ var('fct_vendas_lookback_minutes') }}, max(carregado_em)),
                cast('1970-01-01' as timestamp_ntz)
            ) as loaded_since
        from {{ this }}
    ),

    -- Versions that a build has found lately change the sales since they began.
    new_prices as (
        {{ new_versions(ref('dim_veiculos_historico'), 'veiculo_id', 'veiculo_versao_id') }}
    ),

    new_places as (
        {{ new_versions(ref('dim_vendedores_historico'), 'vendedor_id', 'vendedor_versao_id') }}
    ),

    -- The sales that a late dimension row or a new version may change.
    open_rows as (
        select fact.*
        from {{ this }} as fact
        left join new_prices
            on fact.veiculo_id = new_prices.veiculo_id
        left join new_places
            on fact.vendedor_id = new_places.vendedor_id
        where
            fact.veiculo_id = -1
            or fact.concessionaria_id = -1
            or fact.vendedor_id = -1
            or fact.cliente_id = -1
            or coalesce(fact.data_venda, new_prices.valido_de) >= new_prices.valido_de
            or coalesce(fact.data_venda, new_places.valido_de) >= new_places.valido_de
    ),

    new_loads as (
        {{
            new_loads(
                ref('stg_driva__vendas'), 'venda_id', since='select cutoff.loaded_since from cutoff'
            )
        }}
    ),

    known as (
        select
            fact.venda_id,
            fact.carregado_em
        from {{ this }} as fact
        inner join new_loads
            on fact.carregado_em = new_loads.carregado_em
    ),
{% endif %}

-- An incremental build takes these, and of the new loads what is not known.
vendas as (
    select
        loaded.venda_id,
        loaded.veiculo_id,
        loaded.concessionaria_id,
        loaded.vendedor_id,
        loaded.cliente_id,
        cast(loaded.valor_venda as number(18, 2)) as valor_venda,
        loaded.data_venda,
        loaded.data_inclusao,
        loaded.data_atualizacao,
        loaded.carregado_em
    from {{ ref('stg_driva__vendas') }} as loaded
    {% if is_incremental() %}
        left join known
            on
                loaded.venda_id = known.venda_id
                and loaded.carregado_em = known.carregado_em
        left join open_rows
            on loaded.venda_id = open_rows.venda_id
        left join new_loads
            on loaded.carregado_em = new_loads.carregado_em
        where
            open_rows.venda_id is not null
            or (new_loads.carregado_em is not null and known.venda_id is null)
    {% endif %}
)

select
    vendas.venda_id,
    coalesce(
        year(vendas.data_venda) * 10000 + month(vendas.data_venda) * 100 + day(vendas.data_venda),
        -1
    ) as data_id,
    coalesce(veiculos.veiculo_id, -1) as veiculo_id,
    coalesce(veiculos.veiculo_versao_id, '-1') as veiculo_versao_id,
    coalesce(concessionarias.concessionaria_id, -1) as concessionaria_id,
    coalesce(vendedores.vendedor_id, -1) as vendedor_id,
    coalesce(vendedores.vendedor_versao_id, '-1') as vendedor_versao_id,
    coalesce(clientes.cliente_id, -1) as cliente_id,
    vendas.valor_venda,
    veiculos.valor_sugerido as preco_tabela,
    veiculos.valor_sugerido - vendas.valor_venda as desconto,
    {{
        percent_of('veiculos.valor_sugerido - vendas.valor_venda', 'veiculos.valor_sugerido')
    }} as desconto_percentual,
    1 as quantidade,
    vendas.data_venda,
    vendas.data_inclusao,
    vendas.data_atualizacao,
    vendas.carregado_em
from vendas
left join {{ ref('dim_veiculos_historico') }} as veiculos
    on
        vendas.veiculo_id = veiculos.veiculo_id
        and {{ on_the_day('vendas.data_venda', 'veiculos') }}
left join {{ ref('dim_concessionarias') }} as concessionarias
    on vendas.concessionaria_id = concessionarias.concessionaria_id
left join {{ ref('dim_vendedores_historico') }} as vendedores
    on
        vendas.vendedor_id = vendedores.vendedor_id
        and {{ on_the_day('vendas.data_venda', 'vendedores') }}
left join {{ ref('dim_clientes') }} as clientes
    on vendas.cliente_id = clientes.cliente_id

{% if is_incremental() %}
    except

    -- An open row that is still the same is not written again.
    select
        venda_id,
        data_id,
        veiculo_id,
        veiculo_versao_id,
        concessionaria_id,
        vendedor_id,
        vendedor_versao_id,
        cliente_id,
        valor_venda,
        preco_tabela,
        desconto,
        desconto_percentual,
        quantidade,
        data_venda,
        data_inclusao,
        data_atualizacao,
        carregado_em
    from open_rows
{% endif %}
