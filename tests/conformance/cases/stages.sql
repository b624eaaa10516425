-- https://docs.snowflake.com/en/sql-reference/sql/copy-into-location

create table T as select 1 as ID, 'a,b' as NAME union all select 2, null;
copy into @~/conformance/t from T file_format = (type = csv field_optionally_enclosed_by = '"' compression = gzip) overwrite = true;
select $1::int, $2 from @~/conformance/t (file_format => 'F', pattern => '.*csv.gz') order by 1;
-- error: File format 'F' does not exist or not authorized.

create table T as select 1 as ID, 'a,b' as NAME union all select 2, null;
create file format F type = csv field_optionally_enclosed_by = '"';
copy into @~/conformance/t from T file_format = (format_name = 'F') overwrite = true;
select $1::int, $2 from @~/conformance/t (file_format => 'F') order by 1;
-- 1, 'a,b'
-- 2, null

create table T as select 1 as ID;
copy into @~/conformance/n from T overwrite = true;
select "rows_unloaded" from table(result_scan(last_query_id()));
-- 1

-- https://docs.snowflake.com/en/sql-reference/sql/copy-into-table

create stage S;
create table T (ID int, NAME varchar);
copy into @S/rows from (select 1, 'x' union all select 2, 'y') file_format = (type = csv);
copy into T from @S file_format = (type = csv);
select ID, NAME from T order by ID;
-- 1, 'x'
-- 2, 'y'

create stage S;
create table T (ID int);
copy into @S/rows from (select 1) file_format = (type = csv);
copy into T from @S file_format = (type = csv);
copy into T from @S file_format = (type = csv);
select "status" from table(result_scan(last_query_id()));
-- 'LOAD_SKIPPED'

create stage S;
create table T (ID int, NAME varchar);
copy into @S/p from (select 1 as ID, 'x' as NAME) file_format = (type = parquet) header = true;
copy into T from @S file_format = (type = parquet) match_by_column_name = case_insensitive;
select ID, NAME from T;
-- 1, 'x'

-- https://docs.snowflake.com/en/sql-reference/functions/infer_schema

create stage S;
create file format F type = parquet;
copy into @S/p from (select 1::int as ID, 'x' as NAME) file_format = (type = parquet);
select column_name, type from table(infer_schema(location => '@S', file_format => 'F'));
-- 'ID', 'NUMBER(38,0)'
-- 'NAME', 'VARCHAR(16777216)'

-- https://docs.snowflake.com/en/sql-reference/sql/remove

create stage S;
copy into @S/x from (select 1);
remove @S;
list @S;
select count(*) from table(result_scan(last_query_id()));
-- 0

-- https://docs.snowflake.com/en/sql-reference/sql/copy-into-table

create table T (A int, B varchar(3));
copy into @~/long.csv from (select 1, 'abcdef') file_format = (type = csv compression = none) single = true overwrite = true;
copy into T from @~/long.csv file_format = (type = csv);
-- error: User character length limit (3) exceeded by string 'abcdef'

create table T (A int, B varchar(3));
copy into @~/long.csv from (select 1, 'abcdef') file_format = (type = csv compression = none) single = true overwrite = true;
copy into T from @~/long.csv file_format = (type = csv) truncatecolumns = true;
select * from T;
-- 1, 'abc'

create table T (A int, B varchar(3));
copy into @~/long.csv from (select 1, 'abcdef') file_format = (type = csv compression = none) single = true overwrite = true;
copy into T from @~/long.csv file_format = (type = csv) on_error = continue;
select count(*) from T;
-- 0
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/sql/create-stage

create stage S file_format = (type = csv field_delimiter = '|' skip_header = 1);
copy into @S/a.csv from (select 1, 'x') file_format = (type = csv field_delimiter = '|' compression = none) header = true single = true;
create table T (A int, B varchar);
copy into T from @S;
select * from T;
-- 1, 'x'

create file format F type = json;
create stage S file_format = F;
copy into @S/x from (select {'a': 5});
select $1:a::int from @S;
-- 5

create stage S file_format = (type = json);
create or replace stage S;
copy into @S/x.csv from (select 1, 2) file_format = (type = csv compression = none) single = true;
select $1, $2 from @S;
-- '1', '2'
