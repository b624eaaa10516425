-- https://docs.snowflake.com/en/sql-reference/functions/current_user

select current_user();
-- 'LOCAL'

-- https://docs.snowflake.com/en/sql-reference/functions/current_role

use role SYSADMIN;
select current_role();
-- 'SYSADMIN'

-- https://docs.snowflake.com/en/sql-reference/functions/current_warehouse

create or replace warehouse REPORTS;
use warehouse REPORTS;
select current_warehouse();
-- 'REPORTS'

-- https://docs.snowflake.com/en/sql-reference/functions/current_schema

select current_database(), current_schema();
-- 'CONFORMANCE', 'CASES'

-- https://docs.snowflake.com/en/sql-reference/functions/current_schemas

select current_schemas();
-- '["CONFORMANCE.CASES"]'

-- https://docs.snowflake.com/en/sql-reference/functions/current_statement

select current_statement();
-- 'select current_statement()'

-- https://docs.snowflake.com/en/sql-reference/functions/current_transaction

begin;
select current_transaction() is not null;
-- true

rollback;
select current_transaction();
-- null

-- https://docs.snowflake.com/en/sql-reference/functions/is_role_in_session

select is_role_in_session('PUBLIC');
-- true

-- https://docs.snowflake.com/en/sql-reference/functions/last_query_id

select 1 as A;
select last_query_id() = last_query_id(-1), last_query_id() = last_query_id(-2);
-- true, false

-- https://docs.snowflake.com/en/sql-reference/functions/result_scan

select 1 as A, 'x' as B union all select 2, 'y';
select A + 1, B from table(result_scan(last_query_id())) where A > 1;
-- 3, 'y'

show tables like 'NOPE';
select count(*) from table(result_scan(last_query_id()));
-- 0

select * from table(result_scan('00000000-0000-0000-0000-000000000000'));
-- error: Statement 00000000-0000-0000-0000-000000000000 not found

-- https://docs.snowflake.com/en/sql-reference/functions/query_history

select 'wanted';
select query_text, execution_status from table(information_schema.query_history(result_limit => 2)) order by start_time limit 1;
-- 'select ''wanted''', 'SUCCESS'

select user_name, schema_name from table(information_schema.query_history_by_session()) limit 1;
-- 'LOCAL', 'CASES'

-- https://docs.snowflake.com/en/sql-reference/sql/use-database

use CONFORMANCE.PUBLIC;
select current_schema();
-- 'PUBLIC'

use database NOT_THERE;
-- error: Object does not exist, or operation cannot be performed.

-- https://docs.snowflake.com/en/sql-reference/sql/use-schema

use schema NOT_THERE;
-- error: Object does not exist, or operation cannot be performed.

-- https://docs.snowflake.com/en/sql-reference/session-variables

set A = 5;
select $A + 1, '$A';
-- 6, '$A'

set (A, B) = (1, 'x');
select $b || $a;
-- 'x1'

set T = 'NAMED';
create table identifier($T) as select 7 as N;
select N from identifier($T);
-- 7

set A = 1;
unset A;
select $A;
-- error: Session variable '$A' does not exist

-- https://docs.snowflake.com/en/sql-reference/parameters

alter session set timezone = 'America/Sao_Paulo';
-- 'Statement executed successfully.'
-- here: refused

alter session set week_start = 1;
-- 'Statement executed successfully.'
-- here: refused

alter session set json_indent = 0;
select parse_json('{"a": [1, 2]}')::variant, 1;
-- parse_json('{"a":[1,2]}'), 1

alter session set date_output_format = 'DD/MM/YYYY';
select to_char(date '2024-01-02', 'YYYY');
-- '2024'

alter session set no_such_parameter = 1;
-- error: invalid parameter 'NO_SUCH_PARAMETER'

-- https://docs.snowflake.com/en/sql-reference/sql/show-parameters

alter session unset date_output_format;
show parameters like 'DATE_OUTPUT_FORMAT' in session;
select "value" from table(result_scan(last_query_id()));
-- 'YYYY-MM-DD'

-- https://docs.snowflake.com/en/user-guide/data-time-travel

create table T (A int);
select * from T at(offset => -60);
-- error: Time travel data is not available
-- here: refused

create table T (A int);
select * from T before(statement => 'x');
-- error: Time travel data is not available
-- here: refused
