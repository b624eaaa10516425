"""MeltanoLabs' target-snowflake with host, port and protocol."""
