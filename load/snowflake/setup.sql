-- Database, schemas, roles, warehouses and grants. Idempotent: run it again after any change.
--
-- On an account, as ACCOUNTADMIN, with any client that runs a file (for DRIVAMOTORS_DEV change the
-- first statement). The local stack runs this very file at every start; it has one user who may do
-- everything, so roles, warehouses and grants are accepted there and restrict nothing.
set database_name = 'DRIVAMOTORS';

-- Who does what: the loader fills RAW, the transformer builds the layers from it, the reporter
-- reads the result, but for customers' names and addresses, which take one role more.
create role if not exists DRIVA_LOADER comment = 'target-snowflake: writes RAW';
create role if not exists DRIVA_TRANSFORMER comment = 'dbt: reads RAW, writes the layers';
create role if not exists DRIVA_REPORTER comment = 'dashboards: reads SILVER and GOLD';
create role if not exists DRIVA_PII_READER comment = 'reads names and addresses of customers';
grant role DRIVA_LOADER to role SYSADMIN;
grant role DRIVA_TRANSFORMER to role SYSADMIN;
grant role DRIVA_REPORTER to role SYSADMIN;
-- dbt copies names from RAW into DIM_CLIENTES.
grant role DRIVA_PII_READER to role DRIVA_TRANSFORMER;

-- A warehouse bills a minute at each resume, so it sleeps after a minute.
create warehouse if not exists DRIVA_LOADING
    warehouse_size = xsmall auto_suspend = 60 auto_resume = true initially_suspended = true
    comment = 'target-snowflake';
create warehouse if not exists DRIVA_TRANSFORMING
    warehouse_size = xsmall auto_suspend = 60 auto_resume = true initially_suspended = true
    comment = 'dbt and dashboards';
create resource monitor if not exists DRIVA_MONTHLY
    with credit_quota = 20 frequency = monthly start_timestamp = immediately
    triggers on 80 percent do notify on 100 percent do suspend;
alter warehouse DRIVA_LOADING set resource_monitor = DRIVA_MONTHLY;
alter warehouse DRIVA_TRANSFORMING set resource_monitor = DRIVA_MONTHLY;
grant usage on warehouse DRIVA_LOADING to role DRIVA_LOADER;
grant usage on warehouse DRIVA_TRANSFORMING to role DRIVA_TRANSFORMER;
grant usage on warehouse DRIVA_TRANSFORMING to role DRIVA_REPORTER;

create database if not exists identifier($database_name);
use database identifier($database_name);
create schema if not exists RAW;
create schema if not exists BRONZE;
create schema if not exists SILVER;
create schema if not exists GOLD;
create schema if not exists QUALIDADE;
create schema if not exists EMPTY_BUILD;
create schema if not exists PAINEL;

grant usage on database identifier($database_name) to role DRIVA_LOADER;
grant usage on database identifier($database_name) to role DRIVA_TRANSFORMER;
grant usage on database identifier($database_name) to role DRIVA_REPORTER;
grant usage on database identifier($database_name) to role DRIVA_PII_READER;

grant usage, create table, create file format on schema RAW to role DRIVA_LOADER;
grant usage on schema RAW to role DRIVA_TRANSFORMER;
grant select on all tables in schema RAW to role DRIVA_TRANSFORMER;
grant select on future tables in schema RAW to role DRIVA_TRANSFORMER;

grant all privileges on schema BRONZE to role DRIVA_TRANSFORMER;
grant all privileges on schema SILVER to role DRIVA_TRANSFORMER;
grant all privileges on schema GOLD to role DRIVA_TRANSFORMER;
grant all privileges on schema QUALIDADE to role DRIVA_TRANSFORMER;
grant all privileges on schema EMPTY_BUILD to role DRIVA_TRANSFORMER;

-- What of SILVER and GOLD a role may read, dbt grants table by table (`grants` in dbt_project.yml).
grant usage on schema SILVER to role DRIVA_REPORTER;
grant usage on schema GOLD to role DRIVA_REPORTER;
grant usage on schema SILVER to role DRIVA_PII_READER;

-- The dashboard inside Snowflake runs with the rights of its owner, the reporter.
grant usage, create streamlit, create stage on schema PAINEL to role DRIVA_REPORTER;
