-- https://docs.snowflake.com/en/sql-reference/sql/begin

create table T (A int);
begin transaction;
insert into T values (1);
rollback;
select count(*) from T;
-- 0

create table T (A int);
start transaction;
insert into T values (1);
commit work;
select count(*) from T;
-- 1

create table T (A int);
begin;
begin;
insert into T values (1);
commit;
rollback;
select count(*) from T;
-- 1

-- https://docs.snowflake.com/en/sql-reference/transactions

create table T (A int);
begin;
insert into T values (1);
create table U (A int);
rollback;
select count(*) from T;
-- 1

create table T (A int);
alter session set autocommit = false;
insert into T values (1);
rollback;
alter session set autocommit = true;
select count(*) from T;
-- 0
