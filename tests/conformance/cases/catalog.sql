-- https://docs.snowflake.com/en/sql-reference/sql/show-tables

create table A1 (N int) comment = 'first';
create table B1 (N int);
insert into A1 values (1), (2);
show tables like 'a%';
select "name", "rows", "comment", "created_on" > '2026-01-01' from table(result_scan(last_query_id()));
-- 'A1', 2, 'first', true

create table A1 (N int);
create table A2 (N int);
show tables starts with 'A' limit 1;
select "name" from table(result_scan(last_query_id()));
-- 'A1'

show tables in schema NOT_THERE;
-- error: Object does not exist, or operation cannot be performed.

-- https://docs.snowflake.com/en/sql-reference/sql/show-schemas

show schemas like 'CAS%' in database CONFORMANCE;
select "name", "is_current", "database_name" from table(result_scan(last_query_id()));
-- 'CASES', 'Y', 'CONFORMANCE'

-- https://docs.snowflake.com/en/sql-reference/sql/show-databases

show databases like 'no_such%';
select count(*) from table(result_scan(last_query_id()));
-- 0

-- https://docs.snowflake.com/en/sql-reference/sql/show-columns

create table T (ID int not null, NAME varchar(10));
show columns like 'n%' in table T;
select "column_name", parse_json("data_type"):length::int from table(result_scan(last_query_id()));
-- 'NAME', 10

-- https://docs.snowflake.com/en/sql-reference/sql/show-views

create view V as select 1 as N;
show views;
select "name", "text" from table(result_scan(last_query_id()));
-- 'V', 'create view V as select 1 as N'

-- https://docs.snowflake.com/en/sql-reference/sql/show-objects

create table T (A int);
create view V as select A from T;
show terse objects;
select "name", "kind" from table(result_scan(last_query_id())) order by 1;
-- 'T', 'TABLE'
-- 'V', 'VIEW'

-- https://docs.snowflake.com/en/sql-reference/sql/desc-table

describe table NOT_THERE;
-- error: Table 'CONFORMANCE.CASES.NOT_THERE' does not exist or not authorized.

create table T (ID int not null, NAME varchar(10) default 'x');
describe table T;
select "name", "type", "null?" from table(result_scan(last_query_id()));
-- 'ID', 'NUMBER(38,0)', 'N'
-- 'NAME', 'VARCHAR(10)', 'Y'

-- https://docs.snowflake.com/en/sql-reference/sql/truncate-table

truncate table if exists NOT_THERE;
-- 'Statement executed successfully.'

-- https://docs.snowflake.com/en/sql-reference/sql/create-table

create table T (ID int not null, NAME varchar(7) default 'x');
create table L like T;
describe table L;
select "name", "type", "null?" from table(result_scan(last_query_id()));
-- 'ID', 'NUMBER(38,0)', 'N'
-- 'NAME', 'VARCHAR(7)', 'Y'

-- https://docs.snowflake.com/en/sql-reference/sql/create-clone

create table T as select 1 as A;
create table C clone T;
select A from C;
-- 1

create schema S clone CASES;
-- 'Schema S successfully created.'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/sql/create-sequence

create sequence S start = 5 increment = 2;
select S.nextval, S.nextval;
-- 5, 7

create sequence S;
create table T (ID int default S.nextval, V varchar);
insert into T (V) values ('a'), ('b');
select ID, V from T order by ID;
-- 1, 'a'
-- 2, 'b'

-- https://docs.snowflake.com/en/developer-guide/udf/sql/udf-sql-scalar-functions

create function AREA(R float) returns float as $$ 3 * R * R $$;
select AREA(2)::int, CASES.AREA(1)::int;
-- 12, 3

create function PLUS(A int, B int) returns int language sql as 'A + B';
create or replace function PLUS(A int) returns int as 'A + 1';
select PLUS(1, 2), PLUS(1);
-- 3, 2

create function F() returns float language javascript as 'return 1';
-- 'Function F successfully created.'
-- here: refused

drop function NOT_THERE(int);
-- error: does not exist or not authorized

-- https://docs.snowflake.com/en/developer-guide/udf/sql/udf-sql-tabular-functions

create function ROWS_OF(N int) returns table (A int, B varchar) as 'select N, ''x'' union all select N + 1, ''y''';
select A, B from table(ROWS_OF(3)) order by A;
-- 3, 'x'
-- 4, 'y'

-- https://docs.snowflake.com/en/sql-reference/functions/get_ddl

create table T (ID int not null, NAME varchar(10));
select regexp_replace(get_ddl('table', 'T'), '\\s+', ' ');
-- 'create or replace TABLE T ( ID NUMBER(38,0) NOT NULL, NAME VARCHAR(10) );'

-- https://docs.snowflake.com/en/sql-reference/info-schema/tables

create table T as select 1 as A;
select table_name, table_type, table_owner is not null from information_schema.tables where table_schema = 'CASES';
-- 'T', 'BASE TABLE', true

-- https://docs.snowflake.com/en/sql-reference/info-schema/schemata

select schema_name from information_schema.schemata where schema_name = 'CASES';
-- 'CASES'

-- https://docs.snowflake.com/en/sql-reference/info-schema/columns

create table t as select 1 as i, sum(x) as s, count(*) as c from values (1) as v(x);
select column_name, data_type, numeric_precision, numeric_scale from information_schema.columns where table_name = 'T' and column_name in ('S', 'C') order by 1;
-- 'C', 'NUMBER', 38, 0
-- 'S', 'NUMBER', 38, 0

-- https://docs.snowflake.com/en/sql-reference/info-schema/columns

create table T (A int, B timestamp_ntz);
select column_name, datetime_precision, udt_name, is_self_referencing from information_schema.columns where table_schema = 'CASES' and table_name = 'T' order by 1;
-- 'A', null, null, 'NO'
-- 'B', 9, null, 'NO'

-- https://docs.snowflake.com/en/sql-reference/sql/show-primary-keys

create table T (A int, B int, constraint K primary key (A, B));
show primary keys in table T;
select "column_name", "key_sequence", "constraint_name" from table(result_scan(last_query_id())) order by 2;
-- 'A', 1, 'K'
-- 'B', 2, 'K'

create table P (ID int primary key);
create table C (A int, constraint F foreign key (A) references P (ID));
show imported keys in table C;
select "pk_table_name", "pk_column_name", "fk_table_name", "fk_column_name", "fk_name" from table(result_scan(last_query_id()));
-- 'P', 'ID', 'C', 'A', 'F'

-- https://docs.snowflake.com/en/sql-reference/info-schema/table_constraints

create table T (A int, constraint K primary key (A), constraint U unique (A));
select constraint_name, constraint_type, enforced from information_schema.table_constraints where table_schema = 'CASES' order by 1;
-- 'K', 'PRIMARY KEY', 'NO'
-- 'U', 'UNIQUE', 'NO'

-- https://docs.snowflake.com/en/sql-reference/sql/desc-table

create table T (ID int autoincrement start 5 increment 2, A array, O object, L timestamp_ltz, N varchar(5) default 'x', primary key (ID));
describe table T;
select "name", "type", "null?", "default", "primary key" from table(result_scan(last_query_id())) order by 1;
-- 'A', 'ARRAY', 'Y', null, 'N'
-- 'ID', 'NUMBER(38,0)', 'N', 'IDENTITY START 5 INCREMENT 2 NOORDER', 'Y'
-- 'L', 'TIMESTAMP_LTZ(9)', 'Y', null, 'N'
-- 'N', 'VARCHAR(5)', 'Y', '''x''', 'N'
-- 'O', 'OBJECT', 'Y', null, 'N'

create temporary table T2 (A varchar(3));
describe table T2;
select "type" from table(result_scan(last_query_id()));
-- 'VARCHAR(3)'

-- https://docs.snowflake.com/en/sql-reference/functions/get_ddl

create table T (A int, B array, constraint K primary key (A));
select get_ddl('table', 'T') = 'create or replace TABLE T (\n\tA NUMBER(38,0) NOT NULL,\n\tB ARRAY,\n\tconstraint K primary key (A)\n);';
-- true

-- https://docs.snowflake.com/en/sql-reference/sql/show-tables

create table T (A int) change_tracking = true;
create table U (A int);
show tables in schema CASES;
select "name", "change_tracking" from table(result_scan(last_query_id())) order by 1;
-- 'T', 'ON'
-- 'U', 'OFF'

-- https://docs.snowflake.com/en/sql-reference/sql/show-grants

create or replace role CASE_READER;
create table T (A int);
grant select on table T to role CASE_READER;
show grants on table T;
select "privilege", "granted_on", "granted_to", "grantee_name", "grant_option" from table(result_scan(last_query_id())) where "privilege" != 'OWNERSHIP';
-- 'SELECT', 'TABLE', 'ROLE', 'CASE_READER', 'false'

-- https://docs.snowflake.com/en/sql-reference/sql/show-warehouses

create or replace warehouse CASE_WAREHOUSE warehouse_size = 'XSMALL' auto_suspend = 60;
show warehouses like 'case%';
select "name", "size", "auto_suspend", "is_current" from table(result_scan(last_query_id()));
-- 'CASE_WAREHOUSE', 'X-Small', 60, 'Y'

-- https://docs.snowflake.com/en/sql-reference/sql/create-function

create function F(A int, B int default 2) returns int as 'A * B';
select F(4), F(4, 5);
-- 8, 20
