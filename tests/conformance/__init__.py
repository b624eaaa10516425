"""What the local Snowflake answers, beside Snowflake's documentation."""
