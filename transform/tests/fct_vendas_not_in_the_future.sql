-- Brazil's clocks are behind UTC, so no sale is later than the moment of the run.
{{
    config(
        severity='warn',
        tags=['clock'],
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'Nenhuma venda é posterior à carga.',
        },
    )
}}

select
    venda_id,
    data_venda,
    data_inclusao
from {{ ref('fct_vendas') }}
where data_venda > {{ now() }} or data_inclusao > {{ now() }}
