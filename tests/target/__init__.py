"""The target on the local Snowflake."""
