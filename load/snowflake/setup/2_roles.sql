-- Who does what: the loader fills RAW, the transformer builds the layers from it, the reporter reads
-- the result, but for customers' names and addresses, which take one role more. What the forecaster makes
-- of what a reporter reads goes into two tables of GOLD, of which dbt lets it change the rows.
create role if not exists identifier($loader) comment = 'target-snowflake: writes RAW';
create role if not exists identifier($transformer) comment = 'dbt: reads RAW, writes the layers';
create role if not exists identifier($reporter) comment = 'dashboards: reads SILVER and GOLD';
create role if not exists identifier($forecaster) comment = 'forecast: reads as a reporter, writes PREVISAO_…';
create role if not exists identifier($pii_reader) comment = 'reads names and addresses of customers';

grant role identifier($loader) to role SYSADMIN;
grant role identifier($transformer) to role SYSADMIN;
grant role identifier($reporter) to role SYSADMIN;
grant role identifier($forecaster) to role SYSADMIN;
grant role identifier($reporter) to role identifier($forecaster);
-- dbt copies names from RAW into DIM_CLIENTES.
grant role identifier($pii_reader) to role identifier($transformer);
