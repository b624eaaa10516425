"""The tap on a real PostgreSQL, its rows loaded into the local Snowflake."""
