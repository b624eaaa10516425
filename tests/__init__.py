"""Tests on the real parts: PostgreSQL, Meltano, the plugins, dbt and the local Snowflake."""
