"""A Snowflake on a laptop: fakesnow's server on DuckDB, with what it lacks for Singer and dbt."""
