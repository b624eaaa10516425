-- What the dashboard inside Snowflake needs besides, on the names of setup/1_names.sql: a schema to be
-- created in, a machine to run on, and a way to the package index. Snowflake keeps the network rule.
-- https://docs.snowflake.com/en/developer-guide/streamlit/app-development/runtime-environments
use database identifier($database_name);
grant usage, create streamlit, create stage on schema PAINEL to role identifier($reporter);
grant usage on compute pool SYSTEM_COMPUTE_POOL_CPU to role identifier($reporter);
create external access integration if not exists PYPI_ACCESS_INTEGRATION
    allowed_network_rules = (SNOWFLAKE.EXTERNAL_ACCESS.PYPI_RULE)
    enabled = true;
grant usage on integration PYPI_ACCESS_INTEGRATION to role identifier($reporter);
