"""dbt on the local Snowflake."""
