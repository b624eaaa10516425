-- https://docs.snowflake.com/en/sql-reference/functions/row_number

select x, row_number() over (order by x desc) from values (1), (2) as t(x) order by x;
-- 1, 2
-- 2, 1

-- https://docs.snowflake.com/en/sql-reference/functions/rank

select x, rank() over (order by x), dense_rank() over (order by x), percent_rank() over (order by x), cume_dist() over (order by x) from values (1), (1), (2), (3) as t(x) order by x;
-- 1, 1, 1, 0.0e0, 0.5e0
-- 1, 1, 1, 0.0e0, 0.5e0
-- 2, 3, 2, 0.6666666666666666e0, 0.75e0
-- 3, 4, 3, 1.0e0, 1.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/ntile

select x, ntile(2) over (order by x) from values (1), (2), (3) as t(x) order by x;
-- 1, 1
-- 2, 1
-- 3, 2

-- https://docs.snowflake.com/en/sql-reference/functions/lag

select x, lag(x) over (order by x), lead(x, 1, 0) over (order by x), lag(x, 2, -1) over (order by x) from values (1), (2) as t(x) order by x;
-- 1, null, 2, -1
-- 2, 1, 0, -1

select x, lag(x) ignore nulls over (order by o) from values (1, 5), (2, null), (3, 7) as t(o, x) order by o;
-- 5, null
-- null, 5
-- 7, 5

-- https://docs.snowflake.com/en/sql-reference/functions/first_value

select x, first_value(x) over (order by x), last_value(x) over (order by x), nth_value(x, 2) over (order by x) from values (1), (2), (3) as t(x) order by x;
-- 1, 1, 3, 2
-- 2, 1, 3, 2
-- 3, 1, 3, 2

select o, last_value(x ignore nulls) over (order by o) from values (1, 5), (2, null) as t(o, x) order by o;
-- 1, 5
-- 2, 5

-- https://docs.snowflake.com/en/sql-reference/functions/ratio_to_report

select x, ratio_to_report(x) over () from values (1), (3) as t(x) order by x;
-- 1, 0.250000
-- 3, 0.750000

select g, x, ratio_to_report(x) over (partition by g) from values ('a', 1.00), ('a', 3.00), ('b', 2.00) as t(g, x) order by g, x;
-- 'a', 1.00, 0.25000000
-- 'a', 3.00, 0.75000000
-- 'b', 2.00, 1.00000000

-- https://docs.snowflake.com/en/sql-reference/functions/sum

select x, sum(x) over (order by x), sum(x) over (order by x rows between 1 preceding and current row), count(*) over () from values (1), (2), (3) as t(x) order by x;
-- 1, 1, 1, 3
-- 2, 3, 3, 3
-- 3, 6, 5, 3

select x, sum(x) over () / count(*) over () from values (1), (2) as t(x) order by x;
-- 1, 1.500000
-- 2, 1.500000

-- https://docs.snowflake.com/en/sql-reference/functions/conditional_true_event

select o, conditional_true_event(x > 1) over (order by o) from values (1, 1), (2, 2), (3, 1), (4, 3) as t(o, x) order by o;
-- 1, 0
-- 2, 1
-- 3, 1
-- 4, 2

-- https://docs.snowflake.com/en/sql-reference/functions/conditional_change_event

select o, conditional_change_event(x) over (order by o) from values (1, 'a'), (2, 'a'), (3, 'b'), (4, 'a') as t(o, x) order by o;
-- 1, 0
-- 2, 0
-- 3, 1
-- 4, 2
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/constructs/qualify

select g, x from values ('a', 1), ('a', 2), ('b', 1) as t(g, x) qualify row_number() over (partition by g order by x desc) = 1 order by g;
-- 'a', 2
-- 'b', 1

-- https://docs.snowflake.com/en/sql-reference/constructs/order-by

select x from values (1), (null), (2) as t(x) order by x;
-- 1
-- 2
-- null

select x from values (1), (null), (2) as t(x) order by x desc;
-- null
-- 2
-- 1

select x, median(x) over () from values (1), (3) as t(x) order by x;
-- 1, 2.000
-- 3, 2.000

-- https://docs.snowflake.com/en/sql-reference/functions/sum

select sum(a) over (order by a rows between 1 preceding and current row) / 2 from values (1), (3) as v(a) order by 1;
-- 0.500000
-- 2.000000

-- https://docs.snowflake.com/en/sql-reference/functions/avg

select o, avg(x) over (order by o rows between 1 preceding and current row) from values (1, 1), (2, 2), (3, 6) as v(o, x) order by o;
-- 1, 1.000000
-- 2, 1.500000
-- 3, 4.000000

select g, avg(x), avg(avg(x)) over () from values ('a', 1), ('b', 2) as v(g, x) group by g order by g;
-- 'a', 1.000000, 1.500000000000
-- 'b', 2.000000, 1.500000000000

-- https://docs.snowflake.com/en/sql-reference/functions/ratio_to_report

select g, ratio_to_report(sum(x)) over () from values ('a', 1), ('b', 3) as v(g, x) group by g order by g;
-- 'a', 0.250000
-- 'b', 0.750000

-- https://docs.snowflake.com/en/sql-reference/functions/rank

select g, rank() over (order by sum(x) desc) from values ('a', 1), ('b', 3) as v(g, x) group by g order by g;
-- 'a', 2
-- 'b', 1

-- https://docs.snowflake.com/en/sql-reference/functions/count

select x, count(distinct x) over () from values (1), (1), (2) as v(x) order by x;
-- 1, 2
-- 1, 2
-- 2, 2

-- https://docs.snowflake.com/en/sql-reference/functions/first_value

select o, first_value(x) ignore nulls over (order by o) from values (1, null), (2, 5) as v(o, x) order by o;
-- 1, 5
-- 2, 5

select o, last_value(x) over (partition by 1 order by o rows between unbounded preceding and current row) from values (1, 4), (2, 5) as v(o, x) order by o;
-- 1, 4
-- 2, 5

-- https://docs.snowflake.com/en/sql-reference/functions/row_number

select row_number() over (partition by g order by x desc nulls last), g from values ('a', null), ('a', 1) as t(g, x) order by 1;
-- 1, 'a'
-- 2, 'a'

select x, sum(x) over (order by x rows between unbounded preceding and current row), sum(x) over (order by x desc) from values (1), (2) as t(x) order by x;
-- 1, 1, 3
-- 2, 3, 2

select x, lag(x, 1, 0) over (order by x), x - lag(x) over (order by x) from values (1), (4) as t(x) order by x;
-- 1, 0, null
-- 4, 1, 3

select x, round(100 * x / sum(x) over (), 2) from values (1), (2) as t(x) order by x;
-- 1, 33.33
-- 2, 66.67
