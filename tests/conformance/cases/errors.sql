-- https://docs.snowflake.com/en/sql-reference/identifiers

select * from NOT_THERE;
-- error: Object 'NOT_THERE' does not exist or not authorized.

select * from NO_SCHEMA.T;
-- error: Schema 'CONFORMANCE.NO_SCHEMA' does not exist or not authorized.

select * from NO_DATABASE.S.T;
-- error: Database 'NO_DATABASE' does not exist or not authorized.

drop view NOT_THERE;
-- error: View 'CONFORMANCE.CASES.NOT_THERE' does not exist or not authorized.

drop schema NOT_THERE;
-- error: Schema 'CONFORMANCE.NOT_THERE' does not exist or not authorized.

drop sequence NOT_THERE;
-- error: Sequence 'CONFORMANCE.CASES.NOT_THERE' does not exist or not authorized.

list @NOT_THERE;
-- error: Stage 'CONFORMANCE.CASES.NOT_THERE' does not exist or not authorized.

select nothing from (select 1 as A);
-- error: invalid identifier 'NOTHING'

select A from (select 1 as A) X, (select 2 as A) Y;
-- error: ambiguous column name 'A'

select no_such_function(1);
-- error: Unknown function NO_SUCH_FUNCTION

sellect 1;
-- error: syntax error line 1 at position 0 unexpected 'sellect'.

create table T (A int);
create table T (A int);
-- error: Object 'T' already exists.

create table T (A int not null);
insert into T values (null);
-- error: NULL result in a non-nullable column

create table T (A int, B int);
insert into T values (1);
-- error: Insert value list does not match column list expecting 2 but got 1

select 'a'::int;
-- error: Numeric value 'a' is not recognized

select 'a'::boolean;
-- error: Boolean value 'a' is not recognized

select 1 / 0;
-- error: Division by zero

select A, B, count(*) from (select 1 as A, 2 as B) group by A;
-- error: is not a valid group by expression

select * from read_csv('/etc/hostname');
-- error: READ_CSV

begin select 1; end;
-- null
-- here: refused

-- https://docs.snowflake.com/en/sql-reference/sql/use-role

use role NOBODY;
-- error: Requested role 'NOBODY' is not assigned to the executing user

-- https://docs.snowflake.com/en/sql-reference/sql/use-warehouse

use warehouse NOTHING;
-- error: Object does not exist

-- https://docs.snowflake.com/en/sql-reference/sql/grant-privilege

create table T (A int);
grant select on table T to role NOBODY;
-- error: Role 'NOBODY' does not exist or not authorized

-- https://docs.snowflake.com/en/sql-reference/functions/object_agg

select object_agg(K, V) from values ('a', 1), ('a', 2) as T(K, V);
-- error: Duplicate field key 'a'

select object_construct('a', 1, 'a', 2);
-- error: Duplicate field key 'a'

-- https://docs.snowflake.com/en/sql-reference/sql/merge

create table T (A int, B varchar) as select 1, 'x';
merge into T using (select 1 as A union all select 1) as S on T.A = S.A when matched then update set B = 'y';
-- error: Duplicate row detected during DML action
