-- https://docs.snowflake.com/en/sql-reference/functions-date-time

-- Seconds since 1970, or a finer unit if there are many.
create macro _sf.epoch(x) as make_timestamp(case
    when abs(x) < 31536000000 then x::bigint * 1000000
    when abs(x) < 31536000000000 then x::bigint * 1000
    when abs(x) < 31536000000000000 then x::bigint
    else x::bigint // 1000
end::bigint);

create macro _sf.scaled_timestamp(x, scale) as make_timestamp(
    (x::hugeint * 10 ** (6 - scale)::integer)::bigint
);

-- A text in one of the formats that are detected.
-- https://docs.snowflake.com/en/sql-reference/date-time-input-output
create macro _sf.detected(x) as coalesce(
    case
        when length(x) > 26 and regexp_matches(x, '\.\d{6}\d*[1-9]')
            then error('The local Snowflake does not support nanoseconds: ' || x)
        when x not like '____/%' then coalesce(
            try_cast(x as timestamp),
            try_cast(regexp_replace(x, '(:\S+)[+-]\d$', '\1') as timestamp)
        )
    end,
    case when regexp_full_match(x, '-?\d+') then _sf.epoch(try_cast(x as bigint)) end,
    try_strptime(x, [
        '%m/%d/%Y', '%d-%b-%Y', '%m/%d/%Y %H:%M:%S', '%a %b %d %H:%M:%S %z %Y',
        '%a, %d %b %Y %H:%M:%S %z', '%a, %d %b %Y %I:%M:%S %p %z', '%d %b %Y %H:%M:%S %z'
    ])::timestamp
);
create macro _sf.try_timestamp(x) as _sf.detected(trim(x::varchar, '"'));
create macro _sf.try_date(x) as coalesce(
    case when x::varchar not like '____/%' then try_cast(trim(x::varchar, '"') as date) end,
    _sf.try_timestamp(x)::date
);
create macro _sf.not_recognized(kind, x) as case
    when x is not null and x::varchar != 'null'
        then error(kind || ' ''' || x::varchar || ''' is not recognized')
end;

-- What a cast makes of any type.
create macro _sf.to_date(x) as case
    when typeof(x) in ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE') then x::date
    else coalesce(_sf.try_date(x), _sf.not_recognized('Date', x))
end;
create macro _sf.to_timestamp(x) as case
    when typeof(x) in ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE') then x::timestamp
    else coalesce(_sf.try_timestamp(x), _sf.not_recognized('Timestamp', x))
end;
create macro _sf.to_time(x) as case
    when typeof(x) in ('TIME', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE') then x::time
    else coalesce(
        try_cast(x::varchar as time), _sf.try_timestamp(x)::time, _sf.not_recognized('Time', x)
    )
end;

-- DuckDB keeps no offset.
create macro _sf.instant(x) as case
    when typeof(x) in ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE') then x::timestamptz
    else coalesce(
        try_cast(x::varchar as timestamptz),
        try_cast(
            regexp_replace(x::varchar, '\s+([+-]\d\d):?(\d\d)?$', '\1:\2') as timestamptz
        ),
        try_cast(regexp_replace(x::varchar, '(:\S+[+-])(\d)$', '\1' || '0\2') as timestamptz),
        _sf.not_recognized('Timestamp', x)
    )
end;
create macro _sf.to_timestamp_tz(x) as case
    when typeof(x) = 'VARCHAR'
        and regexp_matches(x::varchar, ':\d\d.*[+-](0[1-9]|[1-9]|00:?[1-9])')
        then error(
            'The local Snowflake does not support the offset of the TIMESTAMP_TZ ''' || x::varchar
            || ''''
        )
    else _sf.instant(x)
end;
-- The wall clock of a zone, and of one zone by that of another.
create macro _sf.wall_clock(target, x) as timezone(target, _sf.instant(x));
create macro _sf.convert_timezone(source, target, x) as timezone(
    target, timezone(source, x::timestamp)
);

create macro _sf.parsed(x, format, name) as coalesce(
    try_strptime(x, format)::timestamp,
    case when x is not null then error('Can''t parse ''' || x || ''' as ' || name) end
);

-- What a format, and a function of dates, is applied to.
create macro _sf.moment(x) as x::timestamp;
create macro _sf.any_moment(x) as case
    when typeof(x) = 'TIME' then date '1970-01-01' + x::varchar::time
    else _sf.to_timestamp(x)
end;

create macro _sf.day_and_time(x) as case
    when typeof(x) = 'TIME' then error('The local Snowflake does not support a TIME in this function')
    else _sf.to_timestamp(x)
end;

-- A DATE stays one, as far as days and what is longer are counted.
create macro _sf.date_trunc(part, x) as cast_to_type(date_trunc(part, x), x);
create macro _sf.plus_days(x, i) as cast_to_type(x + i, x);
create macro _sf.plus_time(x, i) as x + i;

-- The end of a month stays one.
create macro _sf.add_months(x, n) as cast_to_type(
    case
        when x::date = last_day(x::date)
            then last_day((x::date + to_months(n))::date)
                + (x::timestamp - date_trunc('day', x::timestamp))
        else x + to_months(n)
    end,
    x
);
create macro _sf.last_day(part, step, x) as (date_trunc(part, x) + step - interval 1 day)::date;

create macro _sf.weekday(name) as list_position(
    ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'], lower(left(trim(name), 2))
) - 1;
create macro _sf.next_day(x, name) as (
    x + ((_sf.weekday(name) - dayofweek(x) + 6) % 7 + 1)::integer
);
create macro _sf.previous_day(x, name) as (
    x - ((dayofweek(x) - _sf.weekday(name) + 6) % 7 + 1)::integer
);
create macro _sf.months_between(x, y) as (
    datediff('month', y, x)
    + case
        when day(x) = day(y) then 0
        when x = last_day(x) and y = last_day(y) then 0
        else (day(x) - day(y)) / 31
    end
)::decimal(38, 6);
