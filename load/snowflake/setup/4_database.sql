-- The database, a schema a layer, and who may do what in each.
create database if not exists identifier($database_name);
use database identifier($database_name);
create schema if not exists RAW;
create schema if not exists BRONZE;
create schema if not exists SILVER;
create schema if not exists GOLD;
create schema if not exists QUALIDADE;
create schema if not exists EMPTY_BUILD;
create schema if not exists PAINEL;
create schema if not exists SEGURANCA;

grant usage on database identifier($database_name) to role identifier($loader);
grant usage on database identifier($database_name) to role identifier($transformer);
grant usage on database identifier($database_name) to role identifier($reporter);
grant usage on database identifier($database_name) to role identifier($pii_reader);

grant usage, create table, create file format on schema RAW to role identifier($loader);
grant usage on schema RAW to role identifier($transformer);
grant select on all tables in schema RAW to role identifier($transformer);
grant select on future tables in schema RAW to role identifier($transformer);

grant usage, create table, create view on schema BRONZE to role identifier($transformer);
grant usage, create table, create view on schema SILVER to role identifier($transformer);
grant usage, create table, create view on schema GOLD to role identifier($transformer);
grant usage, create table, create view on schema QUALIDADE to role identifier($transformer);
grant usage, create table, create view on schema EMPTY_BUILD to role identifier($transformer);

-- What of SILVER and GOLD a role may read, dbt grants table by table (`grants` in dbt_project.yml).
grant usage on schema SILVER to role identifier($reporter);
grant usage on schema GOLD to role identifier($reporter);
grant usage on schema SILVER to role identifier($pii_reader);

-- Who may see which dealerships, where people sign in: a row a person and dealership, or one with
-- `rede`. Filled by hand (docs/runbook.md, Somebody joins or leaves); who is in no row sees nothing.
create table if not exists SEGURANCA.ACESSOS (
    usuario varchar not null comment 'e-mail of who signs in to the dashboard, or name of a Snowflake user',
    concessionaria_id number(38, 0) comment 'the dealership that they may see',
    rede boolean comment 'whether they may see the whole network'
) comment = 'who may see which dealerships';
grant usage on schema SEGURANCA to role identifier($transformer);
grant usage on schema SEGURANCA to role identifier($reporter);
grant select on table SEGURANCA.ACESSOS to role identifier($transformer);
grant select on table SEGURANCA.ACESSOS to role identifier($reporter);
