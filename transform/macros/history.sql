{# A snapshot's versions with valido_de and valido_ate. A version begins when the source says that
   it changed the row, or else when the change was loaded, and never before the one that it follows.
   The first one holds for all the time before it too; the current one has no end. #}
{% macro versions(snapshot, key) -%}
    with

    changes as (
        select
            *,
            row_number() over (partition by {{ key }} order by dbt_valid_from) as position,
            case
                when
                    data_atualizacao is distinct from lag(data_atualizacao) over (
                        partition by {{ key }} order by dbt_valid_from
                    )
                    then coalesce(data_atualizacao, carregado_em)
                else carregado_em
            end as changed_at
        from {{ snapshot }}
    ),

    begun as (
        select
            *,
            max(
                case
                    when position = 1 then cast('1900-01-01' as timestamp_ntz)
                    else changed_at
                end
            ) over (
                partition by {{ key }} order by position
                rows between unbounded preceding and current row
            ) as valido_de
        from changes
    ),

    ended as (
        select
            *,
            lead(valido_de) over (partition by {{ key }} order by position) as valido_ate
        from begun
    )

    select * from ended
    where valido_ate is null or valido_de < valido_ate
{%- endmacro %}

{# The version of a history that held at a moment; the current one where the moment is unknown. #}
{% macro on_the_day(moment, history) -%}
    coalesce({{ moment }}, cast('9999-12-31' as timestamp_ntz)) >= {{ history }}.valido_de
    and coalesce({{ moment }}, cast('9999-12-31' as timestamp_ntz))
    < coalesce({{ history }}.valido_ate, cast('9999-12-31 23:59:59' as timestamp_ntz))
{%- endmacro %}

{# When the versions of a history that were loaded since the cutoff began; not a key's first. #}
{% macro new_versions(history, key) -%}
    select
        {{ key }},
        min(valido_de) as valido_de
    from {{ history }}
    where
        carregado_em >= (select cutoff.loaded_since from cutoff)
        and valido_de > cast('1900-01-01' as timestamp_ntz)
    group by {{ key }}
{%- endmacro %}
