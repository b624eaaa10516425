with

vendas as (
    select
        concessionaria_id,
        {{ measure('quantidade') }} as quantidade,
        {{ measure('total') }} as total,
        {{ measure('valor_medio') }} as valor_medio,
        {{ measure('desconto_percentual') }} as desconto_percentual,
        {{ measure('quantidade') }} - {{ measure('com_preco_tabela') }} as vendas_sem_preco_tabela
    from {{ ref('fct_vendas_mensais') }}
    group by concessionaria_id
)

select
    vendas.concessionaria_id as id,
    concessionarias.nome_concessionaria as concessionaria,
    cidades.nome_cidade as cidade,
    cidades.nome_estado as estado,
    cidades.sigla,
    cidades.regiao,
    vendas.quantidade,
    vendas.total,
    vendas.valor_medio,
    vendas.desconto_percentual,
    vendas.vendas_sem_preco_tabela,
    {{
        percent_of('vendas.total', 'sum(vendas.total) over (partition by cidades.estado_id)')
    }} as participacao_estado,
    {{ percent_of('vendas.total', 'sum(vendas.total) over ()') }} as participacao_rede,
    rank() over (
        partition by cidades.estado_id
        order by vendas.total desc nulls last
    ) as posicao_estado,
    rank() over (order by vendas.total desc nulls last) as posicao
from vendas
left join {{ ref('dim_concessionarias') }} as concessionarias
    on vendas.concessionaria_id = concessionarias.concessionaria_id
left join {{ ref('dim_cidades') }} as cidades
    on concessionarias.cidade_id = cidades.cidade_id
