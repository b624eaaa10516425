"""SHOW of databases, schemas, tables and the like: filtered, limited, with real rows and times."""

from __future__ import annotations

from sqlglot import exp

from local_stack.snowflake import declared
from local_stack.snowflake.adapter import Cursor, Value
from local_stack.snowflake.errors import no_such_object, unsupported
from local_stack.snowflake.notes import CREATED, SCHEMAS
from local_stack.snowflake.session import Session

# By what SHOW calls them.
_KEYS = {
    "PRIMARY KEYS": "PRIMARY KEY",
    "UNIQUE KEYS": "UNIQUE",
    "IMPORTED KEYS": "FOREIGN KEY",
    "EXPORTED KEYS": "FOREIGN KEY",
}
_RELATIONS = ("TABLES", "VIEWS", "OBJECTS")
_KNOWN = {
    *(*_RELATIONS, *_KEYS, "COLUMNS", "DATABASES", "SCHEMAS", "SEQUENCES", "STAGES"),
    *("FILE FORMATS", "FUNCTIONS", "PROCEDURES"),
}
# Tables and views as DuckDB has them, with what is noted of them, and comments.
_NOTED = f"""
LEFT JOIN (
    SELECT database_name AS d, schema_name AS s, table_name AS n, {CREATED} AS created,
        NULL AS text, comment ->> 'owner' AS owner, comment ->> 'change_tracking' AS tracking
    FROM duckdb_tables()
    UNION ALL
    SELECT database_name, schema_name, view_name, {CREATED}, comment ->> 'text',
        comment ->> 'owner', NULL
    FROM duckdb_views()
) AS k ON (k.d, k.s, k.n) = (t.database_name, t.schema_name, t.name)
LEFT JOIN _fs_global._fs_information_schema._fs_tables_ext AS c
    ON (c.ext_table_catalog, c.ext_table_schema, c.ext_table_name)
        = (t.database_name, t.schema_name, t.name)
"""
_COLUMNS = {
    "OBJECTS": "* REPLACE (coalesce(k.created, t.created_on) AS created_on, "
    "coalesce(c.comment, '') AS comment, coalesce(k.owner, 'ACCOUNTADMIN') AS owner)",
    "VIEWS": "* REPLACE (coalesce(k.created, t.created_on) AS created_on, "
    "coalesce(c.comment, '') AS comment, coalesce(k.owner, 'ACCOUNTADMIN') AS owner, "
    "coalesce(k.text, t.text) AS text)",
    "SCHEMAS": "coalesce(k.created_on, t.created_on) AS created_on, t.name, 'N' AS is_default, "
    "CASE WHEN t.name = current_schema() AND t.database_name = current_database() THEN 'Y' "
    "ELSE 'N' END AS is_current, t.database_name, 'ACCOUNTADMIN' AS owner, '' AS comment, "
    "'' AS options, '1' AS retention_time, 'ROLE' AS owner_role_type",
    "DATABASES": "* REPLACE (coalesce(k.created_on, t.created_on) AS created_on, "
    "CASE WHEN t.name = current_database() THEN 'Y' ELSE 'N' END AS is_current)",
    "SEQUENCES": "*",
}
_COLUMNS["TABLES"] = _COLUMNS["OBJECTS"].replace(
    "* REPLACE (", "* REPLACE (coalesce(k.tracking, 'OFF') AS change_tracking, "
)
# What TERSE shows.
_TERSE = {
    "DATABASES": "created_on, name, NULL AS kind, NULL AS database_name, NULL AS schema_name",
    "SCHEMAS": "created_on, name, NULL AS kind, database_name, NULL AS schema_name",
    "VIEWS": "created_on, name, 'VIEW' AS kind, database_name, schema_name",
    **dict.fromkeys(("TABLES", "OBJECTS"), "created_on, name, kind, database_name, schema_name"),
}


def run(session: Session, cursor: Cursor, show: exp.Show) -> None:
    """Run a SHOW.

    https://docs.snowflake.com/en/sql-reference/sql/show
    """
    kind = show.name.upper()
    if kind not in _KNOWN:
        raise unsupported(f"SHOW {kind}")
    _check_scope(session, show)
    if kind in _KEYS:
        _show_keys(session, cursor, show)
        return
    plain = show.copy()
    for part in ("like", "starts_with", "limit", "from_", "terse"):
        plain.set(part, False if part == "terse" else None)
    shown = _schemas(session, plain) if kind == "SCHEMAS" else cursor.translate(plain).sql("duckdb")
    named = "column_name" if kind == "COLUMNS" else "name"
    tests = []
    if like := show.args.get("like"):
        tests.append(f"t.{named} ILIKE {like.sql('duckdb')} ESCAPE '\\'")
    if starts := show.args.get("starts_with"):
        tests.append(f"starts_with(t.{named}, {starts.sql('duckdb')})")
    if after := show.args.get("from_"):
        tests.append(f"t.{named} > {after.sql('duckdb')}")
    limit = show.args.get("limit")
    query = (
        f"SELECT {_selected(kind)} FROM ({shown}) AS t {_joined(kind)}"
        f"{' WHERE ' + ' AND '.join(tests) if tests else ''}"
        f"{'' if kind in ('COLUMNS',) else ' ORDER BY t.' + named}"
        f"{f' LIMIT {limit.expression.sql()}' if limit else ''}"
    )
    if show.args.get("terse") and kind in _TERSE:
        cursor.query(f"SELECT {_TERSE[kind]} FROM ({query})")
        return
    cursor.query(query)
    if kind in ("TABLES", "OBJECTS"):
        _count(session, cursor)


def _show_keys(session: Session, cursor: Cursor, show: exp.Show) -> None:
    """Answer what keys there are in a table, a schema or a database: a row a column of each."""
    kind = show.name.upper()
    found = list(declared.all_keys(session))
    rows: list[tuple[Value, ...]] = []
    for table, key in found:
        target = tuple(key.get("table", ()))
        firsts = (k["columns"] for t, k in found if t == target and k["kind"] == "PRIMARY KEY")
        of: list[str] = key.get("of") or next(firsts, [])
        shown = target if kind == "EXPORTED KEYS" else table
        if key["kind"] != _KEYS[kind] or not _is_in_scope(session, show, shown):
            continue
        for i, column in enumerate(key["columns"]):
            if key["kind"] != "FOREIGN KEY":
                rows.append(("", *table, column, i + 1, key["name"], "false", None))
                continue
            referred = of[i] if i < len(of) else None
            rows.append(
                (
                    *("", *target, referred, *table, column, i + 1, "NO ACTION", "NO ACTION"),
                    *(key["name"], None, "NOT DEFERRABLE", "false", None),
                )
            )
    cursor.answer(_OF_KEYS[_KEYS[kind] == "FOREIGN KEY"], rows)


_OF_KEYS = (
    [
        *("created_on", "database_name", "schema_name", "table_name", "column_name"),
        *("key_sequence", "constraint_name", "rely", "comment"),
    ],
    [
        *("created_on", "pk_database_name", "pk_schema_name", "pk_table_name", "pk_column_name"),
        *("fk_database_name", "fk_schema_name", "fk_table_name", "fk_column_name", "key_sequence"),
        *("update_rule", "delete_rule", "fk_name", "pk_name", "deferrability", "rely", "comment"),
    ],
)


def _is_in_scope(session: Session, show: exp.Show, table: tuple[str, ...]) -> bool:
    """Tell whether a table is where SHOW looks: a table, a schema, a database, or here."""
    scope, kind = show.args.get("scope"), show.args.get("scope_kind")
    if kind == "ACCOUNT":
        return True
    if not isinstance(scope, exp.Table):
        return table[:2] == (session.database, session.schema)
    catalog, schema, name = session.full_name(scope)
    if kind == "DATABASE":
        return table[0] == name
    if kind == "SCHEMA":
        return table[:2] == (schema if scope.args.get("db") else catalog, name)
    return table == (catalog, schema, name)


def _schemas(session: Session, show: exp.Show) -> str:
    scope = show.args.get("scope")
    name = session.full_name(scope)[2] if isinstance(scope, exp.Table) else session.database
    every = (
        "SELECT to_timestamp(0) AS created_on, database_name, CASE schema_name WHEN "
        "'_fs_information_schema' THEN 'INFORMATION_SCHEMA' ELSE schema_name END AS name "
        "FROM duckdb_schemas() WHERE database_name NOT IN ('memory', 'system', 'temp', "
        "'_fs_global') AND schema_name NOT IN ('main', 'pg_catalog', 'information_schema')"
    )
    if show.args.get("scope_kind") == "ACCOUNT" or not name:
        return every
    return f"{every} AND database_name = {exp.Literal.string(name).sql('duckdb')}"


def _selected(kind: str) -> str:
    columns = _COLUMNS.get(kind, "*")
    return f"t.{columns}" if columns.startswith("*") else columns


def _joined(kind: str) -> str:
    if kind in _RELATIONS:
        return _NOTED
    if kind == "SCHEMAS":
        return (
            f"LEFT JOIN {SCHEMAS} AS k ON (k.database_name, k.schema_name) = "
            "(t.database_name, t.name)"
        )
    if kind == "DATABASES":
        return f"LEFT JOIN {SCHEMAS} AS k ON (k.database_name, k.schema_name) = (t.name, '')"
    return ""


def _count(session: Session, cursor: Cursor) -> None:
    """Put the numbers of rows in; DuckDB only estimates them."""
    table = cursor.table
    names = zip(
        *(table[c].to_pylist() for c in ("database_name", "schema_name", "name")), strict=True
    )
    counts = [
        f"SELECT {i} AS i, count(*) AS n FROM "
        + exp.table_(name, schema, catalog, quoted=True).sql("duckdb")
        for i, ((catalog, schema, name), kind) in enumerate(
            zip(names, table["kind"].to_pylist(), strict=True)
        )
        if kind == "TABLE"
    ]
    if not counts:
        return
    counted = dict(session.duckdb.execute(" UNION ALL ".join(counts)).fetchall())
    cursor.set_column("rows", [counted.get(i) for i in range(table.num_rows)])


def _check_scope(session: Session, show: exp.Show) -> None:
    """Refuse a SHOW in what is not there."""
    scope, kind = show.args.get("scope"), show.args.get("scope_kind")
    if not isinstance(scope, exp.Table) or kind == "ACCOUNT":
        return
    catalog, schema, name = session.full_name(scope)
    if kind == "DATABASE" or show.name.upper() == "SCHEMAS":
        found = session.has_schema(name, None)
    elif kind == "SCHEMA" or show.name.upper() == "FILE FORMATS":
        found = session.has_schema(schema if scope.args.get("db") else catalog, name)
    else:
        found = session.table_exists((catalog, schema, name))
    if not found:
        raise no_such_object()
