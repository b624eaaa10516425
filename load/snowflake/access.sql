-- For people who may see some dealerships only, and query by a Snowflake user of their own: a role that
-- dbt opens some tables to, and a policy that leaves them the rows of their dealerships there. Needs
-- Snowflake's Enterprise Edition. Idempotent.
--
-- As ACCOUNTADMIN, on the names of setup/1_names.sql; docs/deployment.md, Who sees what, says what
-- follows. The body of a policy takes no variable: in another environment than prod write that one's
-- roles, or nobody but whom SEGURANCA.ACESSOS names sees a row, not even a build.
use database identifier($database_name);

create role if not exists identifier($manager) comment = 'reads some dealerships: SEGURANCA.ACESSOS';
grant role identifier($manager) to role SYSADMIN;
grant usage on database identifier($database_name) to role identifier($manager);
grant usage on schema SILVER to role identifier($manager);
grant usage on schema GOLD to role identifier($manager);
grant usage on warehouse identifier($transforming) to role identifier($manager);

-- dbt builds, and the dashboard restricts its viewers itself, as all of them are its one user.
create row access policy if not exists SEGURANCA.POR_CONCESSIONARIA
    as (concessionaria number) returns boolean ->
    is_role_in_session('DRIVA_TRANSFORMER')
    or is_role_in_session('DRIVA_REPORTER')
    or exists (
        select 1 from SEGURANCA.ACESSOS as acessos
        where
            lower(trim(acessos.usuario)) = lower(current_user())
            and (acessos.rede or acessos.concessionaria_id = concessionaria)
    )
    comment = 'the rows of the dealerships that ACESSOS names';
-- A table takes its policy along when dbt creates it anew.
grant apply on row access policy SEGURANCA.POR_CONCESSIONARIA to role identifier($transformer);
