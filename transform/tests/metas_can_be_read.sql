-- A target that cannot be read, or is nobody's, is said with its row; the table of targets waits.
{{
    config(
        meta={
            'tipo': 'valores aceitos',
            'descricao': 'Cada meta é de um mês e de uma concessionária que existe, e maior que zero.',
        },
    )
}}

with

metas as (
    select
        *,
        count(*) over (partition by mes, concessionaria_id) as repeticoes
    from {{ ref('metas') }}
),

judged as (
    select
        metas.mes,
        metas.concessionaria_id,
        metas.meta_faturamento,
        metas.meta_quantidade,
        case
            when coalesce(day(try_to_date(metas.mes, 'YYYY-MM-DD')), 0) != 1
                then 'mes deve ser o primeiro dia do mês, como 2025-12-01'
            when concessionarias.concessionaria_id is null
                then 'não há concessionária com este concessionaria_id'
            when metas.repeticoes > 1
                then 'há mais de uma meta desta concessionária neste mês'
            when coalesce(metas.meta_faturamento, metas.meta_quantidade) is null
                then 'falta meta_faturamento ou meta_quantidade'
            when
                metas.meta_faturamento is not null
                -- 1.250 is a thousand and a quarter of it to whoever writes a point there.
                and (
                    coalesce(try_to_decimal(metas.meta_faturamento, 38, 2), 0) <= 0
                    or not regexp_like(metas.meta_faturamento, '[0-9]+([.][0-9]{1,2})?')
                )
                then 'meta_faturamento deve ser um número maior que zero, como 1250000.50'
            when
                metas.meta_quantidade is not null
                and (
                    coalesce(try_to_decimal(metas.meta_quantidade, 38, 0), 0) <= 0
                    or not regexp_like(metas.meta_quantidade, '[0-9]+([.]0+)?')
                )
                then 'meta_quantidade deve ser um número inteiro maior que zero, como 12'
        end as problema
    from metas
    left join {{ ref('dim_concessionarias') }} as concessionarias
        on
            try_to_decimal(metas.concessionaria_id, 38, 0) = concessionarias.concessionaria_id
            and concessionarias.concessionaria_id != -1
)

select
    'metas.csv, linha ' || coalesce(mes, '') || '; ' || coalesce(concessionaria_id, '') || '; '
    || coalesce(meta_faturamento, '') || '; ' || coalesce(meta_quantidade, '')
    || ': ' || problema as frase
from judged
where problema is not null
