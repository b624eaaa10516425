"""Views of INFORMATION_SCHEMA that fakesnow has not, or has of 1970.

https://docs.snowflake.com/en/sql-reference/info-schema
"""

from __future__ import annotations

from sqlglot import Expr, exp

from local_stack.snowflake import notes, user_functions
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import ROLES, Session

_PLACE = "_fs_global._fs_information_schema"
_NO_DATABASES = "('memory', 'system', 'temp', '_fs_global')"
_NO_SCHEMAS = "('main', 'pg_catalog', 'information_schema')"
_SCHEMA = (
    "CASE WHEN schema_name = '_fs_information_schema' THEN 'INFORMATION_SCHEMA' "
    "ELSE schema_name END"
)
# Keys, as declared.py keeps them.
_KEYS = f"""(SELECT database_name, schema_name, table_name, {notes.CREATED} AS created,
    unnest((try_cast(comment AS json) -> '$.keys')::json[]) AS k FROM duckdb_tables())"""
# By name: what is selected. The first column is the database.
_VIEWS = {
    "SCHEMATA": f"""
        database_name AS "CATALOG_NAME", {_SCHEMA} AS "SCHEMA_NAME",
        '{ROLES[0]}' AS "SCHEMA_OWNER", 'NO' AS "IS_TRANSIENT", 'NO' AS "IS_MANAGED_ACCESS",
        1 AS "RETENTION_TIME", coalesce(created_on, to_timestamp(0)) AS "CREATED",
        coalesce(created_on, to_timestamp(0)) AS "LAST_ALTERED", NULL::VARCHAR AS "COMMENT",
        'UNSET' AS "REPLICABLE_WITH_FAILOVER_GROUPS", 'ROLE' AS "OWNER_ROLE_TYPE"
        FROM duckdb_schemas() LEFT JOIN {notes.SCHEMAS} USING (database_name, schema_name)
        WHERE database_name NOT IN {_NO_DATABASES} AND schema_name NOT IN {_NO_SCHEMAS}""",
    "VIEWS": f"""
        database_name AS "TABLE_CATALOG", schema_name AS "TABLE_SCHEMA",
        view_name AS "TABLE_NAME",
        coalesce(TRY_CAST(v.comment AS JSON) ->> 'owner', '{ROLES[0]}') AS "TABLE_OWNER",
        coalesce(TRY_CAST(v.comment AS JSON) ->> 'text', sql) AS "VIEW_DEFINITION",
        'NONE' AS "CHECK_OPTION", 'NO' AS "IS_UPDATABLE", 'NO' AS "INSERTABLE_INTO",
        'NO' AS "IS_SECURE", {notes.CREATED.replace("comment", "v.comment")} AS "CREATED",
        {notes.CREATED.replace("comment", "v.comment")} AS "LAST_ALTERED",
        {notes.CREATED.replace("comment", "v.comment")} AS "LAST_DDL",
        c.comment AS "COMMENT"
        FROM duckdb_views() AS v LEFT JOIN {_PLACE}._fs_tables_ext AS c
            ON (c.ext_table_catalog, c.ext_table_schema, c.ext_table_name)
                = (database_name, schema_name, view_name)
        WHERE NOT internal AND schema_name <> '_fs_information_schema'""",
    "SEQUENCES": """
        database_name AS "SEQUENCE_CATALOG", schema_name AS "SEQUENCE_SCHEMA",
        sequence_name AS "SEQUENCE_NAME", 'ACCOUNTADMIN' AS "SEQUENCE_OWNER",
        'NUMBER' AS "DATA_TYPE", 38 AS "NUMERIC_PRECISION", 10 AS "NUMERIC_PRECISION_RADIX",
        0 AS "NUMERIC_SCALE", start_value::VARCHAR AS "START_VALUE",
        min_value::VARCHAR AS "MINIMUM_VALUE", max_value::VARCHAR AS "MAXIMUM_VALUE",
        coalesce(last_value + increment_by, start_value)::VARCHAR AS "NEXT_VALUE",
        increment_by::VARCHAR AS "INCREMENT", 'NO' AS "CYCLE_OPTION", comment AS "COMMENT"
        FROM duckdb_sequences() WHERE NOT temporary""",
    "FUNCTIONS": f"""
        database_name AS "FUNCTION_CATALOG", schema_name AS "FUNCTION_SCHEMA",
        name AS "FUNCTION_NAME", arguments AS "ARGUMENT_SIGNATURE",
        coalesce(returns, 'TABLE') AS "DATA_TYPE", 'SQL' AS "FUNCTION_LANGUAGE",
        body AS "FUNCTION_DEFINITION", 'NO' AS "IS_EXTERNAL", 'NO' AS "IS_AGGREGATE",
        created_on AS "CREATED", created_on AS "LAST_ALTERED", comment AS "COMMENT"
        FROM {user_functions.TABLE}""",
    "STAGES": f"""
        database_name AS "STAGE_CATALOG", schema_name AS "STAGE_SCHEMA", name AS "STAGE_NAME",
        url AS "STAGE_URL", owner AS "STAGE_OWNER", created_on AS "CREATED", type AS "STAGE_TYPE",
        comment AS "COMMENT" FROM {_PLACE}._fs_stages""",
    "FILE_FORMATS": f"""
        database_name AS "FILE_FORMAT_CATALOG", schema_name AS "FILE_FORMAT_SCHEMA",
        name AS "FILE_FORMAT_NAME", type AS "FILE_FORMAT_TYPE", created_on AS "CREATED",
        comment AS "COMMENT" FROM {_PLACE}._fs_file_formats""",
    "DATABASES": f"""
        database_name AS "DATABASE_NAME",
        '{ROLES[0]}' AS "DATABASE_OWNER", 'NO' AS "IS_TRANSIENT", NULL::VARCHAR AS "COMMENT",
        coalesce(created_on, to_timestamp(0)) AS "CREATED",
        coalesce(created_on, to_timestamp(0)) AS "LAST_ALTERED", 1 AS "RETENTION_TIME",
        'STANDARD' AS "TYPE"
        FROM duckdb_databases() LEFT JOIN
            (SELECT database_name, created_on FROM {notes.SCHEMAS} WHERE schema_name = '')
            USING (database_name)
        WHERE database_name NOT IN {_NO_DATABASES}""",
    "TABLE_CONSTRAINTS": f"""
        database_name AS "CONSTRAINT_CATALOG", schema_name AS "CONSTRAINT_SCHEMA",
        k ->> 'name' AS "CONSTRAINT_NAME", database_name AS "TABLE_CATALOG",
        schema_name AS "TABLE_SCHEMA", table_name AS "TABLE_NAME",
        k ->> 'kind' AS "CONSTRAINT_TYPE", 'NO' AS "IS_DEFERRABLE", 'YES' AS "INITIALLY_DEFERRED",
        'NO' AS "ENFORCED", NULL::VARCHAR AS "COMMENT", created AS "CREATED",
        created AS "LAST_ALTERED", 'NO' AS "RELY" FROM {_KEYS}""",
    "REFERENTIAL_CONSTRAINTS": f"""
        database_name AS "CONSTRAINT_CATALOG", schema_name AS "CONSTRAINT_SCHEMA",
        k ->> 'name' AS "CONSTRAINT_NAME", k ->> '$.table[0]' AS "UNIQUE_CONSTRAINT_CATALOG",
        k ->> '$.table[1]' AS "UNIQUE_CONSTRAINT_SCHEMA",
        (SELECT any_value(u.k ->> 'name') FROM {_KEYS} AS u
            WHERE (u.database_name, u.schema_name, u.table_name, u.k ->> 'kind')
            = (t.k ->> '$.table[0]', t.k ->> '$.table[1]', t.k ->> '$.table[2]', 'PRIMARY KEY'))
            AS "UNIQUE_CONSTRAINT_NAME",
        'FULL' AS "MATCH_OPTION", 'NO ACTION' AS "UPDATE_RULE", 'NO ACTION' AS "DELETE_RULE",
        NULL::VARCHAR AS "COMMENT", created AS "CREATED", created AS "LAST_ALTERED"
        FROM {_KEYS} AS t WHERE k ->> 'kind' = 'FOREIGN KEY'""",
}
_FAKESNOWS = {"COLUMNS", "TABLES", "LOAD_HISTORY"}
_OTHERS = {
    *("APPLICABLE_ROLES", "ELEMENT_TYPES", "ENABLED_ROLES", "EVENT_TABLES", "EXTERNAL_TABLES"),
    *("FIELDS", "HYBRID_TABLES", "INDEXES", "INFORMATION_SCHEMA_CATALOG_NAME", "PACKAGES", "PIPES"),
    *("OBJECT_PRIVILEGES", "PROCEDURES", "REPLICATION_DATABASES", "REPLICATION_GROUPS", "SERVICES"),
    *("TABLE_PRIVILEGES", "TABLE_STORAGE_METRICS", "USAGE_PRIVILEGES"),
}
CREATION = "; ".join(
    f"CREATE OR REPLACE VIEW {_PLACE}._is_{name} AS SELECT {selected}"
    for name, selected in _VIEWS.items()
)


def place(session: Session, statement: Expr) -> None:
    """Put the views in the place of their names.

    Raises:
        ProgrammingError: a view of INFORMATION_SCHEMA that is not there.
    """
    is_current = session.schema == "INFORMATION_SCHEMA"
    if isinstance(statement, exp.Create | exp.Drop | exp.Describe):
        return
    for table in list(statement.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier):
            continue
        catalog, schema, name = session.full_name(table)
        if schema != "INFORMATION_SCHEMA" or not (table.args.get("db") or is_current):
            continue
        if name in _FAKESNOWS:
            table.set("db", exp.to_identifier("INFORMATION_SCHEMA"))
        elif name in _VIEWS:
            view = exp.table_(f"_is_{name}", "_fs_information_schema", "_fs_global", quoted=True)
            first = exp.column(_VIEWS[name].split('"')[1], quoted=True)
            rows = exp.select("*").from_(view)
            if name != "DATABASES":
                rows = rows.where(exp.EQ(this=first, expression=exp.Literal.string(catalog)))
            table.replace(rows.subquery(table.alias or name))
        elif name in _OTHERS:
            raise unsupported(f"INFORMATION_SCHEMA.{name}")
