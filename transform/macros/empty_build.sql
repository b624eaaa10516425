{# An empty build replaces tables by empty ones, so it goes to EMPTY_BUILD, and nothing else does. #}
{% macro keep_empty_builds_apart() -%}
    {%- if execute and (target.name == 'empty') == (not flags.EMPTY) -%}
        {%- do exceptions.raise_compiler_error(
            '--empty and --target empty go together: `meltano invoke dbt-snowflake:build-empty`'
        ) -%}
    {%- endif -%}
{%- endmacro %}
