{% test one_version_at_a_time(model, key) %}

{{ config(meta={'tipo': 'chave', 'descricao': 'As versões se sucedem sem lacuna, e uma é a atual.'}) }}

-- Versions of a key follow each other without a gap, and one of them is current.
select
    {{ key }},
    valido_de,
    valido_ate
from {{ model }}
qualify
    valido_ate is distinct from lead(valido_de) over (partition by {{ key }} order by valido_de)
    or sum(case when atual then 1 else 0 end) over (partition by {{ key }}) != 1

{% endtest %}
