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

-- https://docs.snowflake.com/en/sql-reference/operators-query

create table T (I int, V varchar);
insert into T values (1, 'Adams, Douglas');
select V from T union all select I from T;
-- error: Numeric value 'Adams, Douglas' is not recognized

create table T (I int, V varchar);
insert into T values (1, 'Adams, Douglas');
select V::varchar from T union all select I::varchar from T;
-- 'Adams, Douglas'
-- '1'

create table T (I int, V varchar, D date);
insert into T values (1, '2', '2024-01-01');
select x > 1 from (select V as x from T union all (select I from T union all select 3)) order by x;
-- false
-- true
-- true

create table T (V varchar, D date);
insert into T values ('2024-02-01', '2024-01-01');
select D from T union all select V from T order by 1;
-- date '2024-01-01'
-- date '2024-02-01'

create table T (V varchar, B boolean);
insert into T values ('yes', false);
with Q as (select V from T), R as (select B from T) select B from R union all select V from Q order by 1;
-- false
-- true

create table T (V varchar);
insert into T values ('a');
select null as X union all select V from T order by 1 nulls first;
-- null
-- 'a'

create table T (I int, V varchar);
insert into T values (1, 'x');
create view W as select I from T union all select V from T;
select * from W;
-- error: Numeric value 'x' is not recognized

create table T (I int, V varchar);
insert into T values (2, '2');
select I from T intersect select V from T;
-- 2.00000

-- https://docs.snowflake.com/en/sql-reference/data-type-conversion#implicit-casting-coercion

create table T (I int, V varchar);
insert into T values (1, 'x');
select case when I = 1 then V else I end from T;
-- error: Numeric value 'x' is not recognized

create table T (I int, V varchar);
insert into T values (1, '5');
select iff(I = 1, V, I) = 5, nvl(V, I) = 5, decode(I, 1, V, I) = 5, nvl2(I, V, I) = 5, ifnull(V, 0) = 5, greatest(I, V) = 5, case I when 1 then V else 7 end = 5 from T;
-- true, true, true, true, true, true, true

create table T (D date, V varchar);
insert into T values ('2024-01-01', '2024-02-01');
select coalesce(D, V), iff(true, V, D) from T;
-- date '2024-01-01', date '2024-02-01'

select V from (select column1 as V from values ('2'), (1)) order by 1;
-- 1
-- 2

select column1 from values ('x'), (1);
-- error: Numeric value 'x' is not recognized

create table T (I int, V varchar);
insert into T values (1, '5'), (2, '6');
select coalesce(max(I), V) from T group by V;
-- 1
-- 2
-- here: refused
