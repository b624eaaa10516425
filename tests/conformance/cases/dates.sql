-- https://docs.snowflake.com/en/sql-reference/functions/date_trunc

select date_trunc('month', '2015-05-08'::date), date_trunc(quarter, '2015-05-08'::date), date_trunc('year', '2015-05-08'::date);
-- date '2015-05-01', date '2015-04-01', date '2015-01-01'

select date_trunc('hour', '2015-05-08 23:39:20.123'::timestamp), date_trunc('day', '2015-05-08 23:39:20.123'::timestamp);
-- timestamp '2015-05-08 23:00:00', timestamp '2015-05-08 00:00:00'

select date_trunc('week', '2015-05-08'::date), date_trunc('mm', d) from (select '2024-02-29'::date as d);
-- date '2015-05-04', date '2024-02-01'

select date_trunc('month', '2015-05-08');
-- timestamp '2015-05-01 00:00:00'

select date_trunc('minute', '12:34:56'::time);
-- time '12:34:00'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/trunc1

select trunc('2015-05-08'::date, 'month'), trunc('2015-05-08 23:39:20'::timestamp, 'day');
-- date '2015-05-01', timestamp '2015-05-08 00:00:00'

-- https://docs.snowflake.com/en/sql-reference/functions/dateadd

select dateadd(month, 1, '2023-01-31'::date), dateadd(quarter, 1, '2023-01-31'::date), dateadd('year', -1, '2024-02-29'::date), dateadd(week, 1, '2024-01-01'::date);
-- date '2023-02-28', date '2023-04-30', date '2023-02-28', date '2024-01-08'

select dateadd(hour, 2, '2013-05-08'::date);
-- timestamp '2013-05-08 02:00:00'

select dateadd(year, 2, '2013-05-08 11:22:33'::timestamp), dateadd(day, 1, '2024-01-31');
-- timestamp '2015-05-08 11:22:33', timestamp '2024-02-01 00:00:00'

select dateadd(day, n, d) from (select 2 as n, '2024-02-28'::date as d);
-- date '2024-03-01'

select dateadd(second, 30, '12:00:00'::time);
-- time '12:00:30'

select timestampadd(day, 1, '2024-01-01'::timestamp), timeadd(minute, 5, '2024-01-01'::timestamp);
-- timestamp '2024-01-02 00:00:00', timestamp '2024-01-01 00:05:00'

select dateadd(month, 1.6, '2024-01-01'::date);
-- date '2024-03-01'

-- https://docs.snowflake.com/en/sql-reference/functions/add_months

select add_months('2016-05-15'::date, 2), add_months('2016-02-29'::date, 1), add_months('2016-05-31'::date, -1);
-- date '2016-07-15', date '2016-03-31', date '2016-04-30'

select add_months('2016-05-15 10:00:00'::timestamp, 2);
-- timestamp '2016-07-15 10:00:00'

-- https://docs.snowflake.com/en/sql-reference/data-types-datetime

select '2018-04-15'::date + interval '1 month', '2018-04-15'::date + interval '1 year', '2018-04-15'::date - interval '1 day';
-- date '2018-05-15', date '2019-04-15', date '2018-04-14'

select '2018-04-15'::date + interval '1 hour';
-- timestamp '2018-04-15 01:00:00'

select '2018-04-15 10:00:00'::timestamp + interval '1 year, 3 days, 4 hours';
-- timestamp '2019-04-18 14:00:00'

select '2024-01-31'::date + 1, '2024-03-01'::date - 1, '2024-03-01'::date - '2024-02-01'::date;
-- date '2024-02-01', date '2024-02-29', 29

select d + n from (select '2024-01-31'::date as d, 1 as n);
-- date '2024-02-01'

select '2024-01-15'::date = '2024-01-15', '2024-01-15'::date < '2024-01-16 00:00:00'::timestamp;
-- true, true

select '2024-02-30'::date;
-- error: Date '2024-02-30' is not recognized

select 'x'::timestamp;
-- error: Timestamp 'x' is not recognized

select date '2024-01-01', timestamp '2024-01-01 10:00:00', time '10:00:00';
-- date '2024-01-01', timestamp '2024-01-01 10:00:00', time '10:00:00'

-- https://docs.snowflake.com/en/sql-reference/functions/datediff

select datediff(year, '2010-04-09 14:39:20'::timestamp, '2013-05-08 23:39:20'::timestamp), datediff(month, '2021-01-31'::date, '2021-02-01'::date), datediff(quarter, '2021-03-31'::date, '2021-04-01'::date);
-- 3, 1, 1

select datediff(hour, '2013-05-08T23:39:20.123-07:00'::timestamp_ntz, '2013-05-09T01:00:00'::timestamp_ntz);
-- 2

select datediff(week, '2024-01-07'::date, '2024-01-08'::date), datediff(week, '2024-01-01'::date, '2024-01-07'::date), datediff(day, '2024-01-31', '2024-03-01');
-- 1, 0, 30

select datediff('second', '10:00:00'::time, '10:00:05'::time), timestampdiff(minute, '2024-01-01 00:00:59'::timestamp, '2024-01-01 00:01:00'::timestamp), timediff(month, '2017-01-1', '2017-12-31');
-- 5, 1, 11

-- https://docs.snowflake.com/en/sql-reference/functions/dayname

select dayname('2015-05-01'::date), monthname('2015-05-01'::date), dayname('2024-01-07 10:00:00'::timestamp);
-- 'Fri', 'May', 'Sun'

-- https://docs.snowflake.com/en/sql-reference/functions/year

select year(d), month(d), day(d), quarter(d), dayofyear(d), dayofmonth(d) from (select '2013-05-08'::date as d);
-- 2013, 5, 8, 2, 128, 8

select dayofweek('2024-01-07'::date), dayofweekiso('2024-01-07'::date), dayofweek('2024-01-06'::date);
-- 0, 7, 6

select weekofyear('2016-01-02'::date), weekiso('2016-01-02'::date), week('2016-01-04'::date), yearofweek('2016-01-02'::date), yearofweekiso('2016-01-02'::date);
-- 53, 53, 1, 2015, 2015

-- https://docs.snowflake.com/en/sql-reference/functions/hour-minute-second

select hour(t), minute(t), second(t) from (select '2013-05-08 23:39:20'::timestamp as t);
-- 23, 39, 20

-- https://docs.snowflake.com/en/sql-reference/functions/date_part

select date_part(quarter, '2013-05-08'::date), date_part('year', '2013-05-08'::timestamp), date_part(epoch_second, '2013-05-08 23:39:20'::timestamp), date_part(dayofweek, '2024-01-07'::date);
-- 2, 2013, 1368056360, 0

select date_part(epoch_millisecond, '2013-05-08 23:39:20.123'::timestamp), date_part(nanosecond, '2013-05-08 23:39:20.123'::timestamp), date_part('dw_iso', '2024-01-07'::date);
-- 1368056360123, 123000000, 7

-- https://docs.snowflake.com/en/sql-reference/functions/extract

select extract(year from '2013-05-08'::date), extract(month from '2013-05-08'::timestamp), extract(week from '2016-01-04'::date), extract(epoch from '1970-01-02'::timestamp);
-- 2013, 5, 1, 86400

-- https://docs.snowflake.com/en/sql-reference/functions/last_day

select last_day('2015-05-08'::date), last_day('2015-05-08 23:39:20'::timestamp), last_day('2015-05-08'::date, 'year'), last_day('2015-05-08'::date, week);
-- date '2015-05-31', date '2015-05-31', date '2015-12-31', date '2015-05-10'

-- https://docs.snowflake.com/en/sql-reference/functions/next_day

select next_day('2024-01-01'::date, 'Friday'), next_day('2024-01-05'::date, 'fr'), previous_day('2024-01-01'::date, 'Friday ');
-- date '2024-01-05', date '2024-01-12', date '2023-12-29'

-- https://docs.snowflake.com/en/sql-reference/functions/months_between

select months_between('2019-03-15'::date, '2019-02-15'::date), months_between('2019-03-31'::date, '2019-02-28'::date), months_between('2019-03-01'::date, '2019-02-15'::date), months_between('2019-02-15'::date, '2019-03-15'::date);
-- 1.000000, 1.000000, 0.548387, -1.000000

-- https://docs.snowflake.com/en/sql-reference/functions/time_slice

select time_slice('2019-02-28'::date, 4, 'MONTH', 'START'), time_slice('2019-02-28'::date, 4, 'MONTH', 'END');
-- date '2019-01-01', date '2019-05-01'

select time_slice('2024-03-15 10:37:00'::timestamp, 15, 'minute');
-- timestamp '2024-03-15 10:30:00'

-- https://docs.snowflake.com/en/sql-reference/functions/date_from_parts

select date_from_parts(1977, 8, 7), date_from_parts(2004, 1, 0), date_from_parts(2010, 1, 100), date_from_parts(2004, 14, 1), date_from_parts(2024, -1, 1);
-- date '1977-08-07', date '2003-12-31', date '2010-04-10', date '2005-02-01', date '2023-11-01'

-- https://docs.snowflake.com/en/sql-reference/functions/timestamp_from_parts

select timestamp_from_parts(2013, 4, 5, 12, 0, 0), timestamp_ntz_from_parts(2013, 4, 5, 12, 0, 0, 123000000), timestamp_from_parts('2013-04-05'::date, '12:00:00'::time);
-- timestamp '2013-04-05 12:00:00', timestamp '2013-04-05 12:00:00.123000', timestamp '2013-04-05 12:00:00'

-- https://docs.snowflake.com/en/sql-reference/functions/time_from_parts

select time_from_parts(12, 34, 56), time_from_parts(0, 100, 0);
-- time '12:34:56', time '01:40:00'

-- https://docs.snowflake.com/en/sql-reference/functions/convert_timezone

select convert_timezone('America/Los_Angeles', 'America/New_York', '2024-01-01 14:00:00'::timestamp_ntz);
-- timestamp '2024-01-01 17:00:00'

select convert_timezone('UTC', 'America/Sao_Paulo', '2024-01-01 02:00:00')::date;
-- date '2023-12-31'

select convert_timezone('America/Los_Angeles', '2024-04-05 12:00:00 +02:00');
-- timestamp_tz '2024-04-05 03:00:00-07:00'
-- here: refused

select convert_timezone('America/Los_Angeles', '2024-04-05 12:00:00 +02:00')::timestamp_ntz;
-- timestamp '2024-04-05 03:00:00'

select convert_timezone('America/Sao_Paulo', '2024-01-01 02:00:00+00:00'::timestamp_tz)::date;
-- date '2023-12-31'

-- https://docs.snowflake.com/en/sql-reference/functions/current_timestamp

select current_timestamp() as current_timestamp from (select 1) where false;
-- no rows

select current_date() as current_date, current_time() as current_time, localtimestamp() as localtimestamp from (select 1) where false;
-- no rows

select current_date() = current_timestamp()::date, sysdate() is not null, localtimestamp() is not null, getdate() is not null;
-- true, true, true, true

-- https://docs.snowflake.com/en/sql-reference/functions/to_date

select to_date('2013-05-17'), to_date('2012.07.23', 'YYYY.MM.DD'), to_date('07/26/2019', 'MM/DD/YYYY'), to_date('2024-05-10 13:02:33'::timestamp);
-- date '2013-05-17', date '2012-07-23', date '2019-07-26', date '2024-05-10'

select to_date('31536000'), to_date('31536000000'), date('2013-05-17');
-- date '1971-01-01', date '1971-01-01', date '2013-05-17'

select to_date('05-Mar-2024', 'dd-mon-yyyy'), to_date('20240305', 'yyyymmdd'), to_date('3/5/24', 'mm/dd/yy');
-- date '2024-03-05', date '2024-03-05', date '2024-03-05'

select to_date('2024-13-01', 'YYYY-MM-DD');
-- error: Can't parse '2024-13-01' as date with format 'YYYY-MM-DD'

select try_to_date('x'), try_to_date('2024-02-29'), try_to_date('2024-13-01', 'YYYY-MM-DD'), try_to_timestamp('x');
-- null, date '2024-02-29', null, null

-- https://docs.snowflake.com/en/sql-reference/functions/to_timestamp

select to_timestamp('2013-04-05 01:02:03'), to_timestamp('04/05/2013 01:02:03', 'mm/dd/yyyy hh24:mi:ss'), to_timestamp_ntz('2024-01-01T10:00:00');
-- timestamp '2013-04-05 01:02:03', timestamp '2013-04-05 01:02:03', timestamp '2024-01-01 10:00:00'

select to_timestamp(31000000), to_timestamp(31000000, 3), to_timestamp('31000000'), to_timestamp('31536000000');
-- timestamp '1970-12-25 19:06:40', timestamp '1970-01-01 08:36:40', timestamp '1970-12-25 19:06:40', timestamp '1971-01-01 00:00:00'

select to_timestamp(x) from values (1400000000) as t(x);
-- timestamp '2014-05-13 16:53:20'

select to_timestamp('2024-03-05 01:30:00 PM', 'YYYY-MM-DD HH12:MI:SS AM'), to_timestamp('2024-03-05T01:30:00.123', 'YYYY-MM-DD"T"HH24:MI:SS.FF3');
-- timestamp '2024-03-05 13:30:00', timestamp '2024-03-05 01:30:00.123000'

select to_timestamp('2024-05-10'::date);
-- timestamp '2024-05-10 00:00:00'

-- https://docs.snowflake.com/en/sql-reference/functions/to_time

select to_time('13:30:00'), to_time('13:30:00.000'), '01:02'::time, to_time('11.15.00', 'HH24.MI.SS'), '2024-01-01 10:20:30'::timestamp::time;
-- time '13:30:00', time '13:30:00', time '01:02:00', time '11:15:00', time '10:20:30'

-- https://docs.snowflake.com/en/sql-reference/date-time-input-output

select '12/17/1980'::date, '17-DEC-1980'::date, year('2024-01-01'), month('2024-05-01 10:00:00');
-- date '1980-12-17', date '1980-12-17', 2024, 5

select '2024-01-15 12:30:45'::timestamp::varchar, '2024-01-15'::date::varchar, '12:30:45'::time::varchar, '2024-01-15 12:30:45.6789'::timestamp::varchar;
-- '2024-01-15 12:30:45.000', '2024-01-15', '12:30:45', '2024-01-15 12:30:45.678'

select to_char('2024-01-15 12:30:45.123456789'::timestamp, 'FF9'), to_char('2024-01-15 12:30:45.123456'::timestamp, 'FF6');
-- '123456789', '123456'
-- here: refused

select '2024-01-15T12:30:45Z'::timestamp_ntz, '2024-01-15T12:30'::timestamp, 'Mon Jul 08 18:09:51 +0000 2013'::timestamp;
-- timestamp '2024-01-15 12:30:45', timestamp '2024-01-15 12:30:00', timestamp '2013-07-08 18:09:51'

select '2024-01-15 12:30:45 +02:00'::timestamp_tz;
-- timestamp_tz '2024-01-15 12:30:45+02:00'
-- here: refused

select '2024-01-15 12:30:45 +02:00'::timestamp_ntz;
-- timestamp '2024-01-15 12:30:45'

select '2024-01-15 23:30:00 +00:00'::timestamp_tz::date;
-- date '2024-01-15'

select '2024-01-15 23:30:00 -03:00'::timestamp_tz::date;
-- date '2024-01-15'
-- here: refused

select '2024-01-15 12:00:00 +00:00'::timestamp_tz::varchar;
-- '2024-01-15 12:00:00.000 +0000'

-- https://docs.snowflake.com/en/sql-reference/functions/date_trunc

select date_trunc('month', max(d)), dateadd(day, 1, max(d)), max(d)::timestamp, min(t)::date from values ('2024-01-15'::date, '2024-01-15 10:00:00'::timestamp) as v(d, t);
-- date '2024-01-01', date '2024-01-16', timestamp '2024-01-15 00:00:00', date '2024-01-15'

select dateadd(day, -7, max(d) over ()), date_trunc('year', max(d) over ()) from values ('2024-01-15'::date) as v(d);
-- date '2024-01-08', date '2024-01-01'

select d, count(*) from (select date_trunc('month', '2024-01-15'::date) as d) group by d;
-- date '2024-01-01', 1

select date_trunc('decade', '2024-01-15'::date), date_trunc('day', current_date()) = current_date();
-- date '2020-01-01', true

-- https://docs.snowflake.com/en/sql-reference/functions/to_date

select to_date(20240305::varchar, 'YYYYMMDD'), to_date('2024-03', 'YYYY-MM'), to_date('5/3/2024', 'DD/MM/YYYY'), to_date('2024-03-05 10:00:00');
-- date '2024-03-05', date '2024-03-01', date '2024-03-05', date '2024-03-05'

select x::date, to_date(x), x::timestamp from values ('12/17/1980') as v(x);
-- date '1980-12-17', date '1980-12-17', timestamp '1980-12-17 00:00:00'

select try_to_date(x) from values ('12/17/1980'), ('nope') as v(x);
-- date '1980-12-17'
-- null

-- https://docs.snowflake.com/en/sql-reference/functions/extract

select extract(dow from '2024-01-07'::date), extract(epoch from '2024-01-01 00:00:01.5'::timestamp), extract(doy from '2024-02-01'::date), extract(quarter from '2024-05-01'::date);
-- 0, 1704067201, 32, 2

select date_part('month', '2024-05-01'::date), date_part(hour, '2024-05-01 10:20:30'::timestamp), date_part('day', '2024-05-09'::date);
-- 5, 10, 9

-- https://docs.snowflake.com/en/sql-reference/functions/datediff

select datediff('hour', '2024-01-01'::date, '2024-01-02'::date), datediff(minute, '2024-01-01 10:00:00', '2024-01-01 10:30:00'), datediff(year, '2023-12-31', '2024-01-01');
-- 24, 30, 1

select datediff(day, d, e), datediff('month', d, e) from values ('2024-01-31'::date, '2024-02-01'::date) as v(d, e);
-- 1, 1

-- https://docs.snowflake.com/en/sql-reference/functions/last_day

select last_day('2024-05-08'::date, 'quarter'), last_day(max(d)) from values ('2024-02-10'::date) as v(d);
-- date '2024-06-30', date '2024-02-29'

-- https://docs.snowflake.com/en/sql-reference/data-types-datetime

select current_date - 1 = dateadd(day, -1, current_date), '2024-01-01'::date + 31, year('2024-03-05'::date) * 100 + month('2024-03-05'::date);
-- true, date '2024-02-01', 202403

select '2024-03-05 10:20:30'::timestamp::date, '2024-03-05 10:20:30'::timestamp::time, '2024-03-05'::date::timestamp;
-- date '2024-03-05', time '10:20:30', timestamp '2024-03-05 00:00:00'

-- https://docs.snowflake.com/en/sql-reference/functions/dateadd

select dateadd(month, 1, '2024-01-31'::date), dateadd('month', -1, '2024-03-31'::date), dateadd(year, 1, '2024-02-29'::date), dateadd(mi, 90, '2024-01-01'::timestamp);
-- date '2024-02-29', date '2024-02-29', date '2025-02-28', timestamp '2024-01-01 01:30:00'

select dateadd(day, x, '2024-01-01'::date), dateadd(week, -1, d), dateadd(q, 1, d) from values (1, '2024-01-15'::date) as t(x, d);
-- date '2024-01-02', date '2024-01-08', date '2024-04-15'

select dateadd(millisecond, 5, '2024-01-01'::timestamp), dateadd(microsecond, 5, '2024-01-01'::timestamp);
-- timestamp '2024-01-01 00:00:00.005000', timestamp '2024-01-01 00:00:00.000005'

select dateadd(nanosecond, 5, '2024-01-01'::timestamp)::varchar;
-- '2024-01-01 00:00:00.000'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/datediff

select datediff(day, '2024-01-01 23:59:59'::timestamp, '2024-01-02 00:00:00'::timestamp), datediff(week, '2024-01-01'::date, '2024-01-08'::date), datediff(qtr, '2024-01-01'::date, '2024-12-31'::date);
-- 1, 1, 3

select datediff(day, '2024-01-01'::date, '2024-01-10 05:00:00'::timestamp), datediff(millisecond, '2024-01-01'::timestamp, '2024-01-01 00:00:01'::timestamp);
-- 9, 1000

-- https://docs.snowflake.com/en/sql-reference/functions/year

select week('2024-01-01'::date), weekofyear('2024-12-31'::date), dayofyear('2024-12-31'::date), quarter('2024-12-31'::date), hour('10:20:30'::time);
-- 1, 1, 366, 4, 10

select dayofweek(t), dayofweekiso(t), yearofweek(t), dayname(t), monthname(t) from values ('2024-12-31 10:00:00'::timestamp) as v(t);
-- 2, 2, 2025, 'Tue', 'Dec'

-- https://docs.snowflake.com/en/sql-reference/functions/time_slice

select time_slice('2024-03-15 10:37:00'::timestamp, 1, 'hour'), time_slice('2024-03-15'::date, 1, 'week');
-- timestamp '2024-03-15 10:00:00', date '2024-03-11'

-- https://docs.snowflake.com/en/sql-reference/functions/current_date

select current_date() - '2024-01-01'::date > 0, datediff(day, '2024-01-01', current_date) > 0, typeof(current_date()::variant);
-- true, true, 'DATE'

-- https://docs.snowflake.com/en/sql-reference/functions/convert_timezone

select convert_timezone('UTC', 'America/Sao_Paulo', t)::date, date_trunc('day', convert_timezone('UTC', 'America/Sao_Paulo', t)) from values ('2024-01-15 01:00:00'::timestamp) as v(t);
-- date '2024-01-14', timestamp '2024-01-14 00:00:00'

select to_char(convert_timezone('America/Sao_Paulo', '2024-01-15 01:00:00 +00:00'::timestamp_tz), 'YYYY-MM-DD HH24:MI');
-- '2024-01-14 22:00'

select year(convert_timezone('America/Sao_Paulo', '2024-01-01 01:00:00 +00:00'::timestamp_tz));
-- 2023

-- https://docs.snowflake.com/en/sql-reference/functions/to_date

select to_date('2024-1-5'), to_date('2024/01/05');
-- error: Date '2024/01/05' is not recognized

select to_date('05/01/2024', 'DD/MM/YYYY'), to_date('Jan 5, 2024', 'MON DD, YYYY'), to_date('20240105');
-- date '2024-01-05', date '2024-01-05', date '1970-08-23'

select to_date(null), to_timestamp(null), to_time(null);
-- null, null, null

-- https://docs.snowflake.com/en/sql-reference/functions/to_timestamp

select to_timestamp('2024-01-05 10:20'), to_timestamp('2024-01-05'), to_timestamp_ntz(1704067200), to_timestamp('1704067200');
-- timestamp '2024-01-05 10:20:00', timestamp '2024-01-05 00:00:00', timestamp '2024-01-01 00:00:00', timestamp '2024-01-01 00:00:00'

select to_timestamp(1704067200123, 3), to_timestamp(1704067200000000, 6);
-- timestamp '2024-01-01 00:00:00.123000', timestamp '2024-01-01 00:00:00'

select to_timestamp_tz('2024-01-05 10:20:00 +00:00'), to_timestamp_ltz('2024-01-05 10:20:00')::varchar is not null;
-- timestamp_tz '2024-01-05 10:20:00+00:00', true

-- https://docs.snowflake.com/en/sql-reference/functions/date_part

select date_part(year, t), date_part(month, t), date_part(week, t), date_part(dow, t), date_part(doy, t), date_part(minute, t), date_part(second, t) from values ('2024-03-05 10:20:30'::timestamp) as v(t);
-- 2024, 3, 10, 2, 65, 20, 30

select date_part(weekiso, '2024-01-01'::date), date_part(yearofweek, '2024-12-31'::date), date_part(epoch_microsecond, '1970-01-01 00:00:01'::timestamp);
-- 1, 2025, 1000000

-- https://docs.snowflake.com/en/sql-reference/functions/months_between

select months_between('2024-03-31'::date, '2024-02-29'::date), months_between('2024-01-01', '2023-01-01'), round(months_between('2024-01-15'::date, '2024-01-01'::date), 2);
-- 1.000000, 12.000000, 0.45

-- https://docs.snowflake.com/en/sql-reference/functions/monthname

select monthname('2024-01-05 10:00:00'::timestamp), monthname('2024-12-01'::date);
-- 'Jan', 'Dec'

-- https://docs.snowflake.com/en/sql-reference/functions/last_day

select last_day('2024-02-10'::timestamp), last_day('2024-05-08'::date, 'month'), last_day('2024-05-08'::date, 'year');
-- date '2024-02-29', date '2024-05-31', date '2024-12-31'

-- https://docs.snowflake.com/en/sql-reference/data-types-datetime

select '2024-01-15'::date < '2024-01-15 00:00:01'::timestamp, '2024-01-15'::date = '2024-01-15 00:00:00'::timestamp, '10:00:00'::time < '11:00:00';
-- true, true, true

select '2024-01-15 10:00:00'::timestamp - interval '1 hour', '2024-03-31'::date - interval '1 month';
-- timestamp '2024-01-15 09:00:00', date '2024-02-29'

select d - interval '1 day', d + interval '1 week' from values ('2024-01-15'::date) as t(d);
-- date '2024-01-14', date '2024-01-22'

select timestampdiff('hour', '2024-01-01'::timestamp, '2024-01-02'::timestamp), datediff(second, '2024-01-01', '2024-01-01 00:01:00');
-- 24, 60

-- https://docs.snowflake.com/en/sql-reference/functions-conversion#label-date-time-format-conversion

select to_char('2024-01-05'::date, 'dy, dd mon yyyy'), to_char('2024-01-05'::date, 'DY');
-- 'Fri, 05 Jan 2024', 'Fri'
