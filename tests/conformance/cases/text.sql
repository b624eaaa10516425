-- https://docs.snowflake.com/en/sql-reference/functions/trim

select trim('xax', 'x');
-- 'a'

select trim('❄-❄ABC-❄-', '❄-');
-- 'ABC'

select '>' || trim('  a b ') || '<';
-- '>a b<'

select trim(12, '1');
-- '2'

-- https://docs.snowflake.com/en/sql-reference/functions/ltrim

select ltrim('#000000123', '0#');
-- '123'

select ltrim('0123', 0);
-- '123'

-- https://docs.snowflake.com/en/sql-reference/functions/rtrim

select rtrim('$125.00', '0.');
-- '$125'

select '>' || rtrim('a	 ') || '<';
-- '>a	<'

-- https://docs.snowflake.com/en/sql-reference/functions/concat

select concat('a', null, 'b');
-- null

select concat('George Washington ', 'Carver');
-- 'George Washington Carver'

select 'a' || null;
-- null

select 'n' || 1 || true;
-- 'n1true'

-- https://docs.snowflake.com/en/sql-reference/functions/concat_ws

select concat_ws(',', 'one', 'two', 'three');
-- 'one,two,three'

select concat_ws(',', 'one', null, 'three');
-- null

-- https://docs.snowflake.com/en/sql-reference/functions/split_part

select split_part('11.22.33', '.', 0), split_part('11.22.33', '.', 2), split_part('11.22.33', '.', -1), split_part('11.22.33', '.', 4);
-- '11', '22', '33', ''

select split_part('aaa--bbb-BBB--ccc', '--', 2);
-- 'bbb-BBB'

-- https://docs.snowflake.com/en/sql-reference/functions/split

select split('127.0.0.1', '.');
-- parse_json('["127","0","0","1"]')

select split('|a||', '|');
-- parse_json('["","a","",""]')

select split('127.0.0.1', '.')[1]::varchar;
-- '0'

-- https://docs.snowflake.com/en/sql-reference/functions/strtok

select strtok('a.b.c', '.', 1), strtok('user@snowflake.com', '@.', 3), strtok('a b', ' ', 3), strtok('', '');
-- 'a', 'com', null, null

-- https://docs.snowflake.com/en/sql-reference/functions/strtok_to_array

select strtok_to_array('a.b..c', '.');
-- parse_json('["a","b","c"]')

-- https://docs.snowflake.com/en/sql-reference/functions/initcap

select initcap('the Quick Gray fox');
-- 'The Quick Gray Fox'

select initcap('this is the new Frame+work');
-- 'This Is The New Frame+Work'

select initcap('this is the new Frame+work', '');
-- 'This is the new frame+work'

-- https://docs.snowflake.com/en/sql-reference/functions/lpad

select lpad('123.50', 19, '*_');
-- '*_*_*_*_*_*_*123.50'

select lpad('123', 5), lpad(7, 3, 0), lpad('hello', 2, 'x');
-- '  123', '007', 'he'

-- https://docs.snowflake.com/en/sql-reference/functions/rpad

select rpad('123.50', 19, '*_');
-- '123.50*_*_*_*_*_*_*'

-- https://docs.snowflake.com/en/sql-reference/functions/replace

select replace('down', 'down', 'up'), replace('snowball', 'ball'), replace('snowball', 'ball', '');
-- 'up', 'snow', 'snow'

-- https://docs.snowflake.com/en/sql-reference/functions/translate

select translate('peña', 'ñ', 'n'), translate('❄a❄bc❄def❄', '❄', '*'), translate('abcdef', 'abc', 'XY');
-- 'pena', '*a*bc*def*', 'XYdef'

-- https://docs.snowflake.com/en/sql-reference/functions/position

select position('an', 'banana', 1), position('an', 'banana', 3), position('an' in 'banana'), position('x', 'banana');
-- 2, 4, 2, 0

-- https://docs.snowflake.com/en/sql-reference/functions/charindex

select charindex('an', 'banana', 3), charindex('B', 'banana');
-- 4, 0

-- https://docs.snowflake.com/en/sql-reference/functions/contains

select contains('coffee', 'ff'), startswith('tea', 'te'), endswith('tea', 'te');
-- true, true, false

-- https://docs.snowflake.com/en/sql-reference/functions/insert

select insert('abcdef', 3, 2, 'zzz'), insert('abc', 1, 2, 'Z'), insert('abcdef', 2, 0, 'zz');
-- 'abzzzef', 'Zc', 'azzbcdef'

-- https://docs.snowflake.com/en/sql-reference/functions/left

select left('ABCDEF', 3), right('ABCDEFG', 3);
-- 'ABC', 'EFG'

-- https://docs.snowflake.com/en/sql-reference/functions/substr

select substr('testing 1 2 3', 9, 5), substring('mystring', -3), substr('abc', 5);
-- '1 2 3', 'ing', ''

-- https://docs.snowflake.com/en/sql-reference/functions/ascii

select ascii('!'), ascii('A'), ascii('');
-- 33, 65, 0

-- https://docs.snowflake.com/en/sql-reference/functions/chr

select chr(83), char(33), chr(8364);
-- 'S', '!', '€'

-- https://docs.snowflake.com/en/sql-reference/functions/unicode

select unicode('a'), unicode('❄'), unicode('');
-- 97, 10052, 0

-- https://docs.snowflake.com/en/sql-reference/functions/length

select length('joe'), len('❄'), octet_length('abc€'), bit_length('abc');
-- 3, 1, 6, 24

-- https://docs.snowflake.com/en/sql-reference/functions/repeat

select repeat('xy', 3), reverse('Hello, world!'), '>' || space(2) || '<';
-- 'xyxyxy', '!dlrow ,olleH', '>  <'

-- https://docs.snowflake.com/en/sql-reference/functions/rtrimmed_length

select rtrimmed_length(' ABCD ');
-- 5

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_replace

select regexp_replace('Customers - (NY)', '\\(|\\)', '');
-- 'Customers - NY'

select regexp_replace('It was the best of times, it was the worst of times', '( ){1,}', '');
-- 'Itwasthebestoftimes,itwastheworstoftimes'

select regexp_replace('It was the best of times, it was the worst of times', 'times', 'days', 1, 2);
-- 'It was the best of times, it was the worst of days'

select regexp_replace('firstname middlename lastname', '(.*) (.*) (.*)', '\\3, \\1 \\2');
-- 'lastname, firstname middlename'

select regexp_replace('aAbB', 'a', 'x', 1, 0, 'i');
-- 'xxbB'

select regexp_replace('a1b2', $$\d$$);
-- 'ab'

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_substr

select regexp_substr('It was the best of times, it was the worst of times', 'the\\W+\\w+', 1, 2);
-- 'the worst'

select regexp_substr('It was the best of times', 'the\\W+(\\w+)', 1, 1, 'e', 1), regexp_substr('abc', 'x');
-- 'best', null

select regexp_substr('ABC', 'b', 1, 1, 'i');
-- 'B'

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_count

select regexp_count('It was the best of times, it was the worst of times', '\\bwas\\b', 1);
-- 2

select regexp_count('aAa', 'a', 1, 'i');
-- 3

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_instr

select regexp_instr('nevermore1, nevermore2, nevermore3.', 'nevermore\\d'), regexp_instr('nevermore1, nevermore2, nevermore3.', 'nevermore\\d', 1, 3), regexp_instr('abc', 'x');
-- 1, 25, 0

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_like

select regexp_like('Sacramento', 'San.*'), regexp_like('San Francisco', 'San.*'), regexp_like('San Francisco', 'San'), regexp_like('SAN', 'san', 'i');
-- false, true, false, true

-- https://docs.snowflake.com/en/sql-reference/functions/regexp

select 'San Francisco' regexp 'San.*', 'San Francisco' regexp 'Fran', 'abc' rlike 'a.c';
-- true, false, true

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_substr_all

select regexp_substr_all('a1_a2_a3', 'a[0-9]');
-- parse_json('["a1","a2","a3"]')

-- https://docs.snowflake.com/en/sql-reference/functions/like

select 'John' like 'J%', 'John' like 'j%', 'a%b' like 'a^%b' escape '^';
-- true, false, true

-- https://docs.snowflake.com/en/sql-reference/functions/ilike

select 'John  Dddoe' ilike 'j%doe';
-- true

-- https://docs.snowflake.com/en/sql-reference/functions/like_any

select 'John Dddoe' like any ('%Jo%oe%', 'T%e'), 'a' ilike any ('A', 'b');
-- true, true

-- https://docs.snowflake.com/en/sql-reference/functions/like_all

select 'John Dddoe' like all ('%Jo%oe%', 'J%n');
-- false

-- https://docs.snowflake.com/en/sql-reference/functions/soundex

select soundex('Marks'), soundex('Marx');
-- 'M620', 'M620'

-- https://docs.snowflake.com/en/sql-reference/functions/editdistance

select editdistance('Gute nacht', 'Ich weis nicht'), editdistance('snow', 'Snow');
-- 8, 1

-- https://docs.snowflake.com/en/sql-reference/functions/jarowinkler_similarity

select jarowinkler_similarity('Snowflake', 'Oracle');
-- 61

-- https://docs.snowflake.com/en/sql-reference/functions/md5

select md5('Snowflake'), md5_hex('Snowflake');
-- 'edf1439075a83a447fb8b630ddc9c8de', 'edf1439075a83a447fb8b630ddc9c8de'

-- https://docs.snowflake.com/en/sql-reference/functions/sha1

select sha1('Snowflake');
-- 'fda76b0bcc1e87cf259b1d1e3271d76f590fb5dd'

-- https://docs.snowflake.com/en/sql-reference/functions/sha2

select sha2('abc'), sha2('abc', 256);
-- 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

-- https://docs.snowflake.com/en/sql-reference/functions/hex_encode

select hex_encode('SNOW'), hex_encode('SNOW', 0), hex_decode_string('534E4F57');
-- '534E4F57', '534e4f57', 'SNOW'

-- https://docs.snowflake.com/en/sql-reference/functions/base64_encode

select base64_encode('Snowflake'), base64_decode_string('U25vd2ZsYWtl');
-- 'U25vd2ZsYWtl', 'Snowflake'

-- https://docs.snowflake.com/en/sql-reference/functions/parse_url

select parse_url('https://www.snowflake.com/a?b=1'):host::varchar, parse_url('https://www.snowflake.com/a?b=1'):parameters:b::varchar;
-- 'www.snowflake.com', '1'

-- https://docs.snowflake.com/en/sql-reference/functions/upper

select upper('❄a'), lower('ÀB');
-- '❄A', 'àb'

-- https://docs.snowflake.com/en/sql-reference/operators-comparison

select 'a' = 'A', 'a' < 'b', 'a' = 'a ';
-- false, true, false

-- https://docs.snowflake.com/en/sql-reference/functions/collate

select collate('a', 'en-ci') = 'A';
-- true
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/concat

select 'x' || '2024-01-15 12:30:45'::timestamp, concat('a', 1.0::float), 'd' || '2024-01-15'::date, 'b' || true, 'n' || 1.50;
-- 'x2024-01-15 12:30:45.000', 'a1', 'd2024-01-15', 'btrue', 'n1.50'

select concat_ws('-', 1, '2024-01-15 00:00:00'::timestamp);
-- '1-2024-01-15 00:00:00.000'

-- https://docs.snowflake.com/en/sql-reference/functions/split

select array_to_string(split('a,b', ','), '-'), array_size(split('a,b,c', ',')), split('a,b', ',')[0]::varchar;
-- 'a-b', 3, 'a'

-- https://docs.snowflake.com/en/sql-reference/functions/left

select left('abc', 10), right('abc', 0), substr('abc', 2), substr('abc', -2, 1);
-- 'abc', '', 'bc', 'b'

-- https://docs.snowflake.com/en/sql-reference/functions/md5

select md5(1), md5('1'), sha1(1) = sha1('1');
-- 'c4ca4238a0b923820dcc509a6f75849b', 'c4ca4238a0b923820dcc509a6f75849b', true

-- https://docs.snowflake.com/en/sql-reference/functions/randstr

select length(randstr(5, random()));
-- 5

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_replace

select regexp_replace(x, '[^0-9]', '') from values ('a1b2') as t(x);
-- '12'

select regexp_substr('a12b34', '[0-9]+', 1, 2), regexp_substr('a12', '([a-z])([0-9]+)', 1, 1, 'e', 2), regexp_substr('x', '[0-9]');
-- '34', '12', null

select regexp_count('a1b2', '[0-9]'), regexp_instr('ab12', '[0-9]'), regexp_like('a1', '^[a-z][0-9]$');
-- 2, 3, true

select 'abc' rlike 'b', 'abc' rlike '.*b.*';
-- false, true

-- https://docs.snowflake.com/en/sql-reference/functions/substr

select substr('abc', 0, 2), substring('hello', 2, 3), left('abc', 2);
-- 'ab', 'ell', 'ab'

-- https://docs.snowflake.com/en/sql-reference/functions/lower

select lower('ÁÉ'), upper('ção'), initcap('joão da silva');
-- 'áé', 'ÇÃO', 'João Da Silva'

-- https://docs.snowflake.com/en/sql-reference/functions/length

select length(''), length(null), length('  ');
-- 0, null, 2

-- https://docs.snowflake.com/en/sql-reference/functions/replace

select replace('a.b', '.', ','), replace('abc', null), replace('aaa', 'a', 'b');
-- 'a,b', null, 'bbb'

-- https://docs.snowflake.com/en/sql-reference/functions/lpad

select lpad(1, 3, '0'), rpad('a', 3, '-'), lpad('abc', 2, '0');
-- '001', 'a--', 'ab'

-- https://docs.snowflake.com/en/sql-reference/functions/trim

select trim(null), ltrim(null, 'a'), trim('', 'x'), trim('abc', 'ca');
-- null, null, '', 'b'

-- https://docs.snowflake.com/en/sql-reference/functions/position

select position('b', 'abcb', 3), position('', 'abc'), charindex('z', 'abc');
-- 4, 1, 0

-- https://docs.snowflake.com/en/sql-reference/functions/left

select left('abc', -1), right('abc', -1), left('abc', 0);
-- '', '', ''

-- https://docs.snowflake.com/en/sql-reference/functions/split_part

select split_part('a-b-c', '-', -2), split_part('abc', '', 1), split_part('a.b', '.', 3);
-- 'b', 'abc', ''

-- https://docs.snowflake.com/en/sql-reference/functions/repeat

select repeat('a', 0), repeat('ab', 2), space(0);
-- '', 'abab', ''

-- https://docs.snowflake.com/en/sql-reference/functions/insert

select insert('abc', 4, 0, 'd'), insert(null, 1, 1, 'x');
-- 'abcd', null

-- https://docs.snowflake.com/en/sql-reference/functions/translate

select translate('abc', 'ab', ''), translate('2*[3+4]', '[]', '()');
-- 'c', '2*(3+4)'

-- https://docs.snowflake.com/en/sql-reference/functions/like

select 'a_b' like 'a\\_b' escape '\\', '100%' like '100^%' escape '^';
-- true, true

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_substr

select regexp_substr('2024-01-15', '(\\d{4})-(\\d{2})', 1, 1, 'e', 2), regexp_substr('aBc', 'b', 1, 1, 'i'), regexp_substr('abc', 'b', 3);
-- '01', 'B', null

-- https://docs.snowflake.com/en/sql-reference/functions/regexp_replace

select regexp_replace('abc', 'b', ''), regexp_replace('a.b', '\\.', '-'), regexp_replace('abab', 'a', 'x', 2);
-- 'ac', 'a-b', 'abxb'

-- https://docs.snowflake.com/en/sql-reference/functions/parse_ip

select parse_ip('192.168.1.1', 'INET'):host::varchar;
-- '192.168.1.1'
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/compress

select compress('a', 'snappy') is not null;
-- true
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/functions/parse_url

select parse_url('https://www.snowflake.com/');
-- parse_json('{"fragment":null,"host":"www.snowflake.com","parameters":null,"path":"","port":null,"query":null,"scheme":"https"}')

select parse_url('HTTP://USER:PASS@EXAMPLE.INT:4345/HELLO.PHP?USER=1');
-- parse_json('{"fragment":null,"host":"USER:PASS@EXAMPLE.INT","parameters":{"USER":"1"},"path":"HELLO.PHP","port":"4345","query":"USER=1","scheme":"HTTP"}')

select parse_url('example.int/hello.php?user=12#nofragment');
-- error: Error parsing URL: scheme not specified
