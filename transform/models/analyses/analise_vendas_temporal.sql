select
    cast(date_trunc('month', data_venda) as date) as mes_venda,
    count(*) as numero_vendas,
    cast(sum(valor_venda) as number(38, 2)) as total_vendas,
    cast(avg(valor_venda) as number(18, 2)) as valor_medio_venda
from {{ ref('fct_vendas') }}
group by mes_venda
