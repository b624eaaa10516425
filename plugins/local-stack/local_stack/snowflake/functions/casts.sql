-- https://docs.snowflake.com/en/sql-reference/data-type-conversion
-- Casts that Snowflake makes by itself. Of some expressions, an aggregate among them, DuckDB does
-- not know the type where it chooses one of several bodies: they are no arguments of these.

create macro _sf.to_number(x) as coalesce(
    try_cast(trim(x, '" ') as decimal(38, 5)),
    case when x is not null then error('Numeric value ''' || x || ''' is not recognized') end
);
create macro _sf.number(x varchar) as _sf.to_number(x::varchar),
(x) as x;

-- A text is summed as a FLOAT.
create macro _sf.total(x varchar) as coalesce(
    try_cast(trim(x, '"') as double),
    case when x is not null then error('Numeric value ''' || x || ''' is not recognized') end
),
(x) as x;

-- One operand as the other is.
create macro _sf.like(x varchar, y double) as _sf.to_number(x::varchar),
(x varchar, y boolean) as trim(x, '"')::boolean,
(x varchar, y date) as _sf.try_date(trim(x, '"')),
(x varchar, y timestamp) as _sf.try_timestamp(trim(x, '"')),
(x varchar, y timestamptz) as _sf.instant(trim(x, '"')),
(x varchar, y varchar) as x,
(x, y) as x;
