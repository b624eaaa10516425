-- A service user for each role, without a password. Its public keys are set by hand, and changed by
-- `rotate-key`, which the grants below allow a user to do for itself and for nobody else.
create user if not exists identifier($loader) type = service;
create user if not exists identifier($transformer) type = service;
create user if not exists identifier($reporter) type = service;
create user if not exists identifier($forecaster) type = service;
alter user identifier($loader) set default_role = $loader default_warehouse = $loading;
alter user identifier($transformer) set
    default_role = $transformer default_warehouse = $transforming;
alter user identifier($reporter) set default_role = $reporter default_warehouse = $transforming;
alter user identifier($forecaster) set default_role = $forecaster default_warehouse = $transforming;

grant role identifier($loader) to user identifier($loader);
grant role identifier($transformer) to user identifier($transformer);
grant role identifier($reporter) to user identifier($reporter);
grant role identifier($forecaster) to user identifier($forecaster);

grant modify programmatic authentication methods on user identifier($loader)
    to role identifier($loader);
grant modify programmatic authentication methods on user identifier($transformer)
    to role identifier($transformer);
grant modify programmatic authentication methods on user identifier($reporter)
    to role identifier($reporter);
grant modify programmatic authentication methods on user identifier($forecaster)
    to role identifier($forecaster);
