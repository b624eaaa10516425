"""Who was granted what: GRANT, REVOKE and SHOW GRANTS. It is kept and shown, and restricts nobody.

https://docs.snowflake.com/en/sql-reference/sql/grant-privilege
"""

from __future__ import annotations

import re
from collections.abc import Callable

from snowflake.connector.errors import ProgrammingError

from local_stack.snowflake import account
from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.errors import missing, unsupported
from local_stack.snowflake.granted import TABLE, Grant, found, keep, moment, of_role, to_whom
from local_stack.snowflake.session import USER, Session
from local_stack.snowflake.words import Words

_STATEMENT = re.compile(r"(grant|revoke|show\s+(future\s+)?grants)\b", re.IGNORECASE)
# The first words of privileges.
_PRIVILEGES = {
    *("ADD", "APPLY", "APPLYBUDGET", "ATTACH", "AUDIT", "BIND", "CREATE", "DELETE", "EVOLVE"),
    *("EXECUTE", "FAILOVER", "IMPORT", "IMPORTED", "INSERT", "MANAGE", "MODIFY", "MONITOR"),
    *("OPERATE", "OVERRIDE", "OWNERSHIP", "PURCHASE", "READ", "REBUILD", "REFERENCES"),
    *("REPLICATE", "RESOLVE", "SELECT", "TRUNCATE", "UPDATE", "USAGE", "USE", "VIEW", "WRITE"),
}
# What ALL is, of what is granted here.
_ALL = {
    "TABLE": [
        *("DELETE", "EVOLVE SCHEMA", "INSERT", "REBUILD", "REFERENCES", "SELECT", "TRUNCATE"),
        "UPDATE",
    ],
    "VIEW": ["REFERENCES", "SELECT"],
    "SCHEMA": [
        *("CREATE DYNAMIC TABLE", "CREATE FILE FORMAT", "CREATE FUNCTION", "CREATE PIPE"),
        *("CREATE PROCEDURE", "CREATE SEQUENCE", "CREATE STAGE", "CREATE STREAM"),
        *("CREATE STREAMLIT", "CREATE TABLE", "CREATE TASK", "CREATE VIEW", "MODIFY", "MONITOR"),
        "USAGE",
    ],
    "DATABASE": ["CREATE DATABASE ROLE", "CREATE SCHEMA", "MODIFY", "MONITOR", "USAGE"],
    "WAREHOUSE": ["APPLYBUDGET", "MODIFY", "MONITOR", "OPERATE", "USAGE"],
}
# Others that these kinds have; of other kinds the first word of a privilege is looked at only.
_MORE = {
    "TABLE": {"APPLYBUDGET"},
    "VIEW": {"DELETE", "INSERT", "TRUNCATE", "UPDATE"},
    "SCHEMA": {"ADD SEARCH OPTIMIZATION", "APPLYBUDGET"},
    "DATABASE": {"APPLYBUDGET", "IMPORTED PRIVILEGES", "REFERENCE_USAGE"},
    "WAREHOUSE": set[str](),
}
_IN_A_SCHEMA = {
    *("AGENT", "ALERT", "AUTHENTICATION POLICY", "DYNAMIC TABLE", "EVENT TABLE", "EXTERNAL TABLE"),
    *("FILE FORMAT", "FUNCTION", "GIT REPOSITORY", "HYBRID TABLE", "ICEBERG TABLE", "IMAGE"),
    *("MASKING POLICY", "MATERIALIZED VIEW", "MODEL", "NETWORK RULE", "NOTEBOOK"),
    *("PASSWORD POLICY", "PIPE", "PROCEDURE", "ROW ACCESS POLICY", "SECRET", "SEMANTIC VIEW"),
    *("SEQUENCE", "SERVICE", "SESSION POLICY", "STAGE", "STREAM", "STREAMLIT", "TABLE", "TAG"),
    *("TASK", "TEMPORARY TABLE", "VIEW"),
}
_KINDS = {
    *("", "ACCOUNT", "COMPUTE POOL", "CONNECTION", "DATABASE", "FAILOVER GROUP", "INTEGRATION"),
    *("NETWORK POLICY", "REPLICATION GROUP", "RESOURCE MONITOR", "ROLE", "SCHEMA", "USER"),
    *("VOLUME", "EXTERNAL VOLUME", "WAREHOUSE", *_IN_A_SCHEMA),
}
_OF_ACCOUNT = ("ROLE", "USER", "WAREHOUSE", "RESOURCE MONITOR", "NETWORK POLICY")


def is_about(statement: str) -> bool:
    """Tell whether a statement, without comments before it, is about grants."""
    return _STATEMENT.match(statement) is not None


def run(session: Session, cursor: Cursor, statement: str) -> None:
    """Run GRANT, REVOKE or SHOW GRANTS."""
    words = Words(session, statement)
    if words.next != "SHOW":
        session.commit_before_definition()
    match words.expect("GRANT", "REVOKE", "SHOW"):
        case "SHOW" if words.take("FUTURE", "GRANTS"):
            _show_future(session, cursor, words)
        case "SHOW":
            words.expect("GRANTS")
            _show(session, cursor, words)
        case "GRANT":
            _grant(session, words)
            cursor.succeed()
        case _:
            _revoke(session, words)
            cursor.succeed()


def _grant(session: Session, words: Words) -> None:
    on = _objects(session, words)
    words.expect("TO")
    grantee_kind, grantee = _grantee(session, words)
    grants_on = words.take("WITH", "GRANT", "OPTION")
    words.end()
    keep(
        session,
        (
            Grant(privilege, kind, name, grantee_kind, grantee, scope, grants_on)
            for privilege, kind, name, scope in on
        ),
    )


def _revoke(session: Session, words: Words) -> None:
    option = words.take("GRANT", "OPTION", "FOR")
    on = _objects(session, words)
    words.expect("FROM")
    grantee = _grantee(session, words)
    _ = words.take("CASCADE") or words.take("RESTRICT")
    words.end()
    for granted in on:
        where = "(privilege, kind, name, scope, grantee_kind, grantee) = (?, ?, ?, ?, ?, ?)"
        change = f"UPDATE {TABLE} SET grants_on = false" if option else f"DELETE FROM {TABLE}"
        session.ask(f"{change} WHERE {where}", [*granted, *grantee])


def _grantee(session: Session, words: Words) -> tuple[str, str]:
    if words.take("DATABASE", "ROLE") or words.take("SHARE"):
        raise unsupported("grants to database roles and shares")
    kind = "USER" if words.take("USER") else "ROLE"
    if kind == "ROLE":
        words.take("ROLE")
    name = ".".join(words.name())
    account.check(session, kind, name)
    return kind, name


def _objects(session: Session, words: Words) -> list[tuple[str, str, str, str]]:
    """Read what is granted up to the grantee: privilege, kind, name and scope of each."""
    if words.take("DATABASE", "ROLE") or words.next in ("APPLICATION", "SERVICE"):
        raise unsupported("grants of database, application and service roles")
    if words.take("ROLE"):
        name = ".".join(words.name())
        account.check(session, "ROLE", name)
        return [("USAGE", "ROLE", name, "")]
    privileges = [_privilege(words)]
    while words.take(","):
        privileges.append(_privilege(words))
    words.expect("ON")
    if "OWNERSHIP" in privileges:
        raise unsupported("GRANT OWNERSHIP: who creates something owns it")
    if words.next in ("ALL", "FUTURE"):
        places = _many(session, words)
    else:
        places = [(*_one(session, words), "")]
    for kind, _, _ in places:
        for privilege in privileges:
            if not _is_of(privilege, kind):
                raise ProgrammingError(
                    msg="SQL compilation error:\n"
                    f"Invalid object type '{kind}' for privilege '{privilege}'.",
                    errno=3008,
                    sqlstate="42601",
                )
    return [
        (one, kind, name, scope)
        for kind, name, scope in places
        for privilege in privileges
        for one in (_ALL.get(kind, [privilege]) if privilege == "ALL" else [privilege])
    ]


def _is_of(privilege: str, kind: str) -> bool:
    if kind in ("SCHEMA", "DATABASE") and privilege.startswith("CREATE "):
        return kind == "DATABASE" or privilege.removeprefix("CREATE ") in _IN_A_SCHEMA
    return privilege == "ALL" or kind not in _ALL or privilege in {*_ALL[kind], *_MORE[kind]}


def _privilege(words: Words) -> str:
    if words.take("ALL"):
        words.take("PRIVILEGES")
        return "ALL"
    if words.next not in _PRIVILEGES:
        raise words.unexpected()
    said = [words.skip().text.upper()]
    while words.next not in ("ON", ",", ""):
        said.append(words.skip().text.upper())
    return " ".join(said)


def _many(session: Session, words: Words) -> list[tuple[str, str, str]]:
    """Read `ALL TABLES IN SCHEMA a.b` or `FUTURE …`: kind, name and scope of each."""
    which = words.expect("ALL", "FUTURE")
    said = []
    while not words.take("IN"):
        said.append(words.skip().text.upper())
    plural = " ".join(said)
    kind = f"{plural[:-3]}Y" if plural.endswith("IES") else plural.removesuffix("S")
    scope = words.expect("SCHEMA", "DATABASE")
    place = _place(session, scope, words.name())
    if which == "FUTURE":
        return [(kind, ".".join(place), scope)]
    if kind in ("SCHEMA", "TABLE", "VIEW"):
        return [(kind, name, "") for name in _within(session, kind, place)]
    raise unsupported(f"GRANT ON ALL {plural}")


def _within(session: Session, kind: str, place: tuple[str, ...]) -> list[str]:
    catalog, schema = (*place, None)[:2]
    if kind == "SCHEMA":
        rows = session.ask(
            "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND database_name = ? "
            "AND schema_name NOT IN ('main', '_fs_information_schema') ORDER BY 1",
            [catalog],
        )
        return [f"{catalog}.{name}" for (name,) in rows]
    rows = session.ask(
        f"SELECT concat_ws('.', database_name, schema_name, {kind}_name) FROM duckdb_{kind}s() "
        "WHERE NOT internal AND database_name = ? AND schema_name = coalesce(?, schema_name) "
        "AND schema_name != '_fs_information_schema' ORDER BY 1",
        [catalog, schema],
    )
    return [name for (name,) in rows]


def _one(session: Session, words: Words) -> tuple[str, str]:
    """Read an object's kind and name, as they stand before TO; a table or a view may have none."""
    said: list[str] = []
    while True:
        if words.take("FILE FORMAT"):  # one word to who reads it
            said.append("FILE FORMAT")
        parts = words.name()
        if words.next in ("TO", "FROM", "(") or words.is_at_end:
            break
        said.append(parts[0])
    kind = " ".join(said)
    if kind not in _KINDS:
        raise missing("Object type", kind)
    if words.take("("):
        arguments = []
        while not words.take(")"):
            arguments.append(words.skip().text.upper())
        return kind, f"{'.'.join(parts)}({', '.join(a for a in arguments if a != ',')})"
    if not kind and parts == ("ACCOUNT",):
        return "ACCOUNT", USER
    if kind in ("SCHEMA", "DATABASE"):
        return kind, ".".join(_place(session, kind, parts))
    if kind in _OF_ACCOUNT:
        account.check(session, kind, ".".join(parts))
        return kind, ".".join(parts)
    name = words.full_name(parts)
    if kind in ("", "TABLE", "VIEW"):
        if not session.table_exists(name):
            raise missing(kind.capitalize() or "Object", ".".join(name))
        kind = session.kind_of(name)
    return kind, ".".join(name)


def _place(session: Session, kind: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return a schema's or a database's name in full.

    Raises:
        ProgrammingError: it is not there.
    """
    place = parts if kind == "DATABASE" else (str(session.database), *parts)[-2:]
    catalog, schema = (*place, None)[:2]
    if not session.has_schema(str(catalog), schema):
        raise missing(kind.capitalize(), ".".join(place))
    return place


def _show(session: Session, cursor: Cursor, words: Words) -> None:
    """Answer what was granted on an object, to somebody, or of a role.

    https://docs.snowflake.com/en/sql-reference/sql/show-grants
    """
    if words.take("OF", "ROLE"):
        name = ".".join(words.name())
        words.end()
        account.check(session, "ROLE", name)
        cursor.answer(
            ["created_on", "role", "granted_to", "grantee_name", "granted_by"],
            [
                (
                    moment(grant.created_on),
                    name,
                    grant.grantee_kind,
                    grant.grantee,
                    grant.granted_by,
                )
                for grant in of_role(session, name)
            ],
        )
        return
    if words.take("ON"):
        kind, name = _one(session, words)
        shown = [
            *_owned(session, lambda owned: owned[:2] == (kind, name)),
            *found(session, "(kind, name, scope) = (?, ?, '')", kind, name),
        ]
    else:
        grantee: tuple[str, str] = ("USER", USER)
        if words.take("TO"):
            grantee = _grantee(session, words)
        shown = to_whom(session, *grantee)
        shown += _owned(session, lambda owned: ("ROLE", owned[2]) == grantee)
    words.end()
    cursor.answer(
        [
            *("created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name"),
            *("grant_option", "granted_by"),
        ],
        [
            (
                *(
                    moment(grant.created_on),
                    grant.privilege,
                    grant.kind.replace(" ", "_"),
                    grant.name,
                ),
                *(grant.grantee_kind, grant.grantee, str(grant.grants_on).lower()),
                grant.granted_by,
            )
            for grant in shown
        ],
    )


def _owned(session: Session, wanted: Callable[[tuple[str, str, str]], bool]) -> list[Grant]:
    """Return who owns what, of which `wanted` says yes to kind, name and owner."""
    rows = session.ask(
        " UNION ALL ".join(
            f"SELECT '{kind.upper()}', concat_ws('.', database_name, schema_name, {kind}_name), "
            "coalesce(TRY_CAST(comment AS JSON) ->> 'owner', 'ACCOUNTADMIN'), "
            f"coalesce(TRY_CAST(comment AS JSON) ->> 'created', '') FROM duckdb_{kind}s() "
            "WHERE NOT internal AND schema_name != '_fs_information_schema'"
            for kind in ("table", "view")
        )
    )
    rows += [
        (kind, it.name, it.owner, it.created_on)
        for kind in _OF_ACCOUNT
        for it in account.all_of(session, kind).values()
        if it.owner
    ]
    return [
        Grant("OWNERSHIP", kind, name, "ROLE", owner, "", True, owner, created)
        for kind, name, owner, created in rows
        if wanted((kind, name, owner))
    ]


def _show_future(session: Session, cursor: Cursor, words: Words) -> None:
    if words.take("IN"):
        scope = words.expect("SCHEMA", "DATABASE")
        place = ".".join(_place(session, scope, words.name()))
        shown = found(session, "(scope, name) = (?, ?)", scope, place)
    else:
        words.expect("TO")
        shown = found(
            session,
            "scope != '' AND (grantee_kind, grantee) = (?, ?)",
            *_grantee(session, words),
        )
    words.end()
    cursor.answer(
        [
            *("created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name"),
            "grant_option",
        ],
        [
            (
                *(moment(grant.created_on), grant.privilege, grant.kind.replace(" ", "_")),
                f"{grant.name}.<{grant.kind}>",
                *(grant.grantee_kind, grant.grantee, str(grant.grants_on).lower()),
            )
            for grant in shown
        ],
    )
