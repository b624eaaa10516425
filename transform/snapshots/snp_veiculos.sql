{% snapshot snp_veiculos %}
    select
        veiculo_id,
        nome_veiculo,
        tipo,
        valor_sugerido,
        data_inclusao,
        data_atualizacao,
        carregado_em
    from {{ ref('stg_driva__veiculos') }}
{% endsnapshot %}
