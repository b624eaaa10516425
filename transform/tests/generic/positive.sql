{% test positive(model, column_name) %}

{{ config(meta={'tipo': 'regra de negócio', 'descricao': 'Todo valor é maior que zero.'}) }}

select {{ column_name }}
from {{ model }}
where {{ column_name }} <= 0

{% endtest %}
