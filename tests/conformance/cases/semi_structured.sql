-- https://docs.snowflake.com/en/sql-reference/functions/parse_json

select parse_json('{"a": {"b": [1, 2]}}'):a.b[1], parse_json('{"a": "x"}'):a::varchar, parse_json('{"a": 1}'):a::int + 1;
-- parse_json('2'), 'x', 2

select parse_json('x');
-- error: Error parsing JSON

select try_parse_json('x'), try_parse_json('[1]');
-- null, parse_json('[1]')

select parse_json('{"a": null}'):a::varchar, parse_json('{"A": 1}'):a, parse_json('null') is null;
-- null, null, false

select parse_json('{"a": "2024-01-15"}'):a::date, parse_json('{"a": "2.50"}'):a::number(10, 2), parse_json('{"a": true}'):a::boolean;
-- date '2024-01-15', 2.50, true

select v['a'], v['b'][0]::varchar, v:"c d" from (select parse_json('{"a": 1, "b": ["x"], "c d": 2}') as v);
-- parse_json('1'), 'x', parse_json('2')

-- https://docs.snowflake.com/en/sql-reference/functions/typeof

select typeof(v:a), typeof(v:b), typeof(v:c), typeof(v:d), typeof(v:e), typeof(v:f), typeof(v:g) from (select parse_json('{"a": 1, "b": 1.5, "c": "x", "d": true, "e": null, "f": [1], "g": {}}') as v);
-- 'INTEGER', 'DECIMAL', 'VARCHAR', 'BOOLEAN', 'NULL_VALUE', 'ARRAY', 'OBJECT'

select typeof(1::variant), typeof('x'::variant), typeof(null);
-- 'INTEGER', 'VARCHAR', null

-- https://docs.snowflake.com/en/sql-reference/functions/is_integer

select is_integer(v:a), is_varchar(v:c), is_array(v:f), is_object(v:g), is_boolean(v:a), is_decimal(v:a), is_double(v:a) from (select parse_json('{"a": 1, "c": "x", "f": [1], "g": {}}') as v);
-- true, true, true, true, false, true, true

-- https://docs.snowflake.com/en/sql-reference/functions/as_integer

select as_integer(parse_json('1')), as_varchar(parse_json('"x"')), as_integer(parse_json('"x"')), as_double(parse_json('1.5'));
-- 1, 'x', null, 1.5e0

-- https://docs.snowflake.com/en/sql-reference/functions/flatten

select value, index from table(flatten(input => parse_json('[1, 77]'))) order by index;
-- parse_json('1'), 0
-- parse_json('77'), 1

select key, path, value from table(flatten(input => parse_json('{"a": 1, "b": [77]}'))) order by key;
-- 'a', 'a', parse_json('1')
-- 'b', 'b', parse_json('[77]')

select t.id, f.value from (select 1 as id, parse_json('[]') as v) t, lateral flatten(input => t.v, outer => true) f;
-- 1, null

select t.id, f.value from (select 1 as id, null::array as v) t, lateral flatten(input => t.v, outer => true) f;
-- 1, null

select t.id, f.value from (select 1 as id, parse_json('[]') as v) t, lateral flatten(input => t.v) f;
-- no rows

select t.id, f.value from (select 1 as id, parse_json('[5]') as v) t, lateral flatten(t.v, outer => true) f;
-- 1, parse_json('5')

select f.value from table(flatten(input => parse_json('{"a": [1, 2]}'), path => 'a')) f order by f.index;
-- parse_json('1')
-- parse_json('2')

select path from table(flatten(input => parse_json('{"a": {"b": 1}}'), recursive => true)) order by path;
-- 'a'
-- 'a.b'

select key from table(flatten(input => parse_json('{"a": 1}'), mode => 'array'));
-- no rows

select f.value::varchar, f.this from (select parse_json('["x"]') as v) t, lateral flatten(input => t.v) f;
-- 'x', parse_json('["x"]')

select f.value:n::int from (select parse_json('[{"n": 1}, {"n": 2}]') as v) t, lateral flatten(input => t.v) f;
-- 1
-- 2

-- https://docs.snowflake.com/en/sql-reference/functions/array_construct

select array_construct(1, 'x', null), array_construct(), [1, 2], array_construct_compact(1, null, 2);
-- parse_json('[1,"x",null]'), parse_json('[]'), parse_json('[1,2]'), parse_json('[1,2]')

-- https://docs.snowflake.com/en/sql-reference/functions/array_slice

select array_slice(parse_json('[1,2,3]'), 0, 2), array_slice(array_construct(0, 1, 2, 3), 1, -1), array_slice(array_construct(0, 1), 5, 6), array_slice(array_construct(0, 1, 2), -2, 3);
-- parse_json('[1,2]'), parse_json('[1,2]'), parse_json('[]'), parse_json('[1,2]')

-- https://docs.snowflake.com/en/sql-reference/functions/array_to_string

select array_to_string(parse_json('[1,2,3]'), ','), array_to_string(array_construct('a', null, 'b'), ','), array_to_string(array_construct(1.5, true, 'x'), '-');
-- '1,2,3', 'a,,b', '1.5-true-x'

select array_to_string(array_agg(x) within group (order by x), ',') from values (2), (1) as t(x);
-- '1,2'

-- https://docs.snowflake.com/en/sql-reference/functions/array_append

select array_append(array_construct(1, 2), 'x'), array_prepend(array_construct(1), 0), array_cat(array_construct(1), array_construct(2)), array_insert(array_construct(0, 2), 1, 1);
-- parse_json('[1,2,"x"]'), parse_json('[0,1]'), parse_json('[1,2]'), parse_json('[0,1,2]')

-- https://docs.snowflake.com/en/sql-reference/functions/array_contains

select array_contains('hello'::variant, array_construct('hello', 'hi')), array_contains(1, array_construct('hello')), array_contains(2, parse_json('[1,2]'));
-- true, false, true

-- https://docs.snowflake.com/en/sql-reference/functions/array_position

select array_position('hi'::variant, array_construct('hello', 'hi')), array_position('x'::variant, array_construct('hello'));
-- 1, null

-- https://docs.snowflake.com/en/sql-reference/functions/array_size

select array_size(array_construct(1, 2)), array_size(parse_json('{}')), array_size(null);
-- 2, null, null

-- https://docs.snowflake.com/en/sql-reference/functions/array_distinct

select array_size(array_distinct(array_construct('a', 'b', 'a'))), array_compact(array_construct(1, null)), array_reverse(array_construct(1, 2)), array_sort(array_construct(2, 1));
-- 2, parse_json('[1]'), parse_json('[2,1]'), parse_json('[1,2]')

select array_min(array_construct(2, 1)), array_max(array_construct(2, 1)), arrays_overlap(array_construct('a'), array_construct('a', 'b'));
-- parse_json('1'), parse_json('2'), true

-- https://docs.snowflake.com/en/sql-reference/functions/array_intersection

select array_intersection(array_construct('A', 'B'), array_construct('B', 'C')), array_except(array_construct('A', 'B'), array_construct('B'));
-- parse_json('["B"]'), parse_json('["A"]')

-- https://docs.snowflake.com/en/sql-reference/functions/array_remove

select array_remove(array_construct(1, 2, 1), 1), array_remove_at(array_construct('a', 'b'), 0), array_flatten(array_construct(array_construct(1), array_construct(2)));
-- parse_json('[2]'), parse_json('["b"]'), parse_json('[1,2]')

-- https://docs.snowflake.com/en/sql-reference/functions/array_generate_range

select array_generate_range(2, 5), array_generate_range(5, 25, 10);
-- parse_json('[2,3,4]'), parse_json('[5,15]')

-- https://docs.snowflake.com/en/sql-reference/functions/arrays_zip

select arrays_zip([1, 2], ['a', 'b']);
-- parse_json('[{"$1":1,"$2":"a"},{"$1":2,"$2":"b"}]')

-- https://docs.snowflake.com/en/sql-reference/functions/filter

select filter([1, 2, 3], a -> a > 1), transform([1, 2], a -> a * 2);
-- parse_json('[2,3]'), parse_json('[2,4]')

select reduce([1, 2, 3], 0, (acc, v) -> acc + v);
-- 6

-- https://docs.snowflake.com/en/sql-reference/functions/object_construct

select object_construct('a', 1, 'b', null, 'c', 'x'), object_construct_keep_null('a', 1, 'b', null), {'a': 1};
-- parse_json('{"a":1,"c":"x"}'), parse_json('{"a":1,"b":null}'), parse_json('{"a":1}')

select object_construct(*) from (select 1 as a, null as b);
-- parse_json('{"A":1}')

-- https://docs.snowflake.com/en/sql-reference/functions/object_keys

select object_keys(parse_json('{"a": 1, "b": 2}'));
-- parse_json('["a","b"]')

-- https://docs.snowflake.com/en/sql-reference/functions/object_insert

select object_insert(object_construct('a', 1), 'b', 2), object_insert(object_construct('a', 1), 'a', 2, true), object_delete(object_construct('a', 1, 'b', 2), 'b'), object_pick(object_construct('a', 1, 'b', 2), 'a');
-- parse_json('{"a":1,"b":2}'), parse_json('{"a":2}'), parse_json('{"a":1}'), parse_json('{"a":1}')

-- https://docs.snowflake.com/en/sql-reference/functions/get

select get(parse_json('{"a": 1}'), 'a'), get(parse_json('[1, 2]'), 1), get_path(parse_json('{"a": {"b": 2}}'), 'a.b'), get_ignore_case(parse_json('{"aA": 1}'), 'AA');
-- parse_json('1'), parse_json('2'), parse_json('2'), parse_json('1')

-- https://docs.snowflake.com/en/sql-reference/functions/check_json

select check_json('{"a": 1}'), check_json('{') is null, strip_null_value(parse_json('{"a": null}'):a);
-- null, false, null

-- https://docs.snowflake.com/en/sql-reference/functions/to_variant

select 1::variant, 'x'::variant, to_variant(true), array_construct(1)::variant;
-- parse_json('1'), parse_json('"x"'), parse_json('true'), parse_json('[1]')

select v::int, v::varchar, v + 1 = 6 from (select 5::variant as v);
-- 5, '5', true

select v = 5, v > 4, v:a = 'x' from (select parse_json('5') as v);
-- true, true, null

select upper(v:a), v:a || 'b', length(v:a), v:a = 'x', v:n > 9, v:n = 10 from (select parse_json('{"a": "x", "n": 10}') as v);
-- 'X', 'xb', 1, true, true, true

select sum(v:n)::int, max(v:n::int) from (select parse_json('{"n": 10}') as v);
-- 10, 10

select coalesce(v:a::varchar, 'none'), nvl(v:b::int, 0) from (select parse_json('{"a": null}') as v);
-- 'none', 0

create table t (v variant);
insert into t select parse_json('{"a": [1, {"b": 2}]}');
select v:a[1].b::int, v from t;
-- 2, parse_json('{"a":[1,{"b":2}]}')

-- https://docs.snowflake.com/en/sql-reference/functions/parse_xml

select parse_xml('<a>1</a>') is not null;
-- true
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/object_agg

select g, array_agg(object_construct('n', n)) within group (order by n) from values (1, 1), (1, 2) as t(g, n) group by g;
-- 1, parse_json('[{"n":1},{"n":2}]')

-- https://docs.snowflake.com/en/sql-reference/data-types-semistructured

select v:items[0].name::string, v['items'][1]['name']::string, array_size(v:items), v:items[5].name is null from (select parse_json('{"items": [{"name": "x"}, {"name": "y"}]}') as v);
-- 'x', 'y', 2, true

select f.value:price::number(10, 2), f.index, f.value:name::string from (select parse_json('{"items": [{"name": "x", "price": 1.5}]}') as v) t, lateral flatten(input => t.v:items) f;
-- 1.50, 0, 'x'

select g.value::int from (select parse_json('[[1, 2], [3]]') as v) t, lateral flatten(t.v) f, lateral flatten(f.value) g order by 1;
-- 1
-- 2
-- 3

select v:date::date, v:n::float, v:n::int, v:b::boolean, v:x::string from (select parse_json('{"date": "2024-01-15", "n": 2.5, "b": true}') as v);
-- date '2024-01-15', 2.5e0, 3, true, null

select array_contains('a'::variant, v:tags), v:tags[0] = 'a', v:n + 1 = 3, v:n > 1 from (select parse_json('{"tags": ["a"], "n": 2}') as v);
-- true, true, true, true

select v:a from (select parse_json('{"a": "x"}') as v) group by v:a order by v:a;
-- parse_json('"x"')

select count(*) from (select parse_json('{"a": "x"}') as v) where v:a = 'x' and v:a like 'x%' and v:a in ('x', 'y');
-- 1

select max(v:n::int), sum(v:n::number(10, 2)), min(v:a::string) from (select parse_json('{"n": 2, "a": "z"}') as v);
-- 2, 2.00, 'z'

select object_construct('a', x, 'b', object_construct('c', 1)) from values (1) as t(x);
-- parse_json('{"a":1,"b":{"c":1}}')

select parse_json('{"a": 1}') = parse_json('{"a":1}'), parse_json('[1]')[0] = 1;
-- true, true

-- https://docs.snowflake.com/en/sql-reference/functions/is_date

select is_date(to_variant('2024-01-01'::date));
-- true
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/flatten

select f.key, f.value::int from (select parse_json('{"b": 2, "a": 1}') as v) t, lateral flatten(input => v) f order by f.key;
-- 'a', 1
-- 'b', 2

select t.id, f.value::string from (select 1 as id, split('a,b', ',') as v) t, lateral flatten(input => t.v) f order by 2;
-- 1, 'a'
-- 1, 'b'

select count(*) from (select 1 as id, null::variant as v) t, lateral flatten(input => t.v) f;
-- 0

select t.id, f.index from (select 1 as id, parse_json('[1]') as v) t left join lateral flatten(input => t.v) f;
-- 1, 0

-- https://docs.snowflake.com/en/sql-reference/functions/object_construct

select object_construct('k', 'v'):k::string, object_construct('n', null);
-- 'v', parse_json('{}')

-- https://docs.snowflake.com/en/sql-reference/functions/array_construct

select array_construct(1, 2)[0], array_construct('a')[0]::string, array_size(array_construct()), [1, 2, 3][1]::int;
-- parse_json('1'), 'a', 0, 2

-- https://docs.snowflake.com/en/sql-reference/functions/typeof

select typeof(parse_json('1.5')), typeof(parse_json('"a"')), typeof(to_variant(1)), typeof(array_construct());
-- 'DECIMAL', 'VARCHAR', 'INTEGER', 'ARRAY'

-- https://docs.snowflake.com/en/sql-reference/functions/array_sort

select array_sort(array_construct(3, 1, 2)), array_sort(array_construct('b', 'a')), array_max(array_construct(1, 10, 9));
-- parse_json('[1,2,3]'), parse_json('["a","b"]'), parse_json('10')

-- https://docs.snowflake.com/en/sql-reference/functions/array_to_string

select array_to_string(array_construct(), ','), array_to_string(null, ','), array_to_string(array_construct(1), ', ');
-- '', null, '1'

-- https://docs.snowflake.com/en/sql-reference/functions/array_slice

select array_slice(array_construct('a', 'b', 'c'), 1, 2), array_slice(array_construct(1, 2, 3), 0, -1), array_slice(null, 0, 1);
-- parse_json('["b"]'), parse_json('[1,2]'), null

-- https://docs.snowflake.com/en/sql-reference/functions/object_insert

select object_insert(object_construct('a', 1), 'a', 2);
-- error: Duplicate field key 'a'

-- https://docs.snowflake.com/en/sql-reference/functions/object_delete

select object_delete(parse_json('{"a": 1, "b": 2, "c": 3}'), 'a', 'c');
-- parse_json('{"b":2}')

-- https://docs.snowflake.com/en/sql-reference/functions/get

select get(object_construct('a', 1), 'b'), get(array_construct(1), 5), get_path(parse_json('{"a": [{"b": 1}]}'), 'a[0].b');
-- null, null, parse_json('1')

-- https://docs.snowflake.com/en/sql-reference/functions/try_parse_json

select try_parse_json(''), try_parse_json('{"a":1}'):a::int, parse_json(null), parse_json('');
-- null, 1, null, null

-- https://docs.snowflake.com/en/sql-reference/functions/flatten

select index, value::int from table(flatten([10, 20])) order by index;
-- 0, 10
-- 1, 20

select f.path, f.key from table(flatten(parse_json('{"a b": 1}'))) f;
-- '[''a b'']', 'a b'

select f.seq = f.seq, f.this:a::int from table(flatten(input => parse_json('{"a": 1}'))) f;
-- true, 1

-- https://docs.snowflake.com/en/sql-reference/functions/typeof

select typeof(to_variant('10:00:00'::time)), typeof('2024-01-01 10:00:00'::timestamp_ntz::variant), typeof(to_variant(x'ff')), typeof(to_variant('a')), typeof(to_variant(1));
-- 'TIME', 'TIMESTAMP_NTZ', 'BINARY', 'VARCHAR', 'INTEGER'

select typeof(object_construct('d', '2024-01-01'::date):d);
-- 'DATE'
-- here: refused

select is_integer(parse_json('"2024-01-01"')), is_varchar(parse_json('"2024"')), typeof(parse_json('"x"'));
-- false, true, 'VARCHAR'

create table T (V variant);
insert into T select current_date();
select typeof(V) from T;
-- 'DATE'
-- here: refused

create table T (V variant);
insert into T select 1 union all select 2;
update T set V = 3 where V = 1;
select typeof(V), V::int from T order by 2;
-- 'INTEGER', 2
-- 'INTEGER', 3

select to_variant('2024-01-15'::date)::date;
-- date '2024-01-15'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/parameters#timestamp-ntz-output-format

select object_construct('t', '2024-01-01 10:00:00'::timestamp_ntz):t::varchar, array_construct('2024-01-01 10:00:00'::timestamp_ntz)[0]::varchar, array_agg('2024-01-01 10:00:00'::timestamp_ntz)[0]::varchar;
-- '2024-01-01 10:00:00.000', '2024-01-01 10:00:00.000', '2024-01-01 10:00:00.000'

select {'t': '2024-01-01 10:00:00'::timestamp_ntz}:t::timestamp_ntz, array_append([], '2024-01-01'::date)[0]::date;
-- timestamp '2024-01-01 10:00:00', date '2024-01-01'

-- https://docs.snowflake.com/en/sql-reference/functions/filter

select filter(['a', 'b'], x -> x = 'a'), filter([{'n': 1}, {'n': 2}], o -> o:n > 1), filter([1, 2, 3], a int -> a between 2 and 3);
-- parse_json('["a"]'), parse_json('[{"n":2}]'), parse_json('[2,3]')

-- https://docs.snowflake.com/en/sql-reference/functions/transform

select transform([1, 2], a int -> a + 1), transform(['a'], x -> upper(x)), transform([{'n': 1}], o -> o:n), transform([1, 3], a int -> a * 2), transform([-1], a -> abs(a)), filter(['ab', 'c'], x -> length(x) > 1);
-- parse_json('[2,3]'), parse_json('["A"]'), parse_json('[1]'), parse_json('[2,6]'), parse_json('[1]'), parse_json('["ab"]')

select transform([1, 'x'], a -> a * 2);
-- error: Numeric value 'x' is not recognized

-- https://docs.snowflake.com/en/sql-reference/functions/reduce

select reduce(['a', 'b'], '', (acc, v) -> acc || v), reduce([2, 3], 1, (acc int, v int) -> acc * v);
-- 'ab', 6

-- https://docs.snowflake.com/en/sql-reference/functions/flatten

select f.key, f.path, f.index from table(flatten(input => parse_json('{"a": {"b": [1, {"c d": 2}]}}'), recursive => true)) f order by f.path;
-- 'a', 'a', null
-- 'b', 'a.b', null
-- null, 'a.b[0]', 0
-- null, 'a.b[1]', 1
-- 'c d', 'a.b[1][''c d'']', null

select f.path, f.this from (select parse_json('{"a": {"b": {"c": 1}}}') as v) t, lateral flatten(input => t.v, path => 'a', recursive => true) f order by f.path;
-- 'a.b', parse_json('{"b":{"c":1}}')
-- 'a.b.c', parse_json('{"c":1}')

-- https://docs.snowflake.com/en/sql-reference/data-types-semistructured#object

select {}, nullif({'a': 1}, {}), coalesce({'a': 1}, {});
-- parse_json('{}'), parse_json('{"a":1}'), parse_json('{"a":1}')
