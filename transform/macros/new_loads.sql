{# The loads of which an incremental model lacks a row, or has one that was loaded or deleted again
   since: by their number of rows, and the sum of their keys. To compare row by row would be as much
   as to build it anew after a first load.
   Args: staging, the relation; key; deleted, a column that a deletion sets; since, a subquery. #}
{% macro new_loads(staging, key, deleted=none, since=none) -%}
    select loads.*
    from (
        {{ loads(staging, key, deleted, since) }}
    ) as loads
    left join (
        {{ loads(this, key, deleted, since) }}
    ) as known
        on loads.carregado_em is not distinct from known.carregado_em
    where
        loads.quantidade is distinct from known.quantidade
        or loads.soma is distinct from known.soma
        or loads.excluidas is distinct from known.excluidas
{%- endmacro %}

{% macro loads(relation, key, deleted, since) -%}
    select
        carregado_em,
        count(*) as quantidade,
        sum({{ key }}) as soma,
        count({{ deleted or 'null' }}) as excluidas
    from {{ relation }}
    {% if since %} where carregado_em >= ({{ since }}) {% endif %}
    group by carregado_em
{%- endmacro %}
