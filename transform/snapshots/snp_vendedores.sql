{% snapshot snp_vendedores %}
    select
        vendedor_id,
        nome_vendedor,
        concessionaria_id,
        data_inclusao,
        data_atualizacao,
        carregado_em
    from {{ ref('stg_driva__vendedores') }}
{% endsnapshot %}
