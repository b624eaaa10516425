-- What the analyses sum: sales are read once for all of them.
{{ config(materialized='table') }}

select
    cast(date_trunc('month', data_venda) as date) as mes_venda,
    {% for name, summed in fromjson(sums()).items() %}
        {{ summed }} as {{ name }},
    {% endfor %}
    concessionaria_id,
    vendedor_id,
    veiculo_id
from {{ ref('fct_vendas') }}
group by mes_venda, concessionaria_id, vendedor_id, veiculo_id
