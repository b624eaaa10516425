"""Who was granted what, as it is kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import Expr, exp

from local_stack.snowflake.session import Session

TABLE = "_fs_global._fs_information_schema._grants"
_KEY = "privilege, kind, name, grantee_kind, grantee, scope"
CREATION = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
    privilege VARCHAR, kind VARCHAR, name VARCHAR, grantee_kind VARCHAR, grantee VARCHAR,
    scope VARCHAR, grants_on BOOLEAN, granted_by VARCHAR, created_on VARCHAR, PRIMARY KEY ({_KEY})
)"""


@dataclass(frozen=True)
class Grant:
    """A privilege that somebody has.

    Args:
        privilege: its name.
        kind: of the object.
        name: of the object, in full; of future ones that of their schema or database.
        grantee_kind: `ROLE` or `USER`.
        grantee: who has it.
        scope: `SCHEMA` or `DATABASE` for future objects; empty for one that is there.
        grants_on: whether the grantee may grant it.
        granted_by: a role.
        created_on: in ISO 8601.
    """

    privilege: str
    kind: str
    name: str
    grantee_kind: str
    grantee: str
    scope: str = ""
    grants_on: bool = False
    granted_by: str = ""
    created_on: str = ""


def now() -> str:
    """Return this moment as it is kept."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def moment(kept: str) -> datetime.datetime | None:
    """Return a moment that is kept, as SHOW tells it."""
    return datetime.datetime.fromisoformat(kept) if kept else None


def to_whom(session: Session, kind: str, name: str) -> list[Grant]:
    """Return what a role or a user was granted."""
    return found(session, "(grantee_kind, grantee, scope) = (?, ?, '')", kind, name)


def of_role(session: Session, name: str) -> list[Grant]:
    """Return to whom a role was granted."""
    return found(session, "(kind, name, scope) = ('ROLE', ?, '')", name)


def follow(session: Session, statement: Expr) -> None:
    """Forget the grants on what a statement has dropped, and keep those on what it has renamed."""
    kind = statement.args.get("kind")
    if kind not in ("TABLE", "VIEW"):
        return
    if isinstance(statement, exp.Drop):
        for table in statement.args["tables"]:
            forget_object(session, kind, ".".join(session.full_name(table)))
    elif isinstance(statement, exp.Alter):
        for renamed in statement.find_all(exp.AlterRename):
            names = (".".join(session.full_name(t)) for t in (statement.this, renamed.this))
            rename_object(session, kind, *names)


def follow_creation(
    session: Session, kind: str, name: tuple[str, str, str], *, keeps: bool
) -> None:
    """Give a new table or view the grants of future ones, and none of what it has replaced.

    Args:
        session: whose it is.
        kind: `TABLE` or `VIEW`.
        name: its name.
        keeps: it has the grants of what it has replaced, and no others.
    """
    if keeps:
        return
    full = ".".join(name)
    forget_object(session, kind, full)
    for scope, place in (("SCHEMA", ".".join(name[:2])), ("DATABASE", name[0])):
        where = "(kind, scope, name) = (?, ?, ?)"
        if future := found(session, where, kind, scope, place):
            keep(session, (replace(grant, name=full, scope="") for grant in future))
            return


def forget_object(session: Session, kind: str, name: str) -> None:
    """Forget what was granted on an object, and to it."""
    session.ask(
        f"DELETE FROM {TABLE} WHERE (kind, name, scope) = (?, ?, '') "
        "OR (grantee_kind, grantee) = (?, ?)",
        [kind, name, kind, name],
    )


def forget_within(session: Session, place: str) -> None:
    """Forget what was granted on a schema or a database, and on what is in it."""
    kind = "SCHEMA" if "." in place else "DATABASE"
    itself = "name = ? AND (kind = ? OR scope = ?)"
    session.ask(
        f"DELETE FROM {TABLE} WHERE ({itself}) OR starts_with(name, ?)",
        [place, kind, kind, f"{place}."],
    )


def rename_object(session: Session, kind: str, name: str, new: str) -> None:
    """Keep what was granted on an object, and to it, under its new name."""
    session.ask(f"UPDATE {TABLE} SET name = ? WHERE (kind, name) = (?, ?)", [new, kind, name])
    where = "(grantee_kind, grantee) = (?, ?)"
    session.ask(f"UPDATE {TABLE} SET grantee = ? WHERE {where}", [new, kind, name])


def found(session: Session, where: str, *values: str) -> list[Grant]:
    """Return the grants for which a condition of SQL is true."""
    rows = session.ask(
        f"SELECT * FROM {TABLE} WHERE {where} "
        "ORDER BY kind, name, privilege, grantee_kind, grantee",
        values,
    )
    return [Grant(*row) for row in rows]


def keep(session: Session, grants: Iterable[Grant]) -> None:
    """Keep grants; those that are kept already may get the option to grant on."""
    for grant in grants:
        session.ask(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ({_KEY}) "
            "DO UPDATE SET grants_on = grants_on OR excluded.grants_on",
            [
                *(grant.privilege, grant.kind, grant.name, grant.grantee_kind, grant.grantee),
                *(grant.scope, grant.grants_on, session.role, now()),
            ],
        )
