-- https://docs.snowflake.com/en/sql-reference/sql/insert

create table t (a int, b varchar(5), c date, d timestamp, e number(10, 2), f boolean);
insert into t values (1, 'x', '2024-01-01', '2024-01-01 10:00:00', 1.005, true);
select * from t;
-- 1, 'x', date '2024-01-01', timestamp '2024-01-01 10:00:00', 1.01, true

create table t (a int, b int default 5);
insert into t (a) values (1);
insert into t values (2, default);
select a, b from t order by a;
-- 1, 5
-- 2, 5

create table t (a varchar(3));
insert into t (a) select column1 from values ('a'), ('b');
insert overwrite into t values ('c');
select a from t;
-- 'c'

create table t (a int);
insert into t values (1), (2);
update t set a = a / 2 where a = 1;
select a from t order by a;
-- 1
-- 2

-- https://docs.snowflake.com/en/sql-reference/sql/update

create table t (a int, b varchar);
create table u (a int, b varchar);
insert into t values (1, 'x');
insert into u values (1, 'y');
update t set b = u.b from u where t.a = u.a;
select b from t;
-- 'y'

-- https://docs.snowflake.com/en/sql-reference/sql/delete

create table t (a int);
create table u (a int);
insert into t values (1), (2);
insert into u values (1);
delete from t using u where t.a = u.a;
select a from t;
-- 2

-- https://docs.snowflake.com/en/sql-reference/sql/merge

create table t (a int, b varchar(3));
merge into t using (select 1 as a, 'abcd' as b) s on t.a = s.a when not matched then insert (a, b) values (s.a, s.b);
-- error: String 'abcd' is too long and would be truncated

create table t (a int, b varchar(3));
merge into t using (select 1 as a, 'abc' as b) s on t.a = s.a when not matched then insert (a, b) values (s.a, s.b);
select a, b from t;
-- 1, 'abc'

-- https://docs.snowflake.com/en/sql-reference/sql/create-table

create table t (a varchar(3));
alter table t alter column a set data type varchar(5);
insert into t values ('abcde');
select a from t;
-- 'abcde'

create table t (a varchar(3));
drop table t;
create table t as select 'abcdef' as a;
insert into t values ('abcdefg');
select count(*) from t;
-- 2

create table t (a varchar(3), b int) as select 'abcd', 1;
-- error: String 'abcd' is too long and would be truncated

create table t as select 1 as a, 1.5 as b, 'x' as c, 1 / 3 as d, current_date() as e;
select a, b, c, d from t;
-- 1, 1.5, 'x', 0.333333

create view v as select 1 / 3 as q, to_char('2024-01-01'::date, 'Mon') as m;
select q, m from v;
-- 0.333333, 'Jan'

create temporary table temporary_t (a int);
insert into temporary_t values (1);
select a from temporary_t;
-- 1

create table t (a varchar(3));
alter table t rename to u;
insert into u values ('abcd');
-- error: String 'abcd' is too long and would be truncated

create table t (a int);
create table u like t;
insert into u values (1);
select a from u;
-- 1

create table t as select 1 as a;
create table u clone t;
select a from u;
-- 1

-- https://docs.snowflake.com/en/sql-reference/sql/create-view

create table t (a int, d date);
insert into t values (1, '2024-01-15');
create view v as select a / 2 as h, dateadd(month, 1, d) as m, to_char(d, 'Mon') as n, listagg(a) within group (order by a) over () as l from t;
select * from v;
-- 0.500000, date '2024-02-15', 'Jan', '1'

create view v (x, y) as select 1, 'a';
select y, x from v;
-- 'a', 1

-- https://docs.snowflake.com/en/sql-reference/sql/alter-table

create table t (a int);
alter table t add column b varchar(2);
insert into t values (1, 'abc');
-- error: String 'abc' is too long and would be truncated

create table t (a int);
insert into t values (1);
alter table t add column b int default 5;
select a, b from t;
-- 1, 5

-- https://docs.snowflake.com/en/sql-reference/data-types-text

create table T (A varchar(3));
insert into T select 'abcdef';
-- error: String 'abcdef' is too long and would be truncated

create table T (A varchar(3));
insert into T values ('abc');
update T set A = 'abcdef';
-- error: String 'abcdef' is too long and would be truncated

create table T (A int, B varchar(3));
insert into T values (1, 'abc');
merge into T using (select 1 as A, 'abcdef' as B) s on T.A = s.A when matched then update set B = s.B;
-- error: String 'abcdef' is too long and would be truncated

create temporary table U (A varchar(3));
insert into U select 'abcdef';
-- error: String 'abcdef' is too long and would be truncated

create table T (A varchar(3)) as select 'abcdef';
-- error: String 'abcdef' is too long and would be truncated

-- https://docs.snowflake.com/en/sql-reference/sql/insert

create table T (A int);
insert into T values (1), (5), (6);
insert overwrite into T select A from T where A > 4;
select A from T order by A;
-- 5
-- 6

create table T (A varchar(2));
insert into T values ('a');
insert overwrite into T select 'abc';
-- error: String 'abc' is too long and would be truncated

create table T (A int);
insert into T values (1);
begin;
insert overwrite into T values (2), (3);
rollback;
select A from T;
-- 1

-- https://docs.snowflake.com/en/sql-reference/constraints-overview

create table T (A int primary key, B int);
insert into T (B) values (1);
-- error: NULL result in a non-nullable column

create table T (A int, B int, primary key (A));
insert into T values (1, 1), (1, 2);
insert into T (B) values (1);
-- error: NULL result in a non-nullable column

-- https://docs.snowflake.com/en/sql-reference/sql/create-table

create table T (A int);
create table if not exists T (B int);
-- 'T already exists, statement succeeded.'

create table T (A varchar(3));
alter table T rename column A to B;
insert into T select 'abcd';
-- error: String 'abcd' is too long and would be truncated

create table T as select null as A, 1 as B;
insert into T values ('x', 2);
select A from T order by B;
-- null
-- 'x'

create table T (A binary(4), B binary);
create table U like T;
insert into U select x'ff', x'00';
select A from U;
-- x'ff'

create dynamic table D target_lag = '1 minute' warehouse = COMPUTE_WH as select 1 as A;
-- 'Dynamic table D successfully created.'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/sql/create-table-constraint

create table T (A int, B int);
alter table T add primary key (A);
insert into T values (1, 1), (1, 2);
select count(*) from T;
-- 2

create table T (A int, B int);
alter table T add constraint K primary key (A);
insert into T (B) values (1);
-- error: NULL result in a non-nullable column

create table T (A int, constraint U unique (A));
alter table T drop constraint U;
alter table T rename column A to B;
alter table T add column C array;
describe table T;
select "name", "type", "unique key" from table(result_scan(last_query_id())) order by 1;
-- 'B', 'NUMBER(38,0)', 'N'
-- 'C', 'ARRAY', 'N'

-- https://docs.snowflake.com/en/sql-reference/sql/create-table

create table T copy grants copy tags as (select 1 as A);
select A from T;
-- 1

create table T (A vector(float, 3));
-- 'Table T successfully created.'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/date-time-input-output

create table T (D date, N timestamp_ntz, Z timestamp_tz);
insert into T values ('01/15/2024', '15-JAN-2024', '2024-01-15 10:00:00 +0000'), ('2024-01-15', '2024-01-15 10:00:00 -0700', null);
update T set D = '16-JAN-2024' where Z is null;
select D, N from T order by D;
-- date '2024-01-15', timestamp '2024-01-15 00:00:00'
-- date '2024-01-16', timestamp '2024-01-15 10:00:00'

-- https://docs.snowflake.com/en/sql-reference/sql/create-view

create view V (A comment 'it''s', B) as select 1, 2;
describe view V;
select "name", "comment" from table(result_scan(last_query_id())) order by 1;
-- 'A', 'it''s'
-- 'B', null
