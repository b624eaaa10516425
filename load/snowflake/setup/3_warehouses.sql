-- What computes, and what it may cost in a month. A warehouse bills a minute at each resume, so it
-- sleeps after a minute. The administrators are told at 75 and 90 percent of the credits; at 100 no
-- new statement begins, at 110 those that run are stopped.
create resource monitor if not exists identifier($monthly)
    with credit_quota = 20 frequency = monthly start_timestamp = immediately;
alter resource monitor identifier($monthly) set credit_quota = 20
    triggers
        on 75 percent do notify
        on 90 percent do notify
        on 100 percent do suspend
        on 110 percent do suspend_immediate;

create warehouse if not exists identifier($loading) initially_suspended = true;
create warehouse if not exists identifier($transforming) initially_suspended = true;
alter warehouse identifier($loading) set
    warehouse_size = xsmall auto_suspend = 60 auto_resume = true resource_monitor = $monthly
    comment = 'target-snowflake';
alter warehouse identifier($transforming) set
    warehouse_size = xsmall auto_suspend = 60 auto_resume = true resource_monitor = $monthly
    comment = 'dbt, dashboards and forecasts';

grant usage on warehouse identifier($loading) to role identifier($loader);
grant usage on warehouse identifier($transforming) to role identifier($transformer);
grant usage on warehouse identifier($transforming) to role identifier($reporter);
