-- The names of one environment, which the other parts use: what belongs to one can do nothing in
-- another. Before it comes `set environment = 'prod';` or any other, such as 'dev', whose names end
-- in _DEV; the local stack has prod's.
set suffix = iff($environment in ('prod', 'local'), '', '_' || upper($environment));
set database_name = 'DRIVAMOTORS' || $suffix;
-- Roles, and a service user of the same name for each of the first four.
set loader = 'DRIVA_LOADER' || $suffix;
set transformer = 'DRIVA_TRANSFORMER' || $suffix;
set reporter = 'DRIVA_REPORTER' || $suffix;
set forecaster = 'DRIVA_FORECASTER' || $suffix;
set pii_reader = 'DRIVA_PII_READER' || $suffix;
set manager = 'DRIVA_MANAGER' || $suffix;
set loading = 'DRIVA_LOADING' || $suffix;
set transforming = 'DRIVA_TRANSFORMING' || $suffix;
set monthly = 'DRIVA_MONTHLY' || $suffix;
set network = 'DRIVA_NETWORK' || $suffix;
