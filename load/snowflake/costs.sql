-- What the last 30 days have cost, by day and by whom: credits, bytes, statements and seconds.
--
-- On an account, with a role that sees SNOWFLAKE.ACCOUNT_USAGE (ACCOUNTADMIN, or one with the database
-- role USAGE_VIEWER and GOVERNANCE_VIEWER). Its views are up to eight hours behind. The loader's tag is
-- JSON, with the run and the stream; what dbt sends has the node in a comment behind it.
-- https://docs.snowflake.com/en/sql-reference/account-usage/query_attribution_history
select
    cast(history.start_time as date) as dia,
    history.role_name as papel,
    coalesce(
        try_parse_json(history.query_tag):stream::varchar,
        try_parse_json(regexp_substr(history.query_text, '/[*] (.*) [*]/$', 1, 1, 'e')):node_id::varchar
    ) as objeto,
    count(*) as instrucoes,
    round(sum(history.total_elapsed_time) / 1000, 1) as segundos,
    sum(history.bytes_scanned) as bytes_lidos,
    sum(history.bytes_written) as bytes_escritos,
    -- Of a statement that lasts less than a tenth of a second none are attributed.
    sum(attributed.credits_attributed_compute) as creditos
from snowflake.account_usage.query_history as history
left join snowflake.account_usage.query_attribution_history as attributed
    on history.query_id = attributed.query_id
where
    history.start_time >= dateadd(day, -30, current_date())
    and startswith(history.role_name, 'DRIVA_')
group by 1, 2, 3
order by dia desc, creditos desc nulls last;
