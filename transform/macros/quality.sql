{# Keeps the result of each data test in GOLD.QUALIDADE_DADOS, and says where to look.
   Args: results, what dbt gives to on-run-end. #}
{% macro record_quality(results) -%}
    {%- set tests = results | selectattr('node.resource_type', 'equalto', 'test') | list -%}
    {%- set table = adapter.get_relation(target.database, 'GOLD', 'QUALIDADE_DADOS') if tests -%}
    {%- if table -%}
        insert into {{ table }}
        values
        {%- for result in tests %}
            {{ quality_row(result) }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{% macro quality_row(result) -%}
    {%- set node = result.node -%}
    {%- set meta = {
        'unique': {'tipo': 'chave', 'descricao': 'Nenhum valor se repete.'},
        'not_null': {'tipo': 'chave', 'descricao': 'Nenhum valor falta.'},
        'relationships': {
            'tipo': 'relacionamento', 'descricao': 'Todo valor existe na tabela a que se refere.',
        },
        'accepted_values': {'tipo': 'valores aceitos', 'descricao': 'Só há valores previstos.'},
    }.get(node.test_metadata.name if node.test_metadata else none, node.config.meta) -%}
    {%- set situation = {
        'pass': 'ok', 'warn': 'aviso', 'fail': 'falha', 'error': 'erro', 'skipped': 'não executada',
    }[result.status | string] -%}
    {%- set message = result.message -%}
    {%- if situation in ('aviso', 'falha') and node.relation_name -%}
        {%- set message = first_rows(node.relation_name) -%}
        {%- do log(
            situation | upper ~ ' ' ~ node.name ~ ': ' ~ message ~ '\n    select * from '
            ~ node.relation_name, info=true
        ) -%}
    {%- endif -%}
    (
        {{ quoted(invocation_id) }},
        {{ now() }},
        {{ quoted(node.name) }},
        {{ quoted(node.description or meta.descricao) }},
        {{ quoted(meta.tipo) }},
        {{ quoted(tested_table(node)) }},
        {{ quoted(node.column_name) }},
        {{ quoted('aviso' if node.config.severity | lower == 'warn' else 'erro') }},
        {{ quoted(situation) }},
        {{ result.failures if result.failures is not none else 'null' }},
        {{ quoted(message) }},
        {{ quoted('select * from ' ~ node.relation_name if node.relation_name else none) }}
    )
{%- endmacro %}

{# The table that a test is about: the one that it is written below in YAML, or the first it reads. #}
{% macro tested_table(node) -%}
    {%- set sources = node.depends_on.nodes | select('in', graph.sources) | list -%}
    {%- set key = node.attached_node or (sources + node.depends_on.nodes) | first -%}
    {%- set table = graph.sources[key] if key in graph.sources else graph.nodes[key] -%}
    {{- table.schema ~ '.' ~ (table.identifier or table.alias) | upper -}}
{%- endmacro %}

{% macro first_rows(relation) -%}
    {%- set rows = run_query('select * from ' ~ relation ~ ' limit 3') -%}
    {%- set texts = [] -%}
    {%- for row in rows -%}
        {%- set cells = [] -%}
        {%- for name, value in row.dict().items() -%}
            {%- do cells.append(name | lower ~ ' = ' ~ value) -%}
        {%- endfor -%}
        {%- do texts.append(cells | join(', ')) -%}
    {%- endfor -%}
    {{- texts | join('; ') -}}
{%- endmacro %}

{% macro quoted(text) -%}
    {%- if text is none or text is undefined -%} null
    {%- else -%} '{{ text | string | replace("\\", "\\\\") | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}
