with

meses as (
    select
        mes_venda,
        {{ measure('quantidade') }} as numero_vendas,
        {{ measure('total') }} as total_vendas,
        {{ measure('valor_medio') }} as valor_medio_venda,
        {{ measure('desconto') }} as desconto_total,
        {{ measure('desconto_percentual') }} as desconto_percentual,
        {{ measure('quantidade') }} - {{ measure('com_preco_tabela') }} as vendas_sem_preco_tabela
    from {{ ref('fct_vendas_mensais') }}
    group by mes_venda
)

select
    meses.mes_venda,
    meses.numero_vendas,
    meses.total_vendas,
    meses.valor_medio_venda,
    meses.desconto_total,
    meses.desconto_percentual,
    meses.vendas_sem_preco_tabela,
    mes_anterior.total_vendas as total_mes_anterior,
    {{ change_in_percent('meses.total_vendas', 'mes_anterior.total_vendas') }} as variacao_mensal,
    ano_anterior.total_vendas as total_mesmo_mes_ano_anterior,
    {{ change_in_percent('meses.total_vendas', 'ano_anterior.total_vendas') }} as variacao_anual,
    case
        when
            meses.mes_venda >= dateadd(month, 2, min(meses.mes_venda) over ())
            and coalesce(
                meses.total_vendas, mes_anterior.total_vendas, dois_meses_antes.total_vendas
            ) is not null
            then cast(
                (
                    coalesce(meses.total_vendas, 0)
                    + coalesce(mes_anterior.total_vendas, 0)
                    + coalesce(dois_meses_antes.total_vendas, 0)
                ) / 3 as number(38, 2)
            )
    end as media_movel
from meses
left join meses as mes_anterior
    on mes_anterior.mes_venda = dateadd(month, -1, meses.mes_venda)
left join meses as dois_meses_antes
    on dois_meses_antes.mes_venda = dateadd(month, -2, meses.mes_venda)
left join meses as ano_anterior
    on ano_anterior.mes_venda = dateadd(year, -1, meses.mes_venda)
