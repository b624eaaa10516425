-- https://docs.snowflake.com/en/sql-reference/functions-numeric
-- NUMBERs are calculated exactly, in decimals; FLOATs as they are.

-- The type of a quotient: six decimals more than the dividend has, no more than twelve, and no
-- fewer than it has; that of a product: no more than twelve, and no fewer than its factors have.
-- https://docs.snowflake.com/en/sql-reference/operators-arithmetic
create macro _sf.quotient_type(a, b) as case
    when false then (round(a * 1.000000, 12) + a) * round(b, 0) * 1::decimal(38, 0)
end;

-- Thirteen decimals by whole numbers, as far as those have room, else 15 digits.
create macro _sf.decimal_quotient(a, b) as case
    when a != a::decimal(38, 12) or b != b::decimal(38, 12)
        then error('The local Snowflake does not support quotients of more than 12 decimals')
    when abs(a) < 10000000000000 and abs(b) < 10000000000000
        then (
            (a::decimal(38, 12) * 1000000000000)::hugeint * 10000000000000
            // (b::decimal(38, 12) * 1000000000000)::hugeint
        )::decimal(38, 0) * 0.0000000000001
    else printf('%.15g', a / b)::decimal(38, 13)
end;

-- A FLOAT's quotient is right but for its last bits. Where these do not matter, as both ends of what
-- it may be are rounded to the same decimals, it is many times as fast.
create macro _sf.rounded_alike(low, high, quotient_type) as
    cast_to_type(low, quotient_type) = cast_to_type(high, quotient_type);

create macro _sf.quotient(a, b) as case
    when b = 0 then error('Division by zero')
    when contains(typeof(a) || typeof(b), 'DOUBLE')
        then cast_to_type(a / b, _sf.quotient_type(a, b))
    when a = a::decimal(38, 12) and b = b::decimal(38, 12) and _sf.rounded_alike(
        a / b * (1 - 2e-15), a / b * (1 + 2e-15), _sf.quotient_type(a, b)
    )
        then cast_to_type(a / b, _sf.quotient_type(a, b))
    else cast_to_type(_sf.decimal_quotient(a, b), _sf.quotient_type(a, b))
end;

create macro _sf.product(a, b) as cast_to_type(
    a * b, case when false then round(a * b, 12) + a + b end
);

create macro _sf.mean(total, number) as _sf.quotient(total, nullif(number, 0));

create macro _sf.remainder(a, b) as case when b = 0 then error('Division by zero') else a % b end;

create macro _sf.div0(a, b) as case
    when b = 0 and a is not null then cast_to_type(0, _sf.quotient_type(a, b))
    else _sf.quotient(a, nullif(b, 0))
end;

create macro _sf.div0null(a, b) as case
    when b is null and a is not null then cast_to_type(0, _sf.quotient_type(a, b))
    else _sf.div0(a, b)
end;

-- Halves are rounded away from zero. Columns of NUMBER(38, 0) are BIGINT, too.
create macro _sf.whole(x) as case
    when typeof(x) in ('DOUBLE', 'FLOAT') then round(x::varchar::double)::bigint
    when typeof(x) = 'JSON' and contains(x::varchar, '.')
        then trim(x::varchar, '"')::decimal(38, 12)::bigint
    else x::bigint
end;

create macro _sf.floor(x, digits, step) as round(x, digits) - case
    when round(x, digits) > x then step else 0 * step
end;
create macro _sf.ceil(x, digits, step) as round(x, digits) + case
    when round(x, digits) < x then step else 0 * step
end;

create macro _sf.width_bucket(x, low, high, buckets) as case
    when x < low then 0
    when x >= high then buckets + 1
    else floor((x - low)::double * buckets / (high - low)::double)::integer + 1
end;

-- Text to NUMBER by a format of dollars, commas and digits.
create macro _sf.plain_number(x) as replace(replace(trim(x), '$', ''), ',', '');

-- A number by a format: sign and dollar stand before the first digit, blanks before them.
-- https://docs.snowflake.com/en/sql-reference/sql-format-models
create macro _sf.decimals_of(x, decimals) as printf('%.' || decimals || 'f', abs(x)::double);
create macro _sf.whole_of(x, zeros, decimals) as lpad(
    ltrim(split_part(_sf.decimals_of(x, decimals), '.', 1), '0'),
    greatest(
        zeros, length(ltrim(split_part(_sf.decimals_of(x, decimals), '.', 1), '0'))
    )::integer,
    '0'
);
create macro _sf.grouped(digits, is_grouped) as case
    when is_grouped
        then ltrim(reverse(regexp_replace(reverse(digits), '(\d{3})', '\1,', 'g')), ',')
    else digits
end;
create macro _sf.digits(x, whole, zeros, decimals, is_grouped) as case
    when length(_sf.whole_of(x, zeros, decimals)) > whole
        then repeat('#', whole) || case when decimals > 0 then '.' else '' end
            || repeat('#', decimals)
    else _sf.grouped(_sf.whole_of(x, zeros, decimals), is_grouped)
        || case when decimals > 0 then '.' else '' end
        || split_part(_sf.decimals_of(x, decimals), '.', 2)
end;
create macro _sf.number_text(
    x, whole, zeros, decimals, is_grouped, dollar, sign, is_trailing, width
) as case
    when is_trailing then lpad(
        dollar || _sf.digits(x, whole, zeros, decimals, is_grouped), greatest(
            width, length(dollar || _sf.digits(x, whole, zeros, decimals, is_grouped))
        )::integer, ' '
    ) || case when x < 0 then '-' when sign = 'S' then '+' else ' ' end
    else lpad(
        case when x < 0 then '-' when sign = 'S' then '+' else '' end
        || dollar || _sf.digits(x, whole, zeros, decimals, is_grouped),
        greatest(width, length(
            case when x < 0 then '-' when sign = 'S' then '+' else '' end
            || dollar || _sf.digits(x, whole, zeros, decimals, is_grouped)
        ))::integer, ' '
    )
end;

create macro _sf.ratio(x, total) as _sf.quotient(x, nullif(total, 0));
