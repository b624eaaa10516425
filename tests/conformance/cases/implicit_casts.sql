-- https://docs.snowflake.com/en/sql-reference/data-type-conversion

select x > 9 from values ('10') as t(x);
-- true

select x = 10, x between 9 and 11, x in (10, 11) from values ('10') as t(x);
-- true, true, true

select x from values ('10'), ('9') as t(x) where x > 9;
-- '10'

select x > 9 from values ('abc') as t(x);
-- error: Numeric value 'abc' is not recognized

select x + 1 = 11, x * 2 = 20, -x = -10 from values ('10') as t(x);
-- true, true, true

select '2' + 3 = 5, '17' || 76, 10 || '';
-- true, '1776', '10'

select sum(x), avg(x), max(x) from values ('10'), ('9') as t(x);
-- 19.0e0, 9.5e0, '9'

select round('2.5') = 3, abs('-1') = 1, sqrt('4'), mod('7', 2) = 1, floor('2.5') = 2;
-- true, true, 2.0e0, true, true

select year('2024-01-01'), dateadd(day, 1, '2024-01-01'), datediff(day, '2024-01-01', '2024-01-03'), last_day('2024-02-10');
-- 2024, timestamp '2024-01-02 00:00:00', 2, date '2024-02-29'

select d > '2024-01-01', d = '2024-01-02', d between '2024-01-01' and '2024-01-31', d in ('2024-01-02') from (select '2024-01-02'::date as d);
-- true, true, true, true

select d > x from (select '2024-01-02'::date as d, '2024-01-01' as x);
-- true

select t > '2024-01-01', t < '2024-01-02'::date from (select '2024-01-01 10:00:00'::timestamp as t);
-- true, true

select upper(123), length(1234), left(12345, 2), 'a' like 1, concat(1, 'a'), substr(12345, 2, 2), replace(101, 0, 'x');
-- '123', 4, '12', false, '1a', '23', '1x1'

select length('2024-01-01'::date), '2024-01-01'::date || '', upper(true);
-- 10, '2024-01-01', 'TRUE'

select iff(1, 'a', 'b'), case when 0 then 1 else 2 end, not 1;
-- 'a', 2, false

select x and true from values ('true') as t(x);
-- true

select case when true then 1 else 'x' end;
-- 1

select case when x = 1 then 1 else 'x' end from values (2) as t(x);
-- error: Numeric value 'x' is not recognized

select coalesce(null, '2') + 1 = 3, coalesce(x, 'x') from values (1) as t(x);
-- true, 1

select nvl(x, 'x') from values (null::int) as t(x);
-- error: Numeric value 'x' is not recognized

select 1 union all select 'x';
-- error: Numeric value 'x' is not recognized

select 1 as n union all select '2' order by n;
-- 1
-- 2

select '2024-01-01'::date as d union all select '2024-01-02' order by d;
-- date '2024-01-01'
-- date '2024-01-02'

select t.n from values (1) as t(n) join values ('1') as u(x) on t.n = u.x;
-- 1

create table t (n int, d date, x varchar);
insert into t values ('5', '2024-01-01', 7);
select n, d, x from t;
-- 5, date '2024-01-01', '7'

create table t (n int, d date);
insert into t select '5', '2024-01-01';
select n, d from t where n = '5' and d >= '2024-01-01';
-- 5, date '2024-01-01'

create table t (n int);
insert into t values ('abc');
-- error: Numeric value 'abc' is not recognized

create table t (n number(10, 2));
insert into t values (1.005), ('2.5');
select n from t;
-- 1.01
-- 2.50

create table t (n int);
insert into t values (2.5), (2.4);
select n from t;
-- 2
-- 3

-- https://docs.snowflake.com/en/sql-reference/transactions

create table t (a int);
begin;
insert into t values ('1');
commit;
select a + 1 from t where a = '1';
-- 2

create table t (a varchar);
begin;
insert into t values ('10');
select count(*) from t where a > 9;
rollback;
select count(*) from t;
-- 0
