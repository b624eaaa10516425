{# An empty build replaces tables by empty ones, so it goes to ENSAIO, and nothing else does. #}
{% macro keep_rehearsal_apart() -%}
    {%- if execute and (target.name == 'ensaio') == (not flags.EMPTY) -%}
        {%- do exceptions.raise_compiler_error(
            '--empty and --target ensaio go together: `meltano invoke dbt-snowflake:rehearse`'
        ) -%}
    {%- endif -%}
{%- endmacro %}
