"""What an account has beside data: users, roles, warehouses, monitors and policies.

They are kept and shown; nobody is kept from anything by them, and a warehouse never sleeps.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field

from snowflake.connector.errors import ProgrammingError

from local_stack.snowflake import granted
from local_stack.snowflake.adapter import Cursor, Value
from local_stack.snowflake.errors import already_there, missing, unsupported
from local_stack.snowflake.session import ROLES, USER, WAREHOUSE, Session
from local_stack.snowflake.words import Words, is_like

_TABLE = "_fs_global._fs_information_schema._account"
CREATION = f"""CREATE TABLE IF NOT EXISTS {_TABLE} (
    kind VARCHAR, name VARCHAR, created_on VARCHAR, owner VARCHAR, options JSON,
    PRIMARY KEY (kind, name)
)"""
# What system roles have of each other.
_INHERITED = {"ACCOUNTADMIN": ["SYSADMIN", "SECURITYADMIN"], "SECURITYADMIN": ["USERADMIN"]}
_BUILT_IN = {"ROLE": ROLES, "USER": [USER], "WAREHOUSE": [WAREHOUSE], "ACCOUNT": [USER]}
# Objects that are within a schema.
_IN_SCHEMA = ("AUTHENTICATION POLICY", "NETWORK RULE", "PASSWORD POLICY", "SESSION POLICY")
_KINDS = (*_BUILT_IN, "RESOURCE MONITOR", "NETWORK POLICY", *_IN_SCHEMA)
_PLURALS = {f"{kind[:-1]}IES" if kind.endswith("Y") else f"{kind}S": kind for kind in _KINDS}
_OF_USER = r"show\s+parameters\s+like\s+'network_policy'\s+(in|for)\s+user\s+\S"
_STATEMENT = re.compile(
    rf"(create(\s+or\s+replace)?|alter|drop|desc|describe)\s+({'|'.join(_KINDS)})\b"
    rf"|show\s+({'|'.join(_PLURALS)})\b|{_OF_USER}".replace(" ", r"\s+"),
    re.IGNORECASE,
)
_OF_A_USER = (
    *("COMMENT", "DISPLAY_NAME", "TYPE", "LOGIN_NAME", "EMAIL", "DISABLED", "DEFAULT_WAREHOUSE"),
    *("DEFAULT_NAMESPACE", "DEFAULT_ROLE", "RSA_PUBLIC_KEY_FP", "RSA_PUBLIC_KEY_2_FP"),
)
_KEYS = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")
# What may be set; of kinds that are not here, anything.
_PROPERTIES = {
    "ROLE": {"COMMENT"},
    "USER": {
        *("COMMENT", "DAYS_TO_EXPIRY", "DEFAULT_NAMESPACE", "DEFAULT_ROLE", "DEFAULT_WAREHOUSE"),
        *("DEFAULT_SECONDARY_ROLES", "DISABLED", "DISPLAY_NAME", "EMAIL", "FIRST_NAME"),
        *("LAST_NAME", "LOGIN_NAME", "MIDDLE_NAME", "MINS_TO_UNLOCK", "MUST_CHANGE_PASSWORD"),
        *("AUTHENTICATION_POLICY", "NETWORK_POLICY", "PASSWORD", "PASSWORD_POLICY"),
        *("SESSION_POLICY", "TYPE", *_KEYS),
    },
    "WAREHOUSE": {
        *("AUTO_RESUME", "AUTO_SUSPEND", "COMMENT", "ENABLE_QUERY_ACCELERATION", "GENERATION"),
        *("INITIALLY_SUSPENDED", "MAX_CLUSTER_COUNT", "MAX_CONCURRENCY_LEVEL"),
        *("MIN_CLUSTER_COUNT", "QUERY_ACCELERATION_MAX_SCALE_FACTOR", "RESOURCE_CONSTRAINT"),
        *("RESOURCE_MONITOR", "SCALING_POLICY", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"),
        *("STATEMENT_TIMEOUT_IN_SECONDS", "WAREHOUSE_SIZE", "WAREHOUSE_TYPE"),
    },
    "RESOURCE MONITOR": {
        *("CREDIT_QUOTA", "END_TIMESTAMP", "FREQUENCY", "NOTIFY_USERS", "START_TIMESTAMP"),
        *("NOTIFY", "SUSPEND", "SUSPEND_IMMEDIATE"),
    },
    "NETWORK POLICY": {
        *("ALLOWED_IP_LIST", "ALLOWED_NETWORK_RULE_LIST", "BLOCKED_IP_LIST"),
        *("BLOCKED_NETWORK_RULE_LIST", "COMMENT"),
    },
}
# Whose value is the name of another one.
_REFERENCES = {
    name: name.replace("_", " ")
    for name in ("AUTHENTICATION_POLICY", "NETWORK_POLICY", "RESOURCE_MONITOR")
}
_SIZES = {"XSMALL": "X-Small", "XLARGE": "X-Large", "XXLARGE": "2X-Large"}


@dataclass
class Object:
    """One of them.

    Args:
        name: in full.
        created_on: in ISO 8601; empty for what is there from the beginning.
        owner: a role.
        options: as they were set, by their names in capitals.
    """

    name: str
    created_on: str = ""
    owner: str = ""
    options: dict[str, str] = field(default_factory=dict)


def is_about(statement: str) -> bool:
    """Tell whether a statement, without comments before it, is about one of them."""
    return _STATEMENT.match(statement) is not None


def run(session: Session, cursor: Cursor, statement: str) -> None:
    """Run a statement about them."""
    words = Words(session, statement)
    if words.next not in ("SHOW", "DESC", "DESCRIBE"):
        session.commit_before_definition()
    match words.expect("CREATE", "ALTER", "DROP", "DESC", "DESCRIBE", "SHOW"):
        case "CREATE":
            _create(session, cursor, words)
        case "ALTER":
            _alter(session, cursor, words)
        case "DROP":
            _drop(session, cursor, words)
        case "SHOW":
            _show(session, cursor, words)
        case _:
            _describe(session, cursor, words)


def all_of(session: Session, kind: str) -> dict[str, Object]:
    """Return the objects of a kind by their names, those of every account included."""
    found = {name: Object(name) for name in _BUILT_IN.get(kind, [])}
    for name, created, owner, options in session.ask(
        f"SELECT name, created_on, owner, options FROM {_TABLE} WHERE kind = ? ORDER BY name",
        [kind],
    ):
        found[name] = Object(name, created, owner, json.loads(options))
    return found


def check(session: Session, kind: str, name: str) -> None:
    """Check that an object is there.

    Raises:
        ProgrammingError: it is not.
    """
    if name not in all_of(session, kind):
        raise missing(kind.capitalize(), name)


def active_roles(session: Session) -> set[str]:
    """Return the session's role, and those that it has by being granted them."""
    found: set[str] = {"PUBLIC"}
    new = [session.role]
    while new:
        if (role := new.pop()) not in found:
            found.add(role)
            new += _INHERITED.get(role, [])
            new += [g.name for g in granted.to_whom(session, "ROLE", role) if g.kind == "ROLE"]
    return found


def log_in(session: Session, role: str | None, warehouse: str | None) -> None:
    """Give a new session the role and the warehouse that its client names.

    A warehouse that is not there is none, as on an account.

    Raises:
        ProgrammingError: there is no such role.
    """
    if role:
        session.role = role.upper()
        if session.role not in all_of(session, "ROLE"):
            raise ProgrammingError(
                msg=f"Role '{role}' specified in the connect string does not exist or not "
                "authorized. Contact your local system administrator, or attempt to login with "
                "another role, e.g. PUBLIC.",
                errno=390189,
                sqlstate="08001",
            )
    if warehouse:
        known = all_of(session, "WAREHOUSE")
        session.warehouse = warehouse.upper() if warehouse.upper() in known else None


def _kind(words: Words) -> str:
    for kind in _KINDS:
        if words.take(*kind.split()):
            return kind
    raise words.unexpected()


def _name(kind: str, words: Words) -> str:
    parts = words.name()
    return ".".join(words.full_name(parts) if kind in _IN_SCHEMA else parts)


def _options(words: Words) -> dict[str, str]:
    """Read `NAME = value …`, and a monitor's triggers."""
    options = {}
    words.take("WITH")
    while not words.is_at_end:
        if words.take(","):
            continue
        name = words.skip().text.upper()
        if name == "TRIGGERS":
            options.update(_triggers(words))
            continue
        if words.take("POLICY"):
            options[f"{name}_POLICY"] = ".".join(words.full_name(words.name()))
            words.take("FORCE")
            continue
        words.expect("=")
        options[name] = words.value()
    return options


def _triggers(words: Words) -> dict[str, str]:
    options: dict[str, list[str]] = {}
    while words.take("ON"):
        percent = words.value()
        words.expect("PERCENT")
        words.expect("DO")
        action = words.expect("NOTIFY", "SUSPEND_IMMEDIATE", "SUSPEND")
        options.setdefault(action, []).append(f"{percent}%")
    return {action: ",".join(percents) for action, percents in options.items()}


def _create(session: Session, cursor: Cursor, words: Words) -> None:
    replaces = words.take("OR", "REPLACE")
    kind = _kind(words)
    exists = words.take("IF", "NOT", "EXISTS")
    name = _name(kind, words)
    if name in all_of(session, kind) and not replaces:
        if not exists:
            raise already_there(name)
        cursor.answer(["status"], [(f"{name} already exists, statement succeeded.",)])
        return
    options = _checked(session, kind, _options(words))
    if replaces:
        granted.forget_object(session, kind, name)
    _keep(session, kind, Object(name, granted.now(), session.role, options))
    if kind == "WAREHOUSE":
        session.warehouse = name
    cursor.answer(["status"], [(f"{kind.capitalize()} {name} successfully created.",)])


def _checked(session: Session, kind: str, options: dict[str, str]) -> dict[str, str]:
    """Return what is to be set, with the moment in which a key was.

    Raises:
        ProgrammingError: there is no such property, value, or object that it names.
    """
    for name, value in options.items():
        if name not in _PROPERTIES.get(kind, options):
            raise ProgrammingError(
                msg=f"SQL compilation error:\ninvalid property '{name}' for '{kind}'",
                errno=1420,
                sqlstate="22023",
            )
        is_null = value.upper() == "NULL"
        if (referred := _REFERENCES.get(name)) and value and not is_null:
            check(session, referred, value if "." in value else value.upper())
        is_number = name != "AUTO_SUSPEND" or is_null or value.isdigit()
        if not is_number or (name in _KEYS and not _is_key(value)):
            raise ProgrammingError(
                msg=f"SQL compilation error:\ninvalid value [{value}] for parameter '{name}'",
                errno=1008,
                sqlstate="22023",
            )
    moments = {f"{name}_LAST_SET_TIME": granted.now() for name in _KEYS if name in options}
    return {**options, **moments}


def _is_key(text: str) -> bool:
    try:
        return bool(base64.b64decode("".join(text.split()), validate=True))
    except ValueError:
        return False


def _keep(session: Session, kind: str, it: Object) -> None:
    values = [kind, it.name, it.created_on, it.owner, json.dumps(it.options)]
    session.ask(f"INSERT OR REPLACE INTO {_TABLE} VALUES (?, ?, ?, ?, ?)", values)


def _alter(session: Session, cursor: Cursor, words: Words) -> None:
    kind = _kind(words)
    exists = words.take("IF", "EXISTS")
    has_name = kind != "ACCOUNT" and words.next not in ("SET", "UNSET")
    name = _name(kind, words) if has_name else USER
    known = all_of(session, kind).get(name)
    if known is None:
        if not exists:
            raise missing(kind.capitalize(), name)
    elif words.take("RENAME", "TO"):
        new = _name(kind, words)
        if new in all_of(session, kind):
            raise already_there(new)
        session.ask(f"UPDATE {_TABLE} SET name = ? WHERE (kind, name) = (?, ?)", [new, kind, name])
        granted.rename_object(session, kind, name, new)
    elif words.take("UNSET"):
        while not words.is_at_end:
            unset = words.skip().text.upper()
            unset += "_POLICY" if words.take("POLICY") else ""
            for left in (unset, f"{unset}_LAST_SET_TIME"):
                known.options.pop(left, None)
            words.take(",")
        _keep(session, kind, known)
    elif words.take("SET"):
        known.options.update(_checked(session, kind, _options(words)))
        _keep(session, kind, known)
    elif kind != "WAREHOUSE" or words.next not in ("SUSPEND", "RESUME", "ABORT"):
        raise unsupported(f"this ALTER {kind}: {words.next}")
    cursor.succeed()


def _drop(session: Session, cursor: Cursor, words: Words) -> None:
    kind = _kind(words)
    exists = words.take("IF", "EXISTS")
    name = _name(kind, words)
    words.end()
    if name not in all_of(session, kind):
        if not exists:
            raise missing(kind.capitalize(), name)
        said = "Drop statement executed successfully"
        cursor.answer(["status"], [(f"{said} ({name} already dropped).",)])
        return
    if name in _BUILT_IN.get(kind, []):
        raise ProgrammingError(
            msg="SQL access control error:\nInsufficient privileges to operate on "
            f"{kind.lower()} '{name}'",
            errno=3001,
            sqlstate="42501",
        )
    session.ask(f"DELETE FROM {_TABLE} WHERE (kind, name) = (?, ?)", [kind, name])
    granted.forget_object(session, kind, name)
    cursor.answer(["status"], [(f"{name} successfully dropped.",)])


def _describe(session: Session, cursor: Cursor, words: Words) -> None:
    """Answer a property a row.

    https://docs.snowflake.com/en/sql-reference/sql/desc-user
    """
    kind = _kind(words)
    name = _name(kind, words)
    words.end()
    check(session, kind, name)
    it = all_of(session, kind)[name]
    # What is not set is a word, too.
    unset = dict.fromkeys(_OF_A_USER if kind == "USER" else (), "null")
    properties: dict[str, Value] = {"NAME": name, **unset, **it.options}
    for key in _KEYS:
        if given := it.options.get(key):
            properties[f"{key}_FP"] = fingerprint(given)
    rows = [(key, value, None, None) for key, value in properties.items()]
    cursor.answer(["property", "value", "default", "description"], rows)


def fingerprint(key: str) -> str:
    """Return a public key's fingerprint, as Snowflake writes it."""
    digest = hashlib.sha256(base64.b64decode("".join(key.split()))).digest()
    return f"SHA256:{base64.b64encode(digest).decode()}"


def _show(session: Session, cursor: Cursor, words: Words) -> None:
    if words.take("PARAMETERS", "LIKE"):
        _show_network_policy(session, cursor, words)
        return
    kinds = (kind for plural, kind in _PLURALS.items() if words.take(*plural.split()))
    kind = next(kinds)
    like = words.value() if words.take("LIKE") else None
    if words.take("IN"):
        words.expect("ACCOUNT")
    starts = words.value() if words.take("STARTS", "WITH") else ""
    limit = int(words.value()) if words.take("LIMIT") else None
    words.end()
    shown = [
        {
            "created_on": granted.moment(it.created_on),
            "name": it.name,
            **_columns(session, kind, it),
        }
        for it in all_of(session, kind).values()
        if is_like(it.name, like) and it.name.startswith(starts)
    ][:limit]
    names = list(_columns(session, kind, Object("")))
    names = ["created_on", "name", *names] if kind == "ROLE" else ["name", *names, "created_on"]
    cursor.answer(names, [tuple(row[name] for name in names) for row in shown])


def _show_network_policy(session: Session, cursor: Cursor, words: Words) -> None:
    """Answer which policy a user has; it is a parameter, and no property."""
    words.value()
    words.expect("IN", "FOR")
    kind, name = _kind(words), _name("USER", words)
    words.end()
    check(session, kind, name)
    policy = all_of(session, kind)[name].options.get("NETWORK_POLICY", "")
    names = ["key", "value", "default", "level", "description", "type"]
    row = ("NETWORK_POLICY", policy, "", kind if policy else "", "", "STRING")
    cursor.answer(names, [row])


def _columns(session: Session, kind: str, it: Object) -> dict[str, Value]:
    """Return what SHOW tells of an object beside its name and when it was created."""
    said = it.options.get
    end: dict[str, Value] = {"owner": it.owner, "comment": said("COMMENT", "")}
    match kind:
        case "ROLE":
            given = granted.of_role(session, it.name)
            return {
                "is_default": _y(it.name == ROLES[0]),
                "is_current": _y(it.name == session.role),
                "is_inherited": "N",
                "assigned_to_users": sum(grant.grantee_kind == "USER" for grant in given),
                "granted_to_roles": sum(grant.grantee_kind == "ROLE" for grant in given),
                "granted_roles": sum(
                    grant.kind == "ROLE" for grant in granted.to_whom(session, "ROLE", it.name)
                ),
                **end,
            }
        case "USER":
            return {
                "login_name": said("LOGIN_NAME", it.name).upper(),
                "display_name": said("DISPLAY_NAME", it.name),
                "email": said("EMAIL", ""),
                "disabled": said("DISABLED", "false").lower(),
                "default_warehouse": said("DEFAULT_WAREHOUSE", ""),
                "default_namespace": said("DEFAULT_NAMESPACE", ""),
                "default_role": said("DEFAULT_ROLE", ""),
                "has_password": str("PASSWORD" in it.options or it.name == USER).lower(),
                "has_rsa_public_key": str("RSA_PUBLIC_KEY" in it.options).lower(),
                "type": said("TYPE", "").upper(),
                **end,
            }
        case "WAREHOUSE":
            size = said("WAREHOUSE_SIZE", "XSMALL").upper().replace("-", "")
            return {
                "state": "STARTED",
                "type": said("WAREHOUSE_TYPE", "STANDARD").upper(),
                "size": _SIZES.get(size, size.capitalize()),
                "is_default": _y(it.name == WAREHOUSE),
                "is_current": _y(it.name == session.warehouse),
                "auto_suspend": None
                if said("AUTO_SUSPEND", "").upper() == "NULL"
                else int(said("AUTO_SUSPEND", "600")),
                "auto_resume": said("AUTO_RESUME", "true").lower(),
                "resource_monitor": said("RESOURCE_MONITOR", "null").upper(),
                **end,
            }
        case "RESOURCE MONITOR":
            return {
                "credit_quota": said("CREDIT_QUOTA"),
                "used_credits": "0.00",
                "frequency": said("FREQUENCY", "MONTHLY").upper(),
                "notify_at": said("NOTIFY"),
                "suspend_at": said("SUSPEND"),
                "suspend_immediately_at": said("SUSPEND_IMMEDIATE"),
                **end,
            }
        case "NETWORK POLICY":
            lists = ("ALLOWED_IP_LIST", "BLOCKED_IP_LIST")
            rules = ("ALLOWED_NETWORK_RULE_LIST", "BLOCKED_NETWORK_RULE_LIST")
            counts = {f"entries_in_{name.lower()}": _length(said(name)) for name in lists}
            for name in rules:
                counts[f"entries_in_{name.lower().removesuffix('_list')}s"] = _length(said(name))
            return {"comment": said("COMMENT", ""), **counts}
    return end


def _length(values: str | None) -> int:
    return len(values.split(",")) if values else 0


def _y(is_so: bool) -> str:
    return "Y" if is_so else "N"
