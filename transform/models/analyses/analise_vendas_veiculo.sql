with

vendas as (
    select
        veiculo_id,
        count(*) as quantidade,
        cast(sum(valor_venda) as number(38, 2)) as total,
        cast(avg(valor_venda) as number(18, 2)) as valor_medio
    from {{ ref('fct_vendas') }}
    group by veiculo_id
)

select
    vendas.veiculo_id as id,
    veiculos.nome_veiculo as veiculo,
    veiculos.tipo,
    veiculos.valor_sugerido,
    vendas.quantidade,
    vendas.total,
    vendas.valor_medio
from vendas
left join {{ ref('dim_veiculos') }} as veiculos
    on vendas.veiculo_id = veiculos.veiculo_id
