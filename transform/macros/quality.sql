{# Keeps the result of each data test in GOLD.QUALIDADE_DADOS, and says where to look. A warning
   becomes an alert above a share of the table's rows, `alert_percent` or the test's own
   `limite_percentual`, or from the test's `nivel_de_alerta` on. Airflow reads the log's ALERTA.
   A test that counts less than nothing had nothing to compare with.
   Args: results, what dbt gives to on-run-end. #}
{% macro record_quality(results) -%}
    {%- set tests = results | selectattr('node.resource_type', 'equalto', 'test') | list -%}
    {%- set table = adapter.get_relation(target.database, 'GOLD', 'QUALIDADE_DADOS') if tests -%}
    {%- if table -%}
        insert into {{ table }}
        values
        {%- set rows_of = {} -%}
        {%- for result in tests %}
            {{ quality_row(result, rows_of) }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{# Args: result, a test's; rows_of, the number of rows by table, as far as they were counted. #}
{% macro quality_row(result, rows_of) -%}
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
    {%- set limit = meta.get('limite_percentual', var('alert_percent')) -%}
    {%- set by_level = 'nivel_de_alerta' in meta -%}
    {%- set row = namespace(situation=situation, percent=none, message=result.message, query=none) -%}
    {%- if result.failures is not none and result.failures < 0 -%}
        {%- set row.situation = 'não executada' -%}
        {%- set row.message = 'Não há com que comparar.' -%}
    {%- elif situation in ('aviso', 'falha') and node.relation_name -%}
        {%- set row.query = 'select * from ' ~ node.relation_name -%}
        {%- set row.message = first_rows(node.relation_name) -%}
        {%- if not by_level -%}
            {%- set row.percent = percent_of_table(result.failures, tested_table(node), rows_of) -%}
        {%- endif -%}
        {%- if situation == 'aviso' and (
            result.failures >= meta.nivel_de_alerta if by_level else row.percent > limit
        ) -%}
            {%- set row.situation = 'alerta' -%}
        {%- endif -%}
        {%- do log(
            row.situation | upper ~ ' ' ~ node.name ~ ': ' ~ row.message ~ '\n    '
            ~ ('' if by_level else row.percent ~ ' % of ' ~ tested_table(node) ~ ': ')
            ~ row.query, info=true
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
        {{ quoted(row.situation) }},
        {{ result.failures if result.failures is not none and result.failures >= 0 else 'null' }},
        {{ quoted(row.message) }},
        {{ quoted(row.query) }},
        {{ row.percent if row.percent is not none else 'null' }},
        {{ 'null' if by_level else limit }}
    )
{%- endmacro %}

{# What share of a table's rows a number is, in percent, to four decimals. #}
{% macro percent_of_table(count, table, rows_of) -%}
    {%- if table not in rows_of -%}
        {%- set counted = run_query('select count(*) from ' ~ target.database ~ '.' ~ table) -%}
        {%- do rows_of.update({table: counted.columns[0][0] | int}) -%}
    {%- endif -%}
    {{- return((100 * count / ([rows_of[table], 1] | max)) | round(4)) -}}
{%- endmacro %}

{# The table that a test is about, as its name with its schema. #}
{% macro tested_table(node) -%}
    {%- set table = tested_node(node) -%}
    {{- table.schema ~ '.' ~ (table.identifier or table.alias) | upper -}}
{%- endmacro %}

{# The model or source that a test is about: the one that it is written below in YAML, or the first
   that it reads. #}
{% macro tested_node(node) -%}
    {%- set sources = node.depends_on.nodes | select('in', graph.sources) | list -%}
    {%- set key = node.attached_node or (sources + node.depends_on.nodes) | first -%}
    {%- do return(graph.sources[key] if key in graph.sources else graph.nodes[key]) -%}
{%- endmacro %}

{# The first rows of a test, or what they say in a column `frase`. #}
{% macro first_rows(relation) -%}
    {%- set rows = run_query('select * from ' ~ relation ~ ' limit 3') -%}
    {%- set texts = [] -%}
    {%- for row in rows -%}
        {%- set cells = [] -%}
        {%- set values = row.dict() -%}
        {%- for name, value in values.items() if name | lower == 'frase' or 'FRASE' not in values -%}
            {%- do cells.append(value if 'FRASE' in values else name | lower ~ ' = ' ~ value) -%}
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
