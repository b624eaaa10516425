-- https://docs.snowflake.com/en/sql-reference/functions/to_char

select to_char('2013-04-05 01:02:03'::timestamp, 'mm/dd/yyyy, hh24:mi hours');
-- '04/05/2013, 01:02 hours'

select to_char(d, 'Mon YYYY'), to_char(d, 'yyyy-mm-dd'), to_char(d, 'dd/Mm/Yyyy'), to_char(d, 'MON'), to_char(d, 'mmmm') from (select '2024-03-05'::date as d);
-- 'Mar 2024', '2024-03-05', '05/03/2024', 'Mar', 'March'

select to_char(t, 'YYYY-MM-DD"T"HH24:MI:SS.FF3'), to_char(t, 'DY'), to_char(t, 'hh12:mi am'), to_char(t, 'YY') from (select '2024-03-05 15:04:05.123'::timestamp as t);
-- '2024-03-05T15:04:05.123', 'Tue', '03:04 PM', '24'

select to_varchar('2024-03-05'::date, 'DD.MM.YYYY'), to_varchar('03:04:05'::time, 'HH24.MI');
-- '05.03.2024', '03.04'

select to_char('2024-03-05'::date), to_char('2024-03-05 01:02:03'::timestamp), to_char(12.50), to_char(true), to_char('a');
-- '2024-03-05', '2024-03-05 01:02:03.000', '12.50', 'true', 'a'

select to_char(-12454.8, '99,999.9S'), to_char(7, '000'), to_char(1234.5, '$9,999.00');
-- '12,454.8-', ' 007', ' $1,234.50'

select to_char(123456789.5, 'FM999,999,999.00'), to_char(0.5, 'TM9');
-- '123,456,789.50', '0.5'

select to_char('2024-03-05'::date, 'W');
-- 'W'

-- https://docs.snowflake.com/en/sql-reference/functions/to_boolean

select to_boolean('yes'), to_boolean('off'), to_boolean(0), to_boolean(1.1), to_boolean('T'), 'true'::boolean, try_to_boolean('x');
-- true, false, false, true, true, true, null

select to_boolean('x');
-- error: Boolean value 'x' is not recognized

-- https://docs.snowflake.com/en/sql-reference/functions/cast

select cast('1.6845' as number(4, 2)), '1.6845'::number(4, 3), try_cast('x' as int), true::int, 1::boolean, true::varchar, '2024-01-01'::date::timestamp;
-- 1.68, 1.685, null, 1, true, 'true', timestamp '2024-01-01 00:00:00'

select 'abc'::int;
-- error: Numeric value 'abc' is not recognized

select try_cast('2024-01-01' as date), try_cast('1e3' as float), try_cast('12.5' as number(5, 1)), try_cast('yes' as boolean);
-- date '2024-01-01', 1000.0e0, 12.5, true

select ' 12 '::int, '1e2'::int, '.5'::number(3, 1);
-- 12, 100, 0.5

-- https://docs.snowflake.com/en/sql-reference/data-types-text

create table t (a varchar(3));
insert into t values ('abcdef');
-- error: String 'abcdef' is too long and would be truncated

create table t (a varchar(3));
insert into t select 'ab' || 'cd';
-- error: String 'abcd' is too long and would be truncated

create table t (a varchar(3));
insert into t values ('abc'), ('é'), (null);
select a from t;
-- 'abc'
-- 'é'
-- null

create table t (a varchar(3));
insert into t values ('abc');
update t set a = 'abcd';
-- error: String 'abcd' is too long and would be truncated

create table t (a varchar(2), b int);
insert into t (b, a) values (1, 'abc');
-- error: String 'abc' is too long and would be truncated

create table t (a char);
insert into t values ('ab');
-- error: String 'ab' is too long and would be truncated

create table t as select 'ab'::varchar(3) as a;
insert into t values ('abcd');
-- error: String 'abcd' is too long and would be truncated

select 'it''s', 'a\tb', 'a\\b', $$it's \n$$, '\u2744';
-- 'it''s', 'a	b', 'a\b', 'it''s \n', '❄'

-- https://docs.snowflake.com/en/sql-reference/functions/to_binary

select to_binary('534E4F57'), to_binary('SNOW', 'utf-8'), to_varchar(to_binary('534E4F57'), 'utf-8'), x'AB';
-- x'534e4f57', x'534e4f57', 'SNOW', x'ab'

-- https://docs.snowflake.com/en/sql-reference/functions/to_json

select to_json(parse_json('{"a": [1, 2]}'));
-- '{"a":[1,2]}'

select to_char(255, 'XX');
-- ' FF'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/to_array

select to_array(1), to_array(parse_json('[1]')), to_object(parse_json('{"a": 1}'));
-- parse_json('[1]'), parse_json('[1]'), parse_json('{"a":1}')

-- https://docs.snowflake.com/en/sql-reference/functions/to_char

select to_char('2024-03-05 15:04:05'::timestamp, 'DY DD MON YYYY'), to_char('2024-03-05 15:04:05'::timestamp, 'HH12:MI:SS AM'), to_char('2024-03-05'::date, 'YYYYMMDD'), to_char('2024-03-05'::date, 'DD "de" MMMM');
-- 'Tue 05 Mar 2024', '03:04:05 PM', '20240305', '05 de March'

select to_char(max(d), 'YYYY-MM') from values ('2024-01-15'::date) as v(d);
-- '2024-01'

-- https://docs.snowflake.com/en/sql-reference/functions/to_binary

select hex_encode('ab'), to_varchar(x'6162', 'utf-8'), md5_binary('a') is not null;
-- '6162', 'ab', true

-- https://docs.snowflake.com/en/sql-reference/functions/to_char

select to_char(1234.5), to_char(0.10), to_char(1e2::float), to_varchar(100), to_varchar(1.10::number(10, 2));
-- '1234.5', '0.10', '100', '100', '1.10'

select to_char(1234567.891, '999,999,999.00'), to_char(0.5, '0.00'), to_char(-5, '999'), to_char(5, '000');
-- '   1,234,567.89', ' 0.50', '  -5', ' 005'

select cast(123 as varchar), 123::string, 1.5::text, true::string;
-- '123', '123', '1.5', 'true'

-- https://docs.snowflake.com/en/sql-reference/functions/to_decimal

select to_number('1,234.50', '9,999.99', 10, 2), to_decimal('12.3456', 10, 2), try_to_decimal('abc', 10, 2), to_number('007');
-- 1234.50, 12.35, null, 7

-- https://docs.snowflake.com/en/sql-reference/functions/try_cast

select try_cast('1.5' as int), try_cast('' as int), try_cast('2024-13-01' as date), try_cast('abc' as boolean), try_cast('12' as number(10, 2));
-- 2, null, null, null, 12.00
