{# A data test is one statement, which counts; only what has failed is kept, in a table. dbt's own
   makes, counts and drops a table for each test, of which nearly all are empty.
   https://github.com/dbt-labs/dbt-adapters: dbt/include/global_project/macros/materializations/tests #}
{%- materialization test, adapter='snowflake' -%}
    {%- set kept = api.Relation.create(database, schema, model['alias'], type='table') -%}
    {%- set before = adapter.get_relation(database, schema, model['alias']) -%}
    {%- set failing = get_limit_subquery_sql(sql, config.get('limit')) -%}
    {%- call statement('main', fetch_result=True) -%}
        {{ get_test_sql(
            failing, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none
        ) }}
    {%- endcall -%}
    {%- if should_store_failures() and load_result('main').table.columns[0][0] | int > 0 -%}
        {%- call statement('kept') -%} {{ get_create_sql(kept, failing) }} {%- endcall -%}
        {{ return({'relations': [kept]}) }}
    {%- elif before -%}
        {%- do adapter.drop_relation(before) -%}
    {%- endif -%}
    {{ return({'relations': []}) }}
{%- endmaterialization -%}
