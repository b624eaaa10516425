{# A table or view whose code is as it was when it was made need not be made anew, with its comments,
   grants and constraints, of which each is a statement: a table is filled again, in one, and of a
   view nothing is to be done. See build_plan(). #}
{%- materialization table, adapter='snowflake' -%}
    {%- set before = load_cached_relation(this) -%}
    {%- if not (build_plan().refill and before and before.is_table) -%}
        {{ return(dbt.materialization_table_snowflake()) }}
    {%- endif -%}
    {%- set columns = model.columns.values() | map(attribute='name') | join(', ') -%}
    {%- call statement('main') -%}
        insert overwrite into {{ this }} ({{ columns }})
        select {{ columns }} from (
            {{ sql }}
        ) as rows_of_now
    {%- endcall -%}
    {{ return({'relations': [before]}) }}
{%- endmaterialization -%}

{%- materialization view, adapter='snowflake' -%}
    {%- set before = load_cached_relation(this) -%}
    {%- if not (build_plan().refill and before and before.is_view) -%}
        {{ return(dbt.materialization_view_snowflake()) }}
    {%- endif -%}
    {%- do store_raw_result('main', 'as it was', 'as it was', 0) -%}
    {{ return({'relations': [before]}) }}
{%- endmaterialization -%}

{# Of a model that macros fill there is nothing to build but the table, when it is new. #}
{%- materialization incremental, adapter='snowflake' -%}
    {%- set before = load_cached_relation(this) -%}
    {%- if not (build_plan().refill and before and config.get('meta', {}).filled_by) -%}
        {{ return(dbt.materialization_incremental_snowflake()) }}
    {%- endif -%}
    {%- do store_raw_result('main', 'as it was', 'as it was', 0) -%}
    {{ return({'relations': [before]}) }}
{%- endmaterialization -%}

{# A seed is code, too. #}
{%- materialization seed, adapter='snowflake' -%}
    {%- set before = load_cached_relation(this) -%}
    {%- if not (build_plan().refill and before and before.is_table) -%}
        {{ return(dbt.materialization_seed_snowflake()) }}
    {%- endif -%}
    {%- do store_raw_result('agate_table', agate_table=load_agate_table()) -%}
    {%- do store_raw_result('main', 'as it was', 'as it was', 0) -%}
    {{ return({'relations': [before]}) }}
{%- endmaterialization -%}

{% macro snowflake__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if not build_plan().refill -%}
        {%- do dbt.snowflake__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- endif -%}
{%- endmacro %}

{% macro snowflake__apply_grants(relation, grant_config, should_revoke) -%}
    {%- if not build_plan().refill -%}
        {%- do default__apply_grants(relation, grant_config, should_revoke) -%}
    {%- endif -%}
{%- endmacro %}

{# A contract is a matter of the code, which was built empty before, and its contracts checked. #}
{% macro snowflake__get_assert_columns_equivalent(sql) -%}
    {%- if not build_plan() -%} {{ return(assert_columns_equivalent(sql)) }} {%- endif -%}
{%- endmacro %}

{# Of unchanged code, and when only some tables were altered, dbt's own tests of columns look at the
   rows that were loaded since the last build; whether a key of theirs is unique, at all with it. #}
{% macro snowflake__get_where_subquery(relation) -%}
    {%- set test = model.test_metadata.name if model.test_metadata else none -%}
    {%- set loaded = build_plan().loaded -%}
    {%- set tests = ['unique', 'not_null', 'accepted_values', 'relationships'] -%}
    {%- if not loaded or test not in tests or model.config.where -%}
        {%- do return(default__get_where_subquery(relation)) -%}
    {%- endif -%}
    {%- set load_times = ['carregado_em', '_sdc_batched_at'] -%}
    {%- set load_time = tested_node(model).columns | select('in', load_times) | first -%}
    {%- if not load_time -%}
        {%- do return(relation) -%}
    {%- endif -%}
    {%- set is_new = load_time ~ " > '" ~ loaded ~ "'" -%}
    {%- if test == 'unique' -%}
        {%- set key = model.column_name -%}
        {%- set is_new -%}
            {{ key }} in (select {{ key }} from {{ relation }} where {{ is_new }})
        {%- endset -%}
    {%- endif -%}
    {%- do return('(select * from ' ~ relation ~ ' where ' ~ is_new ~ ') as new_rows') -%}
{%- endmacro %}
