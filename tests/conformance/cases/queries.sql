-- https://docs.snowflake.com/en/sql-reference/identifiers-syntax

select "abc" from (select 1 as abc);
-- error: invalid identifier '"abc"'

select abc from (select 1 as "abc");
-- error: invalid identifier 'ABC'

select "abc", ABC from (select 1 as "abc", 2 as abc);
-- 1, 2
-- here: refused

select abc, Abc, "ABC" from (select 1 as abc);
-- 1, 1, 1

select nope from (select 1 as a);
-- error: invalid identifier 'NOPE'

-- https://docs.snowflake.com/en/sql-reference/constructs/from

select nope(1);
-- error: Unknown function NOPE

-- https://docs.snowflake.com/en/sql-reference/constructs/values

select column1, column2 from values (1, 'a'), (2, 'b') order by 1;
-- 1, 'a'
-- 2, 'b'

select $1, $2 from values (1, 'a');
-- 1, 'a'

-- https://docs.snowflake.com/en/sql-reference/sql/select

select 1 as a, a + 1 as b;
-- 1, 2

select * exclude b from (select 1 as a, 2 as b);
-- 1

select * rename a as c from (select 1 as a);
-- 1

select * replace (a + 1 as a) from (select 1 as a, 2 as b);
-- 2, 2

select * ilike '%x%' from (select 1 as xa, 2 as b);
-- 1

select t.* exclude (a), 3 as c from (select 1 as a, 2 as b) t;
-- 2, 3

select top 1 x from values (1), (2) as t(x) order by x;
-- 1

select x from values (1), (2), (3) as t(x) order by x limit 1 offset 1;
-- 2

select x from values (1), (2) as t(x) order by x fetch first 1 rows only;
-- 1

select distinct x from values (1), (1) as t(x);
-- 1

select a as b from (select 1 as a) where b = 1;
-- 1

-- https://docs.snowflake.com/en/sql-reference/operators-query

select 1 minus select 1;
-- no rows

select 1 except select 2;
-- 1

select 1 intersect select 1;
-- 1

select 1 union select 1;
-- 1

select 1, 2 union all select 1;
-- error: invalid number of result columns for set operator

select 1 as a, 2 as b union all by name select 3 as b, 4 as a order by a;
-- 1, 2
-- 4, 3

-- https://docs.snowflake.com/en/sql-reference/constructs/pivot

select * from (select * from values ('a', 'jan', 1), ('a', 'feb', 2), ('a', 'jan', 5) as t(g, m, v)) pivot (sum(v) for m in ('jan', 'feb'));
-- 'a', 6, 2

select * from (select * from values ('a', 'jan', 1), ('a', 'feb', 2) as t(g, m, v)) pivot (sum(v) for m in (any order by m));
-- 'a', 2, 1

select * from (select * from values ('a', 'jan', 1), ('b', 'feb', 2) as t(g, m, v)) pivot (sum(v) for m in (any)) order by g;
-- 'a', null, 1
-- 'b', 2, null

select "'jan'" from (select * from values ('a', 'jan', 1) as t(g, m, v)) pivot (sum(v) for m in ('jan'));
-- 1

select * from (select * from values ('a', 'jan', 1) as t(g, m, v)) pivot (sum(v) for m in ('jan', 'feb') default on null (0));
-- 'a', 1, 0
-- here: refused

select g, jan, feb from (select * from values ('a', 'jan', 1), ('a', 'feb', 2) as t(g, m, v)) pivot (sum(v) for m in ('jan', 'feb')) as p (g, jan, feb);
-- 'a', 1, 2

-- https://docs.snowflake.com/en/sql-reference/constructs/unpivot

select * from (select 'a' as g, 1 as jan, 2 as feb) unpivot (v for m in (jan, feb)) order by m;
-- 'a', 'FEB', 2
-- 'a', 'JAN', 1

-- https://docs.snowflake.com/en/sql-reference/functions/split_to_table

select index, value from table(split_to_table('a.b', '.')) order by index;
-- 1, 'a'
-- 2, 'b'

select t.id, s.value from values (1, 'a,b'), (2, 'c') as t(id, x), lateral split_to_table(t.x, ',') s order by 1, s.index;
-- 1, 'a'
-- 1, 'b'
-- 2, 'c'

-- https://docs.snowflake.com/en/sql-reference/functions/strtok_split_to_table

select value from table(strtok_split_to_table('a.b', '.')) order by index;
-- 'a'
-- 'b'

-- https://docs.snowflake.com/en/sql-reference/functions/generator

select count(*) from table(generator(rowcount => 5));
-- 5

select row_number() over (order by seq4()) from table(generator(rowcount => 2)) order by 1;
-- 1
-- 2

-- https://docs.snowflake.com/en/sql-reference/constructs/with

with recursive r (n) as (select 1 union all select n + 1 from r where n < 3) select n from r order by n;
-- 1
-- 2
-- 3

with a as (select 1 as x), b as (select x + 1 as x from a) select x from b;
-- 2

-- https://docs.snowflake.com/en/sql-reference/constructs/connect-by

select n from (select 1 as n, null as p union all select 2, 1) start with p is null connect by p = prior n order by n;
-- 1
-- 2
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/constructs/join

select t.a, u.b from values (1), (2) as t(a) left join values (1, 'x') as u(a, b) on t.a = u.a order by 1;
-- 1, 'x'
-- 2, null

select a, b from values (1, 2) as t(a, b) join values (1) as u(a) using (a);
-- 1, 2

select * from values (1, 2) as t(a, b) natural join values (1, 3) as u(a, c);
-- 1, 2, 3

select t.a from values (1), (2) as t(a) where exists (select 1 from values (2) as u(a) where u.a = t.a);
-- 2

-- https://docs.snowflake.com/en/sql-reference/constructs/asof-join

select t.x, q.v from values (3) as t(x) asof join values (1, 'a'), (2, 'b') as q(x, v) match_condition (t.x >= q.x);
-- 3, 'b'

-- https://docs.snowflake.com/en/sql-reference/constructs/match_recognize

select * from values (1) as t(x) match_recognize (order by x measures first(x) as f pattern (a) define a as x > 0);
-- 1
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/constructs/sample

select count(*) from (select * from values (1), (2) as t(x) sample (100));
-- 2

select count(*) from (select * from values (1), (2), (3) as t(x) sample (2 rows));
-- 2

-- https://docs.snowflake.com/en/sql-reference/constructs/group-by

select left(x, 1) as k, count(*) from values ('ab'), ('ac') as t(x) group by k;
-- 'a', 2

select x, count(*) from values (1), (1) as t(x) group by 1 having count(*) > 1;
-- 1, 2

-- https://docs.snowflake.com/en/sql-reference/functions/hash

select hash('a') = hash('a'), hash('a') = hash('b');
-- true, false

-- https://docs.snowflake.com/en/sql-reference/functions/sysdate

select typeof(sysdate()::variant) is not null;
-- true

-- https://docs.snowflake.com/en/sql-reference/constructs/lateral

select t.a, l.b from values (1), (2) as t(a), lateral (select t.a + 1 as b) l order by 1;
-- 1, 2
-- 2, 3

-- https://docs.snowflake.com/en/sql-reference/transactions

select any_value(a) from values (1) as t(a) where a = any (select 1);
-- 1

-- https://docs.snowflake.com/en/sql-reference/sql/select

select a, b from values (1, 2) as t(a, b) where a in (select column1 from values (1));
-- 1, 2

select (select max(x) from values (1), (2) as u(x)) as m;
-- 2

select t.a, (select count(*) from values (1), (1) as u(a) where u.a = t.a) from values (1), (2) as t(a) order by 1;
-- 1, 2
-- 2, 0

select x as y, y + 1 as z, z * 2 from values (1) as t(x);
-- 1, 2, 4

select upper(x) as x from values ('a') as t(x) where x = 'a';
-- 'A'

select x from values (1), (2) as t(x) order by x desc limit 1;
-- 2

select count(*) as c from values (1), (1) as t(x) having c > 1;
-- 2

select distinct on_ from values (1) as t(on_);
-- 1

-- https://docs.snowflake.com/en/sql-reference/identifiers-syntax

select "A b" from (select 1 as "A b");
-- 1

select t."A" from (select 1 as a) as t;
-- 1

-- https://docs.snowflake.com/en/sql-reference/constructs/with

with a as (select 1 as x union all select 2) select sum(x), avg(x), count(*) / 3 from a;
-- 3, 1.500000, 0.666667

-- https://docs.snowflake.com/en/sql-reference/constructs/group-by

select year(d) as y, month(d) as m, count(*) from values ('2024-01-15'::date) as t(d) group by y, m order by y, m;
-- 2024, 1, 1

select date_trunc('month', d) as m, sum(v) as t, lag(sum(v)) over (order by m) from values ('2024-01-15'::date, 1), ('2024-02-15'::date, 3) as x(d, v) group by m order by m;
-- date '2024-01-01', 1, null
-- date '2024-02-01', 3, 1

select g, sum(x) from values ('a', 1), ('b', 2) as t(g, x) group by cube (g) order by g;
-- 'a', 1
-- 'b', 2
-- null, 3

-- https://docs.snowflake.com/en/sql-reference/constructs/join

select t.a from values (1), (2) as t(a) cross join values (1) as u(b) order by 1;
-- 1
-- 2

select t.a, u.b from values (1, 'x') as t(a, k) full outer join values ('x', 2), ('y', 3) as u(k, b) on t.k = u.k order by u.b;
-- 1, 2
-- null, 3

select t.a from values (1), (null) as t(a) join values (null) as u(b) on equal_null(t.a, u.b);
-- null

-- https://docs.snowflake.com/en/sql-reference/constructs/pivot

select * from (select * from values ('a', 2023, 1), ('a', 2024, 2) as t(g, y, v)) pivot (sum(v) for y in (2023, 2024));
-- 'a', 1, 2

create table s (g varchar, m varchar, v int);
insert into s values ('a', 'jan', 1), ('a', 'feb', 2);
select * from s pivot (sum(v) for m in (any order by m));
-- 'a', 2, 1

create table s (g varchar, m varchar, v int);
insert into s values ('a', 'jan', 1);
with c as (select * from s) select "'jan'" from c pivot (max(v) for m in (any));
-- 1

create table s (g varchar, m varchar, v int);
insert into s values ('a', 'jan', 1);
select * from s pivot (sum(v) for m in (select distinct m from s));
-- 'a', 1

-- https://docs.snowflake.com/en/sql-reference/constructs/order-by

select x from values ('b'), ('A'), ('a') as t(x) order by x;
-- 'A'
-- 'a'
-- 'b'

select x from values (2), (10) as t(x) order by x::varchar;
-- 10
-- 2

select x from values (1), (null) as t(x) order by x nulls first;
-- null
-- 1

-- https://docs.snowflake.com/en/sql-reference/functions-all

select strptime('2024', '%Y');
-- error: Unknown function STRPTIME

select list_sum([1, 2]);
-- error: Unknown function LIST_SUM

select now();
-- error: Unknown function NOW

-- https://docs.snowflake.com/en/sql-reference/operators-query

select 1 as id, 'a,b' as name union all select 2, null order by id;
-- 1, 'a,b'
-- 2, null

-- https://docs.snowflake.com/en/sql-reference/constructs/where

select x from values (1), (2) as t(x) where x = '1';
-- 1

select x from values ('a'), ('B') as t(x) where x ilike 'b' or x = 'a' order by x;
-- 'B'
-- 'a'

select 1 where 1 = 1 and not (2 > 3);
-- 1

-- https://docs.snowflake.com/en/sql-reference/constructs/qualify

select x, rank() over (order by x) as r from values (1), (2) as t(x) qualify r = 1;
-- 1, 1

-- https://docs.snowflake.com/en/sql-reference/constructs/limit

select x from values (3), (1), (2) as t(x) order by x limit 2;
-- 1
-- 2

select x from values (1), (2) as t(x) order by x limit null;
-- 1
-- 2

-- https://docs.snowflake.com/en/sql-reference/constructs/group-by

select case when x > 1 then 'b' else 'a' end as k, count(*) from values (1), (2), (3) as t(x) group by 1 order by 1;
-- 'a', 1
-- 'b', 2

select x % 2 as p, avg(x) from values (1), (2), (3) as t(x) group by p order by p;
-- 0, 2.000000
-- 1, 2.000000

-- https://docs.snowflake.com/en/sql-reference/operators-query

(select 1 as a) union all (select 2) order by a desc;
-- 2
-- 1

select 1 as a union select 1 union all select 1;
-- 1
-- 1

select x from values (1), (2) as t(x) minus select 1;
-- 2

-- https://docs.snowflake.com/en/sql-reference/constructs/unpivot

select k, m, v from (select 'a' as k, 1 as jan, null as feb) unpivot (v for m in (jan, feb));
-- 'a', 'JAN', 1

select k, m, v from (select 'a' as k, 1 as jan, null::int as feb) unpivot include nulls (v for m in (jan, feb)) order by m;
-- 'a', 'FEB', null
-- 'a', 'JAN', 1

-- https://docs.snowflake.com/en/user-guide/querying-semistructured

select "SRC:DEALERSHIP" from (select src:dealership from (select parse_json('{"dealership": "a"}') as src));
-- parse_json('"a"')

-- https://docs.snowflake.com/en/sql-reference/functions/count

select "COUNT(*)", "COUNT(DISTINCT X)" from (select count(*), count(distinct x) from values (1), (1) as t(x));
-- 2, 1

select "UPPER(X)", "1+1", "'A'", "X::INT", "(X)" from (select upper(x), 1+1, 'a', x::int, (x) from values ('1') as t(x));
-- '1', 2, 'a', 1, '1'

with Q as (select max(x) from values (1), (2) as t(x)) select "MAX(X)" + 1 from Q;
-- 3

select "1" from (select 1 union all select 2) order by 1;
-- 1
-- 2

-- https://docs.snowflake.com/en/sql-reference/identifiers-syntax

create table T (A int, B varchar);
select A from T where "b" = 'x';
-- error: invalid identifier '"b"'

create table T (A int, B varchar);
select x.A from T x join T y on x."b" = y.B;
-- error: invalid identifier 'X."b"'

create table T (A int, B varchar);
select count(*) from T group by "b";
-- error: invalid identifier '"b"'

create table T (A int, B varchar);
select A from T order by "a";
-- error: invalid identifier '"a"'

create table T (A int, B varchar);
select A from T qualify row_number() over (partition by "b" order by A) = 1;
-- error: invalid identifier '"b"'

with Q as (select 1 as "q") select 1 from Q where q = 1;
-- error: invalid identifier 'Q'

with Q as (select 1 as "q") select * from (select * from Q) y where y."q" = 1;
-- 1

create table T ("id" int, NAME varchar);
insert into T ("id", name) values (1, 'n');
select "id", t.name from T where "id" = 1 order by "id";
-- 1, 'n'

create table T ("id" int, NAME varchar);
select 1 from T where id = 1;
-- error: invalid identifier 'ID'

create table T ("id" int, NAME varchar);
insert into T (id) values (1);
-- error: invalid identifier 'ID'

create table T ("id" int, NAME varchar);
create view W as select * from T;
select 1 from W where W.ID = 1;
-- error: invalid identifier 'W.ID'

create table T (A int);
update T set A = 2 where "a" = 1;
-- error: invalid identifier '"a"'

create table T (A int);
delete from T where "a" = 1;
-- error: invalid identifier '"a"'

create table T (A int);
merge into T using (select 1 as "k") s on T.A = s.K when matched then delete;
-- error: invalid identifier 'S.K'

select "ID" from (select "id" as id from (select 1 as "id")) where id = 1;
-- 1

-- https://docs.snowflake.com/en/sql-reference/constructs/order-by

select x, y from values (2, 'a'), (1, 'b') as t(x, y) order by all;
-- 1, 'b'
-- 2, 'a'

-- https://docs.snowflake.com/en/sql-reference/constructs/values

select t.$2, $1, t.column1 from (values (1, 'a')) t;
-- 'a', 1, 1

select column1 + 1 from values (1), (2) v order by 1;
-- 2
-- 3
