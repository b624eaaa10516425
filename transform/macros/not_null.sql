{# dbt's own keeps whole rows when failures are stored, customers' names among them. #}
{% macro default__test_not_null(model, column_name) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} is null

{% endmacro %}
