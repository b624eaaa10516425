-- https://docs.snowflake.com/en/sql-reference/functions-string

-- Text as a client sees it: milliseconds, no decimals that a FLOAT has not, what a VARIANT says.
-- DuckDB keeps the one branch of the type, but binds them all: they are short, and begin with text.
create macro _sf.varchar(x) as case typeof(x)
    when 'VARCHAR' then x::varchar
    when 'JSON' then json_extract_string(try_cast(x::varchar as json), '$')
    when 'DOUBLE' then regexp_replace(x::varchar, '\.0($|e)', '\1')
    when 'TIMESTAMP' then strftime(try_cast(x::varchar as timestamp), '%Y-%m-%d %H:%M:%S.%g')
    when 'TIMESTAMP WITH TIME ZONE'
        then strftime(try_cast(x::varchar as timestamp), '%Y-%m-%d %H:%M:%S.%g +0000')
    when 'TIME' then left(x::varchar, 8)
    when 'BLOB' then hex(x::varchar::blob)
    else x::varchar
end;

-- What is written into a column.
create macro _sf.fitted(x, length) as case
    when length(x::varchar) > length
        then error('String ''' || x::varchar || ''' is too long and would be truncated')
    else x
end;

-- What COPY writes into a column, which may be told to cut it.
create macro _sf.left(x, length) as left(x::varchar, length);
create macro _sf.copied(x, length) as case
    when length(x::varchar) > length then error(
        'User character length limit (' || length || ') exceeded by string ''' || x::varchar || ''''
    )
    else x
end;

create macro _sf.strtok_to_array(x, delimiters) as to_json(list_filter(
    string_split(
        translate(x, delimiters, repeat(left(delimiters, 1), length(delimiters))),
        left(delimiters, 1)
    ),
    lambda part : part != ''
));

-- One occurrence of a pattern is replaced.
create macro _sf.regexp_replace_one(x, pattern, replacement, occurrence, options) as array_to_string(
    list_transform(
        string_split_regex(x, pattern, options),
        lambda part, i : part || coalesce(case
            when i = occurrence then regexp_replace(
                regexp_extract_all(x, pattern, 0, options)[i], pattern, replacement, options
            )
            else regexp_extract_all(x, pattern, 0, options)[i]
        end, '')
    ),
    ''
);

create macro _sf.regexp_replace(x, pattern, replacement, position, occurrence, options) as (
    left(x, position - 1) || case
        when occurrence = 0 then regexp_replace(
            substr(x, position), pattern, replacement, options || 'g'
        )
        else _sf.regexp_replace_one(
            substr(x, position), pattern, replacement, occurrence, options
        )
    end
);

-- https://docs.snowflake.com/en/sql-reference/functions/parse_url
create macro _sf.url_parameters(x) as case when x != '' then map_from_entries(list_transform(
    string_split(x, '&'), lambda part : {
        'k': split_part(part, '=', 1),
        'v': case when contains(part, '=') then substr(part, instr(part, '=') + 1) end
    }
)) end;
create macro _sf.url_host(x) as regexp_extract(x, '^[^:/?#]+://([^/?#]*)', 1);
create macro _sf.parse_url(x) as case
    when not regexp_matches(x, '^[A-Za-z][A-Za-z0-9+.-]*:')
        then error('Error parsing URL: scheme not specified')
    else json_object(
        'fragment', nullif(regexp_extract(x, '#(.*)$', 1), ''),
        'host', nullif(regexp_replace(_sf.url_host(x), ':\d+$', ''), ''),
        'parameters', _sf.url_parameters(regexp_extract(x, '\?([^#]*)', 1)),
        'path', ltrim(regexp_extract(x, '^[^:/?#]+:(?://[^/?#]*)?([^?#]*)', 1), '/'),
        'port', nullif(regexp_extract(_sf.url_host(x), ':(\d+)$', 1), ''),
        'query', nullif(regexp_extract(x, '\?([^#]*)', 1), ''),
        'scheme', regexp_extract(x, '^[^:]+')
    )
end;

create macro _sf.soundex_digits(x) as regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(
        translate(
            regexp_replace(upper(x), '[^A-Z]|[HW]', '', 'g'),
            'BFPVCGJKQSXZDTLMNRAEIOUY', '111122222222334556000000'
        ), '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'),
    '6+', '6', 'g'
);

create macro _sf.soundex(x) as case
    when x = '' then ''
    else upper(left(x, 1)) || left(
        replace(substr(_sf.soundex_digits(
            case when upper(left(x, 1)) in ('H', 'W') then 'A' || substr(x, 2) else x end
        ), 2), '0', '') || '000',
        3
    )
end;

create macro _sf.split_to_table(x, delimiter) as table
select
    hash(x)::ubigint % 1000000007 as "SEQ",
    generate_subscripts(string_split(x, delimiter), 1) as "INDEX",
    unnest(string_split(x, delimiter)) as "VALUE";

create macro _sf.strtok_split_to_table(x, delimiters) as table
select
    hash(x)::ubigint % 1000000007 as "SEQ",
    generate_subscripts(_sf.strtok_to_array(x, delimiters)::varchar[], 1) as "INDEX",
    unnest(_sf.strtok_to_array(x, delimiters)::varchar[]) as "VALUE";
