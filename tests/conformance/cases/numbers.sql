-- https://docs.snowflake.com/en/sql-reference/operators-arithmetic

select 1 / 3;
-- 0.333333

select 100.0 * 1 / 3;
-- 33.3333333

select 1.00 / 3, 10 / 4, 2 / 3;
-- 0.33333333, 2.500000, 0.666667

select 1.23456789012 / 1;
-- 1.234567890120

select x / y from values (1000000000000, 7) as t(x, y);
-- 142857142857.142857

select 1 / 3e0;
-- 0.3333333333333333e0

select 1 / 0;
-- error: Division by zero

select 5 % 0;
-- error: Division by zero

select 7.5 / 2.5 / 2;
-- 1.500000000000

select 0.1 + 0.2, 1.10 * 2.20, 2 * 3.0, 1.5 - 0.25;
-- 0.3, 2.4200, 6.0, 1.25

select -7 % 3, 5.5 % 2, 7 % -3;
-- -1, 1.5, 1

select sum(x) / count(*) from values (1), (2), (2) as t(x);
-- 1.666667

select 10 / 4 * 2;
-- 5.000000

select sum(v) / sum(q) from values (10.50::number(10, 2), 3), (1.00, 1) as t(v, q);
-- 2.87500000

-- https://docs.snowflake.com/en/sql-reference/functions/avg

select avg(x) from values (1), (2) as t(x);
-- 1.500000

select avg(x) from values (1.10::number(10, 2)), (2.25) as t(x);
-- 1.67500000

select avg(x) from values (1::float), (2) as t(x);
-- 1.5e0

select avg(distinct x) from values (1), (1), (2) as t(x);
-- 1.500000

select avg(x) over (partition by g) from values (1, 1), (1, 2) as t(g, x);
-- 1.500000
-- 1.500000

select avg(x) from values ('1'), ('2') as t(x);
-- 1.5e0

select avg(x) from values (1) as t(x) where false;
-- null

-- https://docs.snowflake.com/en/sql-reference/functions/sum

select sum(x) from values (1.25), (2.5) as t(x);
-- 3.75

select sum(x) from values ('1'), ('2.5') as t(x);
-- 3.5e0

-- https://docs.snowflake.com/en/sql-reference/data-types-numeric

select 2.5::float::int, -2.5::float::int, 3.5::float::int, 0.5::float::int;
-- 3, -3, 4, 1

select 2.5::number(10, 1)::int, 3.7::int, '3.7'::int, 5::number(10, 2), 1.005::number(10, 2);
-- 3, 4, 4, 5.00, 1.01

select 99999999999999999999999999999999999999;
-- 99999999999999999999999999999999999999

select '99999999999999999999999999999999999999'::number(38, 0);
-- 99999999999999999999999999999999999999

select 12345678901234567890 + 1;
-- 12345678901234567891

create table t (n number(38, 0));
insert into t values (12345678901234567890123456789012345678);
select n, n + 1 from t;
-- 12345678901234567890123456789012345678, 12345678901234567890123456789012345679
-- here: refused

select 9223372036854775807 + 1;
-- 9223372036854775808
-- here: refused

select 9223372036854775807 * 10;
-- 92233720368547758070
-- here: refused

select 1234::number(3, 0);
-- error: out of representable range

select 1.5::float, 1e3::float, 'NaN'::float, 'inf'::float;
-- 1.5e0, 1000.0e0, nan, inf

select 1.0::float::varchar, 1.5::float::varchar, 0.1::float::varchar, 100000::float::varchar;
-- '1', '1.5', '0.1', '100000'

-- https://docs.snowflake.com/en/sql-reference/functions/round

select round(135.135), round(-975.975), round(2.5), round(-2.5);
-- 135, -976, 3, -3

select round(135.135, -2), round(135.135, 1), round(135.135, 0);
-- 100, 135.1, 135

select round(2.5, 0, 'HALF_TO_EVEN'), round(-0.5, 0, 'HALF_AWAY_FROM_ZERO');
-- 2, -1

select round(2.5::float), round(1.005::float, 2);
-- 3.0e0, 1.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/floor

select floor(135.135), floor(-975.975), floor(135.135, 1), floor(-975.975, -1);
-- 135, -976, 135.1, -980

-- https://docs.snowflake.com/en/sql-reference/functions/ceil

select ceil(135.135), ceil(-975.975), ceil(135.135, 1), ceil(135.135, -2);
-- 136, -975, 135.2, 200

-- https://docs.snowflake.com/en/sql-reference/functions/trunc2

select trunc(135.135), trunc(-975.975, 1), truncate(135.135, -2);
-- 135, -975.9, 100

-- https://docs.snowflake.com/en/sql-reference/functions/mod

select mod(3, 2), mod(4.5, 1.2), mod(-3, 2);
-- 1, 0.9, -1

-- https://docs.snowflake.com/en/sql-reference/functions/div0

select div0(1, 2), div0(1, 0), div0(1.00, 3);
-- 0.500000, 0.000000, 0.33333333

-- https://docs.snowflake.com/en/sql-reference/functions/div0null

select div0null(1, 0), div0null(1, null), div0null(3, 2);
-- 0.000000, 0.000000, 1.500000

-- https://docs.snowflake.com/en/sql-reference/functions/abs

select abs(-5), sign(-1.5), sign(0);
-- 5, -1, 0

-- https://docs.snowflake.com/en/sql-reference/functions/sqrt

select sqrt(25), round(cbrt(27), 6), square(4), power(2, 3), exp(0);
-- 5.0e0, 3.0e0, 16.0e0, 8.0e0, 1.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/log

select log(2, 0.5), ln(1), log(10, 100);
-- -1.0e0, 0.0e0, 2.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/factorial

select factorial(0), factorial(5);
-- 1, 120

-- https://docs.snowflake.com/en/sql-reference/functions/greatest

select greatest(1, 2, 3), greatest(1, null), least(2, 1), least(null, 1);
-- 3, null, 1, null

select greatest('apple', 'banana'), least(1.5, 2);
-- 'banana', 1.5

-- https://docs.snowflake.com/en/sql-reference/functions/greatest_ignore_nulls

select greatest_ignore_nulls(1, null, 3), least_ignore_nulls(null, 2);
-- 3, 2

-- https://docs.snowflake.com/en/sql-reference/functions/width_bucket

select width_bucket(290000.00, 200000, 600000, 4), width_bucket(199999, 200000, 600000, 4), width_bucket(600000, 200000, 600000, 4), width_bucket(599999, 200000, 600000, 4);
-- 1, 0, 5, 4

-- https://docs.snowflake.com/en/sql-reference/functions/bitand

select bitand(5, 3), bitor(5, 3), bitxor(5, 3), bitnot(5), bitshiftleft(1, 3), bitshiftright(16, 2);
-- 1, 7, 6, -6, 8, 4

-- https://docs.snowflake.com/en/sql-reference/functions/pi

select round(pi(), 4), round(degrees(pi()), 2), round(radians(180), 4);
-- 3.1416e0, 180.0e0, 3.1416e0

-- https://docs.snowflake.com/en/sql-reference/functions/haversine

select round(haversine(40.7127, -74.0059, 34.0500, -118.2500), 3);
-- 3936.385e0

-- https://docs.snowflake.com/en/sql-reference/functions/atan2

select atan2(0, 1), cos(0), sin(0), tan(0), cot(1) > 0;
-- 0.0e0, 1.0e0, 0.0e0, 0.0e0, true

-- https://docs.snowflake.com/en/sql-reference/functions/seq1

select seq4() from table(generator(rowcount => 3)) order by 1;
-- 0
-- 1
-- 2

-- https://docs.snowflake.com/en/sql-reference/functions/uniform

select uniform(1, 10, random()) between 1 and 10, random() between -9223372036854775808 and 9223372036854775807;
-- true, true

-- https://docs.snowflake.com/en/sql-reference/functions/zeroifnull

select zeroifnull(null), zeroifnull(5), nullifzero(0);
-- 0, 5, null

-- https://docs.snowflake.com/en/sql-reference/functions/to_decimal

select to_number('12.3456'), to_number('98.76546', 10, 1), to_decimal('12.5', 10, 2), to_numeric('-7');
-- 12, 98.8, 12.50, -7

select to_number('12,345.67', '99,999.99', 10, 2), to_number('$12.34', '$99.99', 10, 2), to_decimal('1.0', '99.9'), to_decimal('-12.3', '99.9', 9, 5);
-- 12345.67, 12.34, 1, -12.30000

select to_decimal('ABCD', 'XXXX');
-- 43981

select to_number('x');
-- error: Numeric value 'x' is not recognized

select try_to_number('x'), try_to_number('12.5'), try_to_decimal('345.123', '999.99', 10, 2);
-- null, 13, 345.12

-- https://docs.snowflake.com/en/sql-reference/functions/to_double

select to_double('1.1'), to_double(2), try_to_double('x');
-- 1.1e0, 2.0e0, null

-- https://docs.snowflake.com/en/sql-reference/operators-arithmetic

select round(10.0 / 3, 2), round(100.0 * 1 / 3, 1), 5 / 2, 7 / 2::int, 1::float / 4;
-- 3.33, 33.3, 2.500000, 3.500000, 0.25e0

select round(100.0 * sum(a) / sum(b), 1), sum(a) / nullif(sum(b), 0), div0(sum(a), 0) from values (1, 3) as v(a, b);
-- 33.3, 0.333333, 0.000000

select a / b, case when b <> 0 then a / b end, iff(b = 0, null, a / b) from values (1, null) as v(a, b);
-- null, null, null

select case when b <> 0 then a / b end from values (1, 0) as v(a, b);
-- null

select 12.345::number(10, 2), (-12.345)::number(10, 2), round(-1.5), trunc(10 / 3, 2);
-- 12.35, -12.35, -2, 3.33

select avg(x)::int, avg(x)::number(10, 2), round(avg(x), 1), count(*) / 2 from values (1), (2), (2) as v(x);
-- 2, 1.67, 1.7, 1.500000

select x * 1.1, x + 0.5, -x, x % 2 from values (3) as v(x);
-- 3.3, 3.5, -3, 1

select 10 / 3 + 1, (1 + 2) / 3, 2 / 3 * 3;
-- 4.333333, 1.000000, 2.000001

-- https://docs.snowflake.com/en/sql-reference/functions/round

select round(1.5::float), round(x, 1), round(x) from values (2.25::number(10, 2)) as v(x);
-- 2.0e0, 2.3, 2

-- https://docs.snowflake.com/en/sql-reference/functions/greatest

select greatest('2024-01-01'::date, '2024-02-01'::date), least('2024-01-01'::date, null);
-- date '2024-02-01', null

-- https://docs.snowflake.com/en/sql-reference/functions/uuid_string

select length(uuid_string()), uuid_string() <> uuid_string();
-- 36, true

-- https://docs.snowflake.com/en/sql-reference/functions/normal

select normal(0, 1, random()) is not null, zipf(1, 10, random()) is not null;
-- true, true

-- https://docs.snowflake.com/en/sql-reference/functions/st_distance

select st_distance(st_makepoint(0, 0), st_makepoint(0, 0));
-- 0.0e0
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/bitshiftleft

select bitand(6, 3), bitor(6, 3), bitnot(0);
-- 2, 7, -1

-- https://docs.snowflake.com/en/sql-reference/functions/seq1

select seq8() from table(generator(rowcount => 2)) order by 1;
-- 0
-- 1

-- https://docs.snowflake.com/en/sql-reference/functions/least

select least('b', 'a'), greatest(1, 2.5), greatest(1::float, 2);
-- 'a', 2.5, 2.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/floor

select floor(2.7), ceil(-2.7), floor(-2.5::float), round(1234.567, -2), round(null);
-- 2, -2, -3.0e0, 1200, null

-- https://docs.snowflake.com/en/sql-reference/functions/mod

select mod(10, 4), mod(10.5, 3), 10 % 4, mod(null, 2);
-- 2, 1.5, 2, null

-- https://docs.snowflake.com/en/sql-reference/functions/power

select power(2, 10), power(2, -1), sqrt(2) > 1.41, exp(1) > 2.7, ln(10) > 2.3;
-- 1024.0e0, 0.5e0, true, true, true

-- https://docs.snowflake.com/en/sql-reference/functions/sign

select sign(-5), sign(0), abs(-2.5), abs(null);
-- -1, 0, 2.5, null

-- https://docs.snowflake.com/en/sql-reference/operators-arithmetic

select 1.0 / 3, 1.000000 / 3, 10.0000000 / 3;
-- 0.3333333, 0.333333333333, 3.333333333333

select 1.123456789012345 / 1;
-- 1.123456789012345
-- here: refused

select (10 / 4) * (10 / 4), avg(x) * avg(x), 1.0000000 / 4 * (1.0000000 / 4) from values (1), (2) as t(x);
-- 6.250000000000, 2.250000000000, 0.062500000000

select 6 / 2, 0 / 5, -7 / 2, 7 / -2;
-- 3.000000, 0.000000, -3.500000, -3.500000

select sum(x) / 3, sum(x) * 1.5, max(x) / min(x) from values (1), (4) as t(x);
-- 1.666667, 7.5, 4.000000

select x::float / y, x / y::float from values (1, 4) as t(x, y);
-- 0.25e0, 0.25e0

select 1e0 / 0;
-- error: Division by zero

select 0.1::float + 0.2::float, 1.1::float * 3;
-- 0.30000000000000004e0, 3.3000000000000003e0

select 5::number(10, 2) * 2, 5.00 - 1, 1.5 + 1.25, 2.50 * 2.0;
-- 10.00, 4.00, 2.75, 5.000

select 3 * -2, +5, -(-5), 2 - -3;
-- -6, 5, 5, 5

-- https://docs.snowflake.com/en/sql-reference/functions/round

select round(2.345, 2), round(-2.345, 2), round(2.5::float), round(3.5::float), round(12345, -2), round(0.5);
-- 2.35, -2.35, 3.0e0, 4.0e0, 12300, 1

select round(x, n) from values (1.256, 1), (1.256, 2) as t(x, n) order by n;
-- 1.300
-- 1.260
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/trunc2

select trunc(1.999), trunc(-1.999, 2), trunc(1999, -3), trunc(2.5::float);
-- 1, -1.99, 1000, 2.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/div0

select div0(10, 4), div0(1.5, 0), div0null(1, 0);
-- 2.500000, 0.0000000, 0.000000

-- https://docs.snowflake.com/en/sql-reference/functions/greatest

select greatest(null, null), least(3, 1, 2), greatest('b', 'abc');
-- null, 1, 'b'

-- https://docs.snowflake.com/en/sql-reference/operators-arithmetic

select 2 ^ 3;
-- error: unexpected '^'
-- here: refused
