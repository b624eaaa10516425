{# GOLD.EXECUCOES, by which transform/build.py decides what to build, and what it has decided. #}

{# What is decided, as DBT_BUILD_PLAN has it; empty in a run that somebody has started by hand.
   - refill: the code is the one that the tables were made of, so they need not be made anew.
   - loaded: what the fact had from loads until then is tested. #}
{% macro build_plan() -%}
    {{- return(fromjson(env_var('DBT_BUILD_PLAN', '{}')) if execute else {}) -}}
{%- endmacro %}

{# Tell what the warehouse knows, as JSON in the log: see `Warehouse` in transform/build.py. #}
{% macro last_build() -%}
    {%- set tables = run_query(
        "select table_schema, table_name, to_varchar(last_altered) from "
        ~ target.database ~ ".information_schema.tables "
        ~ "where table_schema in ('RAW', 'BRONZE', 'SILVER', 'GOLD')"
    ) -%}
    {%- set known = {'raw': {}, 'relations': []} -%}
    {%- set sources = graph.sources.values() | map(attribute='identifier') | map('upper') | list -%}
    {%- for schema, name, altered in tables.rows -%}
        {%- if schema == 'RAW' and name in sources -%}
            {%- do known.raw.update({name: altered | string}) -%}
        {%- else -%} {%- do known.relations.append(schema ~ '.' ~ name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'GOLD.EXECUCOES' in known.relations -%}
        {#- Another build that ended while this one ran may have been the last to write a table. -#}
        {%- set last = run_query(
            "select estado, to_varchar(carregado_ate), "
            ~ "inicio = max(inicio) over () and coalesce(max(fim) over ("
            ~ "order by inicio rows between unbounded preceding and 1 preceding) <= inicio, true) "
            ~ "from " ~ target.database ~ ".GOLD.EXECUCOES "
            ~ "qualify estado is not null "
            ~ "and row_number() over (partition by estado is null order by inicio desc) = 1"
        ).rows | first -%}
        {%- if last -%}
            {%- set state, loaded, is_last = last -%}
            {%- do known.update({'code': fromjson(state).code}) -%}
            {%- if is_last -%}
                {%- do known.update({'tables': fromjson(state).tables, 'loaded': loaded}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- do log(tojson(known)) -%}
{%- endmacro %}

{# Write down that a run has begun to build. #}
{% macro begin_run() -%}
    {%- if is_build() and adapter.get_relation(target.database, 'GOLD', 'EXECUCOES') -%}
        insert into {{ target.database }}.GOLD.EXECUCOES (execucao_id, inicio, escopo, situacao)
        values (
            {{ quoted(invocation_id) }}, sysdate(), {{ quoted(build_plan().scope or 'escolhido') }},
            'em andamento'
        )
    {%- endif -%}
{%- endmacro %}

{# Write down how a run has ended that somebody has started by hand.
   Args: results, what dbt gives to on-run-end. #}
{% macro end_run(results) -%}
    {%- if is_build() and not build_plan() -%}
        {%- set ended = results | map(attribute='status') | map('string') | list -%}
        {{ record_run(
            invocation_id, 'escolhido', 'error' not in ended and 'fail' not in ended, ended | length
        ) }}
    {%- endif -%}
{%- endmacro %}

{# Whether this run makes or fills tables that people read. #}
{% macro is_build() -%}
    {%- set kinds = selected_resources | map('truncate', 5, true, '', 0) | unique -%}
    {{- return(execute and not flags.EMPTY and kinds | reject('in', ['test.', 'unit_']) | list != []) -}}
{%- endmacro %}

{# The row of a run that has ended; transform/build.py gives it what dbt does not know. #}
{% macro record_run(run, scope, ended_well, steps, statements=none, seconds=none, state=none) -%}
    {%- set table = adapter.get_relation(target.database, 'GOLD', 'EXECUCOES') -%}
    {%- set fact = adapter.get_relation(target.database, 'GOLD', 'FCT_VENDAS') -%}
    {%- if table -%}
        {%- set record -%}
            merge into {{ table }} as kept
            using (
                select
                    {{ quoted(run) }} as execucao_id,
                    sysdate() as fim,
                    {{ quoted(scope) }} as escopo,
                    {{ "'ok'" if ended_well else "'falha'" }} as situacao,
                    {{ steps }} as passos,
                    {{ statements or 'null' }} as instrucoes,
                    {{ seconds or 'null' }} as segundos,
                    {% if fact -%} (select max(carregado_em) from {{ fact }})
                    {%- else -%} null
                    {%- endif %} as carregado_ate,
                    {{ quoted(state) }} as estado
            ) as ended
            on kept.execucao_id = ended.execucao_id
            when matched then update set
                fim = ended.fim,
                situacao = ended.situacao,
                passos = ended.passos,
                instrucoes = ended.instrucoes,
                segundos = ended.segundos,
                carregado_ate = ended.carregado_ate,
                estado = ended.estado
            when not matched then insert (
                execucao_id, inicio, fim, escopo, situacao, passos, instrucoes, segundos,
                carregado_ate, estado
            )
            values (
                ended.execucao_id,
                dateadd(millisecond, -1000 * coalesce(ended.segundos, 0), ended.fim),
                ended.fim, ended.escopo, ended.situacao, ended.passos, ended.instrucoes,
                ended.segundos, ended.carregado_ate, ended.estado
            )
        {%- endset -%}
        {%- do run_query(record) -%}
    {%- endif -%}
{%- endmacro %}
