{% test unique_together(model, columns) %}

{{ config(meta={'tipo': 'chave', 'descricao': 'Nenhuma combinação se repete.'}) }}

select
    {{ columns | join(',\n    ') }},
    count(*) as n_records
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
