-- https://docs.snowflake.com/en/sql-reference/functions/iff

select iff(true, 'a', 'b'), iff(null, 'a', 'b');
-- 'a', 'b'

-- https://docs.snowflake.com/en/sql-reference/functions/nvl

select nvl(null, 1), ifnull(null, 'x'), nvl2(null, 1, 2), nvl2(1, 1, 2), nullif(1, 1);
-- 1, 'x', 2, 1, null

-- https://docs.snowflake.com/en/sql-reference/functions/decode

select decode(1, 1, 'one', 2, 'two', 'other'), decode(null, null, 'none', 'x'), decode(3, 1, 'one');
-- 'one', 'none', null

-- https://docs.snowflake.com/en/sql-reference/functions/case

select case when false then 1 end, case 2 when 1 then 'a' when 2 then 'b' else 'c' end;
-- null, 'b'

-- https://docs.snowflake.com/en/sql-reference/functions/equal_null

select equal_null(null, null), equal_null(1, null), null is distinct from 1, 1 is not distinct from 1;
-- true, false, true, true

-- https://docs.snowflake.com/en/sql-reference/functions/booland

select booland(1, 0), boolor(1, 0), boolnot(0), boolxor(2, 3);
-- false, true, true, false

-- https://docs.snowflake.com/en/sql-reference/functions/coalesce

select coalesce(null, null, 3), coalesce(1.50, 2);
-- 3, 1.50

-- https://docs.snowflake.com/en/sql-reference/functions/regr_valx

select regr_valx(null, 10), regr_valy(1, null);
-- null, null

-- https://docs.snowflake.com/en/sql-reference/functions/is_null_value

select is_null_value(parse_json('{"a": null}'):a), is_null_value(parse_json('{"a": 1}'):a), is_null_value(parse_json('{}'):a);
-- true, false, null

-- https://docs.snowflake.com/en/sql-reference/functions/in

select 1 in (1, 2), (1, 2) in ((1, 2)), 3 not in (1, null), 2 between 1 and 3;
-- true, true, null, true

-- https://docs.snowflake.com/en/sql-reference/functions/case

select true and null, false and null, true or null, not null;
-- null, false, true, null

-- https://docs.snowflake.com/en/sql-reference/functions/nvl

select nvl('', 'x'), coalesce(null, ''), nullif('', '');
-- '', '', null

-- https://docs.snowflake.com/en/sql-reference/functions/iff

select iff(x > 1, 'big', 'small'), case x when 1 then 'one' else 'many' end, decode(x, 1, 'one', 'other') from values (1) as t(x);
-- 'small', 'one', 'one'

-- https://docs.snowflake.com/en/sql-reference/functions/nullifzero

select nullifzero(0), zeroifnull(null), nvl2(null, 'a', 'b');
-- null, 0, 'b'

-- https://docs.snowflake.com/en/sql-reference/functions/nvl

select nvl(1.50, 0), coalesce(null, 1, 2.5), ifnull(null::int, 0), nvl(null::date, '2024-01-01'::date);
-- 1.50, 1.0, 0, date '2024-01-01'

-- https://docs.snowflake.com/en/sql-reference/functions/case

select case when 1 = 1 then 'a' end, case when null then 1 else 2 end, iff(null, 1, 2);
-- 'a', 2, 2

-- https://docs.snowflake.com/en/sql-reference/functions/in

select 'a' in ('a', 'b'), null in (1), 1 not in (2, 3), x in (select column1 from values (1)) from values (1) as t(x);
-- true, null, true, true

-- https://docs.snowflake.com/en/sql-reference/functions/booland

select true and 'false'::boolean, not true, boolor(true, null), xor_ from values (false) as t(xor_);
-- false, false, true, false
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/nullif

select nullif(1, 2), nullif('a', 'a'), nvl2('', 1, 2), zeroifnull(null::float);
-- 1, null, 1, 0.0e0

-- https://docs.snowflake.com/en/sql-reference/functions/decode

select decode('b', 'a', 1, 'b', 2), decode(5, 1, 'x', 'default'), decode(null, 1, 'a', null, 'n');
-- 2, 'default', 'n'
