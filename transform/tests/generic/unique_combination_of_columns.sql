{# As dbt_utils names it. #}
{% test unique_combination_of_columns(model, combination_of_columns) %}

{{ config(meta={'tipo': 'chave', 'descricao': 'Nenhuma combinação se repete.'}) }}

select
    {{ combination_of_columns | join(',\n    ') }},
    count(*) as n_records
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1

{% endtest %}
