-- https://docs.snowflake.com/en/sql-reference/functions-semistructured
-- A VARIANT, an ARRAY and an OBJECT are JSON.

create macro _sf.elements(x) as case
    when json_type(to_json(x)) = 'ARRAY' then to_json(x)::json[]
end;

-- What a value is among those of an ARRAY or an OBJECT: text, if it is a moment.
create macro _sf.member(x) as case typeof(x)
    when 'TIMESTAMP' then to_json(_sf.varchar(x))
    when 'TIMESTAMP WITH TIME ZONE' then to_json(_sf.varchar(x))
    when 'BLOB' then error('The local Snowflake does not support a BINARY in a VARIANT')
    else to_json(x)
end;
-- What a VARIANT is made of; JSON has no such types.
create macro _sf.to_variant(x) as case
    when typeof(x) in ('DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'BLOB')
        then error('The local Snowflake does not support a ' || typeof(x) || ' in a VARIANT')
    else to_json(x)
end;

create macro _sf.json_typeof(x) as case json_type(to_json(x))
    when 'BIGINT' then 'INTEGER'
    when 'UBIGINT' then 'INTEGER'
    when 'HUGEINT' then 'INTEGER'
    when 'DOUBLE' then 'DECIMAL'
    when 'NULL' then 'NULL_VALUE'
    else json_type(to_json(x))
end;
-- A text, unless it may be a moment, which an account tells from its text.
create macro _sf.typeof(x) as case
    when json_type(to_json(x)) = 'VARCHAR' and regexp_full_match(
        to_json(x) ->> '$',
        '\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d\.\d+( [+-]\d{4})?)?|\d\d:\d\d:\d\d'
    ) then error(
        'The local Snowflake does not support the type of ' || to_json(x)::varchar
        || ' in a VARIANT, a text or a moment'
    )
    else _sf.json_typeof(x)
end;
create macro _sf.typeof_value(x) as case typeof(x)
    when 'DATE' then 'DATE'
    when 'TIME' then 'TIME'
    when 'TIMESTAMP' then 'TIMESTAMP_NTZ'
    when 'BLOB' then 'BINARY'
    else _sf.typeof(_sf.to_variant(x))
end;

create macro _sf.is_integer(x) as _sf.json_typeof(x) = 'INTEGER';
create macro _sf.is_decimal(x) as _sf.json_typeof(x) in ('INTEGER', 'DECIMAL');
create macro _sf.is_double(x) as _sf.json_typeof(x) in ('INTEGER', 'DECIMAL');
create macro _sf.is_real(x) as _sf.json_typeof(x) in ('INTEGER', 'DECIMAL');
create macro _sf.is_varchar(x) as _sf.typeof(x) = 'VARCHAR';
create macro _sf.is_char(x) as _sf.typeof(x) = 'VARCHAR';
create macro _sf.is_boolean(x) as _sf.json_typeof(x) = 'BOOLEAN';
create macro _sf.is_array(x) as _sf.json_typeof(x) = 'ARRAY';
create macro _sf.is_object(x) as _sf.json_typeof(x) = 'OBJECT';

create macro _sf.as_integer(x) as case when _sf.is_integer(x) then x::bigint end;
create macro _sf.as_double(x) as case when _sf.is_double(x) then x::double end;
create macro _sf.as_real(x) as case when _sf.is_double(x) then x::double end;
create macro _sf.as_varchar(x) as case when _sf.is_varchar(x) then x ->> '$' end;
create macro _sf.as_char(x) as case when _sf.is_varchar(x) then x ->> '$' end;
create macro _sf.as_boolean(x) as case when _sf.is_boolean(x) then x::boolean end;
create macro _sf.as_array(x) as case when _sf.is_array(x) then x end;
create macro _sf.as_object(x) as case when _sf.is_object(x) then x end;

create macro _sf.parse_json(x) as case
    when trim(x) = '' then null
    else coalesce(
        json(try_cast(x as json)),
        case when x is not null then error('Error parsing JSON: ' || x) end
    )
end;
create macro _sf.get(x, key) as case
    when typeof(key) = 'VARCHAR' then json_extract(x, '$."' || key::varchar || '"')
    when typeof(key) != 'VARCHAR' then json_extract(x, '$[' || key::varchar || ']')
end;
create macro _sf.get_ignore_case(x, key) as coalesce(
    json_extract(x, '$."' || key || '"'),
    json_extract(x, '$."' || list_filter(
        json_keys(x), lambda k : lower(k) = lower(key)
    )[1] || '"')
);
create macro _sf.check_json(x) as case when not json_valid(x) then 'not valid JSON' end;
create macro _sf.strip_null_value(x) as case when json_type(x) != 'NULL' then x end;

create macro _sf.to_array(x) as case
    when json_type(to_json(x)) = 'ARRAY' then to_json(x)
    when json_type(to_json(x)) != 'NULL' then json_array(x)
end;
create macro _sf.to_object(x) as case
    when json_type(to_json(x)) = 'OBJECT' then to_json(x)
    when x is not null and json_type(to_json(x)) != 'NULL' then error('Invalid argument types')
end;

-- Indices begin at 0, and count from the end where they are negative.
create macro _sf.array_slice(x, start, stop) as to_json(list_slice(
    _sf.elements(x),
    case when start < 0 then greatest(len(_sf.elements(x)) + start, 0) else start end + 1,
    case when stop < 0 then len(_sf.elements(x)) + stop else stop end
));
create macro _sf.array_to_string(x, delimiter) as array_to_string(
    list_transform(_sf.elements(x), lambda item : coalesce(item ->> '$', '')), delimiter
);
create macro _sf.array_append(x, item) as to_json(list_append(_sf.elements(x), _sf.member(item)));
create macro _sf.array_prepend(x, item) as to_json(list_prepend(_sf.member(item), _sf.elements(x)));
create macro _sf.array_cat(x, y) as to_json(list_concat(_sf.elements(x), _sf.elements(y)));
create macro _sf.array_insert(x, place, item) as to_json(
    list_append(_sf.elements(x)[:place], _sf.member(item)) || _sf.elements(x)[place + 1:]
);
create macro _sf.array_contains(item, x) as list_contains(_sf.elements(x), to_json(item));
create macro _sf.array_position(item, x) as nullif(
    list_position(_sf.elements(x), to_json(item)), 0
) - 1;
create macro _sf.array_distinct(x) as to_json(list_filter(
    _sf.elements(x), lambda item, i : list_position(_sf.elements(x), item) = i
));
create macro _sf.array_compact(x) as to_json(list_filter(
    _sf.elements(x), lambda item : json_type(item) != 'NULL'
));
create macro _sf.array_reverse(x) as to_json(list_reverse(_sf.elements(x)));
create macro _sf.sorted_elements(x) as list_transform(
    list_sort(list_transform(
        list_filter(_sf.elements(x), lambda item : json_type(item) != 'NULL'),
        lambda item : {'k': try_cast(item ->> '$' as double), 'v': item ->> '$', 'item': item}
    )),
    lambda sorted : sorted.item
);
create macro _sf.array_sort(x) as to_json(_sf.sorted_elements(x));
create macro _sf.array_min(x) as _sf.sorted_elements(x)[1];
create macro _sf.array_max(x) as _sf.sorted_elements(x)[-1];
create macro _sf.arrays_overlap(x, y) as list_has_any(_sf.elements(x), _sf.elements(y));
-- Of what is there several times, as many.
create macro _sf.array_intersection(x, y) as to_json(list_filter(
    _sf.elements(x),
    lambda item, i : len(list_filter(_sf.elements(x)[:i], lambda other : other = item))
        <= len(list_filter(_sf.elements(y), lambda other : other = item))
));
create macro _sf.array_except(x, y) as to_json(list_filter(
    _sf.elements(x),
    lambda item, i : len(list_filter(_sf.elements(x)[:i], lambda other : other = item))
        > len(list_filter(_sf.elements(y), lambda other : other = item))
));
create macro _sf.array_remove(x, gone) as to_json(list_filter(
    _sf.elements(x), lambda item : item != to_json(gone)
));
create macro _sf.array_remove_at(x, place) as to_json(list_filter(
    _sf.elements(x),
    lambda item, i : i - 1 != case
        when place < 0 then len(_sf.elements(x)) + place else place
    end
));
create macro _sf.array_flatten(x) as to_json(flatten(
    list_transform(_sf.elements(x), lambda item : item::json[])
));
create macro _sf.array_generate_range(start, stop) as to_json(range(start, stop)),
(start, stop, step) as to_json(range(start, stop, step));
create macro _sf.arrays_zip(x, y) as to_json(list_transform(
    range(greatest(len(_sf.elements(x)), len(_sf.elements(y)))),
    lambda i : {'$1': _sf.elements(x)[i + 1], '$2': _sf.elements(y)[i + 1]}
));
create macro _sf.array_agg(x) as coalesce(
    to_json(list_transform(
        list_filter(x, lambda item : item is not null), lambda item : _sf.member(item)
    )), '[]'::json
);

-- What a lambda has of an ARRAY's elements, and makes of them.
create macro _sf.element_number(x) as coalesce(
    try_cast(x ->> '$' as double),
    case when json_type(x) != 'NULL' then error('Numeric value ''' || (x ->> '$') || ''' is not recognized') end
);
create macro _sf.element(x) as case
    when typeof(x) = 'DOUBLE' and try_cast(x::varchar as double) = try_cast(x::varchar as double)::bigint
        then to_json(try_cast(x::varchar as double)::bigint)
    else _sf.member(x)
end;
create macro _sf.text_elements(x) as list_transform(_sf.elements(x), lambda item : item ->> '$');
create macro _sf.whole_elements(x) as list_transform(_sf.elements(x), lambda item : case
    when json_type(item) in ('BIGINT', 'UBIGINT') then item::bigint
    when json_type(item) != 'NULL'
        then error('The local Snowflake does not support REDUCE of what is no whole number: ' || item)
end);

create macro _sf.object_keys(x) as to_json(json_keys(x));
create macro _sf.has_key(x, key) as list_contains(json_keys(x), key);
create macro _sf.duplicate_key(key) as error('Duplicate field key ''' || key || '''');
create macro _sf.object_insert(x, key, item, is_update) as case
    when item is null then x
    when _sf.has_key(x, key) and not is_update then _sf.duplicate_key(key)
    else json_merge_patch(
        json_merge_patch(x, json_object(key::varchar, null)), json_object(key::varchar, _sf.member(item))
    )
end;
create macro _sf.object_delete(x, key) as json_merge_patch(x, json_object(key::varchar, null));
create macro _sf.object_pick(x, key) as case
    when _sf.has_key(x, key) then json_object(key::varchar, json_extract(x, '$."' || key || '"')) else '{}'::json
end;

-- https://docs.snowflake.com/en/sql-reference/functions/flatten
create macro _sf.entries(x, mode) as case
    when json_type(x) = 'OBJECT' and mode != 'ARRAY' then list_transform(
        json_keys(x),
        lambda key : {'key': key, 'index': null::bigint, 'item': json_extract(x, '$."' || key || '"')}
    )
    when json_type(x) = 'ARRAY' and mode != 'OBJECT' then list_transform(
        x::json[], lambda item, i : {'key': null::varchar, 'index': i - 1, 'item': item}
    )
    else []
end;
create macro _sf.flatten(x, path, is_outer, mode) as table
select
    hash(x)::ubigint % 1000000007 as "SEQ",
    e.key as "KEY",
    path || case
        when e.index is not null then '[' || e.index || ']'
        when regexp_full_match(e.key, '[A-Za-z_]\w*')
            then case when path = '' then '' else '.' end || e.key
        else '[''' || e.key || ''']'
    end as "PATH",
    e.index as "INDEX",
    e.item as "VALUE",
    json_extract(to_json(x), '$' || case when path = '' then '' else '.' end || path) as "THIS"
from (
    select unnest(case
        when is_outer and coalesce(len(found.entries), 0) = 0
            then [{'key': null::varchar, 'index': null::bigint, 'item': null::json}]
        else found.entries
    end) as e
    from (
        select _sf.entries(
            json_extract(to_json(x), '$' || case when path = '' then '' else '.' end || path), mode
        ) as entries
    ) as found
);

-- All that is within, however deep.
create macro _sf.flatten_recursive(x, path, start) as table
select
    hash(x)::ubigint % 1000000007 as "SEQ",
    case when not regexp_full_match(tree.fullkey, '.*\[\d+\]') then tree.key end as "KEY",
    regexp_replace(
        regexp_replace(substr(tree.fullkey, 2), '\."((?:[^"\\]|\\.)*)"', '[''\1'']', 'g'), '^\.', ''
    ) as "PATH",
    case when regexp_full_match(tree.fullkey, '.*\[\d+\]') then tree.key::bigint end as "INDEX",
    tree.value as "VALUE",
    json_extract(to_json(x), tree.path) as "THIS"
from json_tree(to_json(x), '$' || start || path) as tree
where tree.fullkey != '$' || start || path;
