"""An embedded PostgreSQL and a local Snowflake for the environment `local`."""
