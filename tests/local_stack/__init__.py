"""The laptop's PostgreSQL and Snowflake."""
