-- Each row of SEGURANCA.ACESSOS lets somebody see something. Whose it is, is not said here.
{{
    config(
        severity='warn',
        meta={
            'tipo': 'regra de negócio',
            'descricao': 'Cada acesso é de alguém, e a uma concessionária que existe.',
            'limite_percentual': 0,
        },
    )
}}

{#- Of an account that setup has not reached yet, none. -#}
{%- set none_yet = "(select '' as usuario, -1 as concessionaria_id, false as rede where false)" %}
{%- set table = adapter.get_relation(target.database, 'SEGURANCA', 'ACESSOS') if execute %}

select
    acessos.concessionaria_id,
    case
        when trim(acessos.usuario) = '' then 'sem usuário'
        when acessos.concessionaria_id is null then 'nem concessionária nem rede'
        when concessionarias.concessionaria_id is null then 'a concessionária não existe'
        else 'a concessionária foi excluída'
    end as motivo,
    count(*) as acessos
from {{ table or none_yet }} as acessos
left join {{ ref('dim_concessionarias') }} as concessionarias
    on acessos.concessionaria_id = concessionarias.concessionaria_id
where
    trim(acessos.usuario) = ''
    or (
        not coalesce(acessos.rede, false)
        and (concessionarias.concessionaria_id is null or concessionarias.excluido_em is not null)
    )
group by acessos.concessionaria_id, motivo
