-- https://docs.snowflake.com/en/sql-reference/functions/listagg

select listagg(x) from values ('a'), ('b') as t(x);
-- 'ab'

select listagg(x, '|') from values ('a'), (null), ('b') as t(x);
-- 'a|b'

select listagg(x, ',') from values ('a') as t(x) where false;
-- ''

select listagg(distinct x, ', ') within group (order by x desc) from values ('a'), ('b'), ('a') as t(x);
-- 'b, a'

select g, listagg(x, '-') within group (order by x) from values (1, 'b'), (1, 'a'), (2, null) as t(g, x) group by g order by g;
-- 1, 'a-b'
-- 2, ''

select listagg(n, ',') within group (order by n) from values (2), (1) as t(n);
-- '1,2'

select g, listagg(x, ',') within group (order by x) over (partition by g) from values (1, 'b'), (1, 'a') as t(g, x);
-- 1, 'a,b'
-- 1, 'a,b'

-- https://docs.snowflake.com/en/sql-reference/functions/array_agg

select array_agg(x) within group (order by x) from values (2), (null), (1) as t(x);
-- parse_json('[1,2]')

select array_agg(distinct x) within group (order by x) from values (2), (1), (2) as t(x);
-- parse_json('[1,2]')

select array_agg(x) from values (1) as t(x) where false;
-- parse_json('[]')

select array_size(array_agg(x)) from values (1), (null) as t(x);
-- 1

-- https://docs.snowflake.com/en/sql-reference/functions/array_unique_agg

select array_size(array_unique_agg(x)) from values (1), (1), (2), (null) as t(x);
-- 2

-- https://docs.snowflake.com/en/sql-reference/functions/object_agg

select object_agg(k, v) from values ('a', 1), ('b', 2), ('c', null) as t(k, v);
-- parse_json('{"a":1,"b":2}')

-- https://docs.snowflake.com/en/sql-reference/functions/count_if

select count_if(x > 1), count(*), count(x), count(distinct x) from values (1), (2), (2), (null) as t(x);
-- 2, 4, 3, 2

select count(distinct a, b) from values (1, 1), (1, 1), (1, null) as t(a, b);
-- 1

select count(a, b) from values (1, 1), (1, null) as t(a, b);
-- 1

-- https://docs.snowflake.com/en/sql-reference/functions/median

select median(x) from values (1), (2), (3), (4) as t(x);
-- 2.500

select median(x) from values (1), (3) as t(x);
-- 2.000

-- https://docs.snowflake.com/en/sql-reference/functions/mode

select mode(x) from values (1), (2), (2) as t(x);
-- 2

-- https://docs.snowflake.com/en/sql-reference/functions/percentile_cont

select percentile_cont(0.5) within group (order by x) from values (1), (2) as t(x);
-- 1.500

select percentile_disc(0.5) within group (order by x) from values (1), (2), (3) as t(x);
-- 2

-- https://docs.snowflake.com/en/sql-reference/functions/stddev

select round(stddev(x), 4), round(stddev_pop(x), 4), round(stddev_samp(x), 4) from values (2::float), (4), (6) as t(x);
-- 2.0e0, 1.633e0, 2.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/variance

select round(variance(x), 4), round(var_pop(x), 4), round(var_samp(x), 4), round(variance_pop(x), 4) from values (2::float), (4), (6) as t(x);
-- 4.0e0, 2.6667e0, 4.0e0, 2.6667e0

-- https://docs.snowflake.com/en/sql-reference/functions/corr

select corr(x, y), covar_pop(x, y), covar_samp(x, y) from values (1::float, 2::float), (2, 4) as t(x, y);
-- 1.0e0, 0.5e0, 1.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/regr_slope

select regr_slope(y, x), regr_intercept(y, x), regr_count(y, x) from values (1::float, 2::float), (2, 4) as t(x, y);
-- 2.0e0, 0.0e0, 2

-- https://docs.snowflake.com/en/sql-reference/functions/min_by

select min_by(n, x), max_by(n, x) from values ('a', 1), ('b', 2) as t(n, x);
-- 'a', 'b'

select max_by(n, x, 2) from values ('a', 1), ('b', 2) as t(n, x);
-- parse_json('["b","a"]')

-- https://docs.snowflake.com/en/sql-reference/functions/any_value

select any_value(x), min(x), max(x) from values (1), (1) as t(x);
-- 1, 1, 1

-- https://docs.snowflake.com/en/sql-reference/functions/booland_agg

select booland_agg(x), boolor_agg(x), boolxor_agg(x) from values (true), (false) as t(x);
-- false, true, true

-- https://docs.snowflake.com/en/sql-reference/functions/bitand_agg

select bitand_agg(x), bitor_agg(x), bitxor_agg(x) from values (5), (3) as t(x);
-- 1, 7, 6

-- https://docs.snowflake.com/en/sql-reference/functions/approx_count_distinct

select approx_count_distinct(x), hll(x) from values (1), (1), (2) as t(x);
-- 2, 2

-- https://docs.snowflake.com/en/sql-reference/functions/grouping

select g, sum(x), grouping(g) from values ('a', 1), ('b', 2) as t(g, x) group by rollup (g) order by 3, 1;
-- 'a', 1, 0
-- 'b', 2, 0
-- null, 3, 1

select g, h, count(*) from values (1, 2) as t(g, h) group by grouping sets ((g), (h)) order by g;
-- 1, null, 1
-- null, 2, 1

select g, h, grouping_id(g, h) from values (1, 2) as t(g, h) group by cube (g, h) order by 3;
-- 1, 2, 0
-- 1, null, 1
-- null, 2, 2
-- null, null, 3

-- https://docs.snowflake.com/en/sql-reference/functions/hash_agg

select hash_agg(x) = hash_agg(x) from values (1), (2) as t(x);
-- true
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/sum

select sum(distinct x), sum(x) from values (1), (1), (2) as t(x);
-- 3, 4

select g, sum(x) as total from values ('a', 1), ('a', 2), ('b', 5) as t(g, x) group by all order by g;
-- 'a', 3
-- 'b', 5

select sum(iff(x > 1, x, 0)), sum(x) filter_ from values (1), (2) as t(x);
-- 2, 3

-- https://docs.snowflake.com/en/sql-reference/functions/stddev

select stddev(x) from values (1), (3) as v(x);
-- 1.4142135623730951e0

-- https://docs.snowflake.com/en/sql-reference/functions/array_agg

select array_agg(distinct x), array_size(array_agg(x)) from values (1), (1) as v(x);
-- parse_json('[1]'), 2

select array_agg(x) over (partition by g) from values ('a', 1) as v(g, x);
-- parse_json('[1]')

-- https://docs.snowflake.com/en/sql-reference/functions/approx_percentile

select approx_percentile(x, 0.5) between 1 and 3 from values (1), (2), (3) as t(x);
-- true

-- https://docs.snowflake.com/en/sql-reference/functions/approx_top_k

select approx_top_k(x, 1) from values (1), (1) as t(x);
-- parse_json('[[1,2]]')
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/boolor_agg

select booland_agg(x > 0), boolor_agg(x > 1) from values (1), (2) as t(x);
-- true, true

-- https://docs.snowflake.com/en/sql-reference/functions/count

select count(*), count(null), count(distinct null) from values (1), (2) as t(x);
-- 2, 0, 0

select count_if(x), count(iff(x, 1, null)), sum(x::int) from values (true), (false), (null) as t(x);
-- 1, 1, 1

-- https://docs.snowflake.com/en/sql-reference/functions/max

select max(x), min(x) from values ('b'), ('a'), (null) as t(x);
-- 'b', 'a'

select max(null), sum(null::int), avg(null::int);
-- null, null, null

-- https://docs.snowflake.com/en/sql-reference/functions/listagg

select listagg(x, ',') within group (order by x desc) from values (1), (10), (2) as t(x);
-- '10,2,1'

select listagg(d, ',') from values ('2024-01-15'::date) as t(d);
-- '2024-01-15'

-- https://docs.snowflake.com/en/sql-reference/functions/median

select median(x), percentile_cont(0.25) within group (order by x), percentile_disc(0.5) within group (order by x) from values (1::float), (2), (3), (4) as t(x);
-- 2.5e0, 1.75e0, 2.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/any_value

select any_value(x), mode(x), max_by(x, y), min_by(x, y) from values ('a', 1), ('a', 2) as t(x, y);
-- 'a', 'a', 'a', 'a'

-- https://docs.snowflake.com/en/sql-reference/functions/avg

select avg(x), avg(y) from values (1.5, 1), (2.5, 2) as t(x, y);
-- 2.0000000, 1.500000

select avg(iff(x > 1, x, null)), avg(x + 1), avg(x) * 2, -avg(x) from values (1), (3) as t(x);
-- 3.000000, 3.000000, 4.000000, -2.000000

select avg(x) filter_less from values (1.00::float) as t(x);
-- 1.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/variance

select variance(x), stddev_pop(x), var_pop(x) from values (1), (1) as t(x);
-- 0.0e0, 0.0e0, 0.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/percentile_cont

select percentile_cont(0.5) within group (order by x) over (partition by g) from values ('a', 1), ('a', 2) as t(g, x);
-- 1.500
-- 1.500

-- https://docs.snowflake.com/en/sql-reference/functions/count

select count(distinct x, y), count(*) - count(x) from values (1, 1), (1, 2), (null, 1) as t(x, y);
-- 2, 1

select count(t.*) from values (1, null), (1, 2) as t(x, y);
-- 1
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/max

select max(d), min(t), max(b::int) from values ('2024-01-01'::date, '10:00:00'::time, true) as v(d, t, b);
-- date '2024-01-01', time '10:00:00', 1

-- https://docs.snowflake.com/en/sql-reference/functions/bitor

select bitor_agg(x), bit_count_ from values (1, 1), (2, 1) as t(x, bit_count_) group by bit_count_;
-- 3, 1
