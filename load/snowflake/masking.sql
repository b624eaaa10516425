-- Masks customers' names and addresses for everyone without the role DRIVA_PII_READER, in every table
-- and view that they get into. Needs Snowflake's Enterprise Edition. Idempotent.
--
-- As ACCOUNTADMIN, once RAW.CLIENTES is there, on the names of setup/1_names.sql: after the first load,
-- before the next build. The body of a policy takes no variable: in another environment than prod
-- write that one's role, or everybody sees the mask. Grants keep DIM_CLIENTES, BRONZE and RAW from
-- reporters on any edition; this holds whatever is granted.
use database identifier($database_name);

create masking policy if not exists RAW.MASK_TEXT as (value varchar) returns varchar ->
    case when value is null or is_role_in_session('DRIVA_PII_READER') then value else '***' end
    comment = 'the value for DRIVA_PII_READER, a mask for everyone else';

-- The tag goes along into views and into tables that are created from tagged columns.
-- https://docs.snowflake.com/en/user-guide/object-tagging/propagation
create tag if not exists RAW.DADO_PESSOAL
    allowed_values 'nome', 'endereco'
    propagate = on_dependency_and_data_movement
    comment = 'personal data in the sense of the LGPD (Lei 13.709/2018)';
alter tag RAW.DADO_PESSOAL set masking policy RAW.MASK_TEXT force;

alter table RAW.CLIENTES modify column CLIENTE set tag RAW.DADO_PESSOAL = 'nome';
alter table RAW.CLIENTES modify column ENDERECO set tag RAW.DADO_PESSOAL = 'endereco';
