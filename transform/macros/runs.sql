{# GOLD.EXECUCOES, by which transform/plan.py decides what to build, and what it has decided. #}

{# What is decided, as DBT_BUILD_PLAN has it; empty in a run that somebody has started by hand.
   - refill: the code is the one that the tables were made of, so they need not be made anew.
   - loaded: the newest load that the fact had then; tests of columns look at what came since. #}
{% macro build_plan() -%}
    {{- return(fromjson(env_var('DBT_BUILD_PLAN', '{}')) if execute else {}) -}}
{%- endmacro %}

{# Tell what the warehouse knows, as JSON in the log: see `Warehouse` in transform/plan.py. #}
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
    {%- set builds = kinds | reject('in', ['test.', 'unit_']) | list != [] -%}
    {{- return(
        execute and builds and flags.WHICH in ['build', 'run', 'seed', 'snapshot', 'retry']
        and not flags.EMPTY
    ) -}}
{%- endmacro %}

{# The row of a run that has ended; transform/build.py gives it what dbt does not know. Says what was
   loaded since the build before, as JSON in the log. #}
{% macro record_run(
    run, scope, ended_well, steps, statements=none, seconds=none, state=none, has_loads=false
) -%}
    {%- set table = adapter.get_relation(target.database, 'GOLD', 'EXECUCOES') -%}
    {%- set fact = adapter.get_relation(target.database, 'GOLD', 'FCT_VENDAS') -%}
    {%- set nothing = 'null' if statements is none else 0 -%}
    {%- set load = {} -%}
    {%- for what in ['new', 'reread', 'deleted', 'statements', 'seconds'] -%}
        {%- do load.update({what: nothing}) -%}
    {%- endfor -%}
    {%- if table and has_loads -%}
        {%- do load.update(loads_before(run, table)) -%}
    {%- endif -%}
    {%- do log(tojson(load)) -%}
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
                    {{ load.new }} as linhas_novas,
                    {{ load.reread }} as linhas_relidas,
                    {{ load.deleted }} as linhas_excluidas,
                    {{ load.statements }} as instrucoes_carga,
                    {{ load.seconds }} as segundos_carga,
                    {% if fact -%} (select max(carregado_em) from {{ fact }})
                    {%- else -%} null
                    {%- endif %} as carregado_ate,
                    {{ quoted(state) }} as estado
            ) as ended
            on kept.execucao_id = ended.execucao_id
            {%- set told = [
                'fim', 'situacao', 'passos', 'instrucoes', 'segundos', 'linhas_novas',
                'linhas_relidas', 'linhas_excluidas', 'instrucoes_carga', 'segundos_carga',
                'carregado_ate', 'estado',
            ] %}
            when matched then update set
                {% for name in told -%}
                    {{ name }} = ended.{{ name }} {{- ',' if not loop.last }}
                {% endfor %}
            when not matched then insert (execucao_id, inicio, escopo, {{ told | join(', ') }})
            values (
                ended.execucao_id,
                dateadd(millisecond, -1000 * coalesce(ended.segundos, 0), ended.fim),
                ended.escopo,
                ended.{{ told | join(', ended.') }}
            )
        {%- endset -%}
        {%- do run_query(record) -%}
        {%- if scope == 'tudo' -%}
            {%- do forget_old_runs(table) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# What the loader has loaded since the build before a run began. #}
{% macro loads_before(run, table) -%}
    {%- set loaded -%}
        select
            sum(new_rows) as new,
            sum(reread_rows) as reread,
            sum(deleted_rows) as deleted,
            sum(statements) as statements,
            sum(seconds) as seconds
        from (
            select
                max(statements) as statements,
                max(seconds) as seconds,
                sum(case when is_data then new_rows else 0 end) as new_rows,
                sum(case when is_data then reread_rows else 0 end) as reread_rows,
                sum(case when is_data then deleted_rows else 0 end) as deleted_rows
            from (
                select *, table_name not in ('COLUNAS', 'RECONCILIACAO') as is_data
                from {{ target.database }}.RAW._SDC_LOADS
            ) as loads
            where ended_at > (
                select coalesce(max(inicio), '1970-01-01') from {{ table }}
                where execucao_id != {{ quoted(run) }}
            )
            group by run_id
        ) as runs
        having count(*) > 0
    {%- endset -%}
    {%- set load = {} -%}
    {%- for row in run_query(loaded).rows -%}
        {%- for name, value in row.dict().items() -%}
            {%- do load.update({name | lower: value | float}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do return(load) -%}
{%- endmacro %}

{# Runs, and what they have checked, are kept for some time. #}
{% macro forget_old_runs(table) -%}
    {%- set since -%}
        dateadd(day, -{{ var('days_of_runs_kept') }}, {{ now() }})
    {%- endset -%}
    {%- set quality = adapter.get_relation(target.database, 'GOLD', 'QUALIDADE_DADOS') -%}
    {%- do run_query('delete from ' ~ table ~ ' where inicio < ' ~ since) -%}
    {%- if quality -%}
        {%- do run_query('delete from ' ~ quality ~ ' where executado_em < ' ~ since) -%}
    {%- endif -%}
{%- endmacro %}
