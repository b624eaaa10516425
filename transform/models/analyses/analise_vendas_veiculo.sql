with

vendas as (
    select
        veiculo_id,
        {{ measure('quantidade') }} as quantidade,
        {{ measure('total') }} as total,
        {{ measure('valor_medio') }} as valor_medio,
        {{ measure('preco_tabela_medio') }} as preco_tabela_medio,
        {{ measure('desconto_percentual') }} as desconto_percentual,
        {{ measure('quantidade') }} - {{ measure('com_preco_tabela') }} as vendas_sem_preco_tabela
    from {{ ref('fct_vendas_mensais') }}
    group by veiculo_id
)

select
    vendas.veiculo_id as id,
    veiculos.nome_veiculo as veiculo,
    veiculos.tipo,
    veiculos.valor_sugerido,
    vendas.quantidade,
    vendas.total,
    vendas.valor_medio,
    vendas.preco_tabela_medio,
    vendas.desconto_percentual,
    vendas.vendas_sem_preco_tabela,
    {{ percent_of('vendas.total', 'sum(vendas.total) over ()') }} as participacao_rede,
    rank() over (order by vendas.total desc nulls last) as posicao
from vendas
left join {{ ref('dim_veiculos') }} as veiculos
    on vendas.veiculo_id = veiculos.veiculo_id
