{# A slowly changing dimension of type 2: a snapshot's versions with valido_de and valido_ate. A version begins when the source says that
   it changed the row, or else when the change was loaded, and never before the one that it follows.
   The first one begins when the source has last changed the row, or else made it. Of the time
   before it nothing is known but that the row was there: a version that is not `conhecida`. #}
{% macro versions(snapshot, key) -%}
    with

    changes as (
        select
            *,
            row_number() over (partition by {{ key }} order by dbt_valid_from) as position,
            lag(data_atualizacao) over (
                partition by {{ key }} order by dbt_valid_from
            ) as updated_before
        from {{ snapshot }}
        where {{ key }} != -1  -- the unknown member's
    ),

    -- What is loaded is known, even if the source's clock says that it is still to come.
    begun as (
        select
            *,
            max(
                least(
                    carregado_em,
                    case
                        when position = 1
                            then coalesce(data_atualizacao, data_inclusao, carregado_em)
                        when data_atualizacao is distinct from updated_before
                            then coalesce(data_atualizacao, carregado_em)
                        else carregado_em
                    end
                )
            ) over (
                partition by {{ key }} order by position
                rows between unbounded preceding and current row
            ) as begins
        from changes
    ),

    ended as (
        select
            *,
            lead(begins) over (partition by {{ key }} order by position) as ends
        from begun
    ),

    eras as (
        select
            *,
            begins as valido_de,
            ends as valido_ate,
            true as conhecida
        from ended

        union all

        select
            *,
            {{ beginning_of_time() }} as valido_de,
            begins as valido_ate,
            false as conhecida
        from ended
        where position = 1
    )

    select * from eras
    where valido_ate is null or valido_de < valido_ate
{%- endmacro %}

{# The key of a version, which the time before the first one does not share. #}
{% macro version_id() -%}
    cast(dbt_scd_id || case when conhecida then '' else '-antes' end as varchar)
{%- endmacro %}

{# Where a history begins: before any date that the tap lets pass. #}
{% macro beginning_of_time() -%} cast('0001-01-01' as timestamp_ntz) {%- endmacro %}

{# The version of a history that held at a moment; the current one where the moment is unknown. #}
{% macro on_the_day(moment, history) -%}
    coalesce({{ moment }}, cast('9999-12-31' as timestamp_ntz)) >= {{ history }}.valido_de
    and (
        {{ history }}.valido_ate is null
        or coalesce({{ moment }}, cast('9999-12-31' as timestamp_ntz)) < {{ history }}.valido_ate
    )
{%- endmacro %}

{# When the versions of a history that were loaded since the cutoff began; not the time before, nor
   those of which the fact has a sale, as it was built with them. #}
{% macro new_versions(history, key, version) -%}
    select
        {{ key }},
        min(valido_de) as valido_de
    from {{ history }}
    where
        carregado_em >= (select cutoff.loaded_since from cutoff)
        and valido_de > {{ beginning_of_time() }}
        and {{ version }} not in (select fact.{{ version }} from {{ this }} as fact)
    group by {{ key }}
{%- endmacro %}
