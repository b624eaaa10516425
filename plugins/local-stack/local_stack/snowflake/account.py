"""What an account has besides databases: warehouses, roles, users with their keys, and grants.

They are remembered until the server stops, can be asked for, and restrict nothing: everyone may do
everything, and there is one warehouse, which never sleeps. Only a user's public keys count, when
somebody signs in with a key pair.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_der_public_key
from sqlglot import exp

_Rows = tuple[list[str], list[tuple[Any, ...]]]
_KINDS = (
    r"warehouse|role|user|resource\s+monitor|network\s+policy|authentication\s+policy"
    r"|external\s+access\s+integration"
)
_OBJECT = re.compile(
    rf"(?P<verb>create|alter|drop)\s+(?P<anew>or\s+replace\s+)?(?P<kind>{_KINDS})\s+"
    r"(?P<gently>if\s+(not\s+)?exists\s+)?(?P<name>[\w\".$]+)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_GRANT = re.compile(
    r"(?P<verb>grant|revoke)\s+(?P<what>.+?)\s+(?:to|from)\s+(?P<to>role\s+|user\s+)?(?P<name>\S+)",
    re.IGNORECASE | re.DOTALL,
)
# Not those on tables and views, which dbt asks for and grants anew.
_ON = re.compile(
    r"(?P<privileges>.+?)\s+on\s+((?P<future>future)\s+(?P<of>\w+)S\s+in\s+)?"
    r"(?P<kind>database|schema|warehouse|user|integration|compute\s+pool)\s+(?P<name>[\w.]+)",
    re.IGNORECASE | re.DOTALL,
)
_ROLE = re.compile(r"role\s+(?P<name>\S+)", re.IGNORECASE)
_PROPERTY = re.compile(r"(\w+)\s*=\s*('(?:[^']|'')*'|\([^)]*\)|\S+)")
_POLICY = re.compile(r"\bset\s+authentication\s+policy\s+([\w.]+)", re.IGNORECASE)
_UNSET = re.compile(r"\s*unset\s+(?P<names>[\w, ]+)", re.IGNORECASE)
_TRIGGER = re.compile(r"\bon\s+(\d+)\s+percent\s+do\s+(\w+)", re.IGNORECASE)
_SHOW = re.compile(
    r"\s*(?P<what>show\s+(future\s+)?grants\s+(to|of|in)\s+(role|user|schema)|desc(ribe)?\s+user"
    r"|show\s+(warehouses|resource\s+monitors)\s+like"
    r"|show\s+parameters\s+like\s+'network_policy'\s+(in|for)\s+user)\s+(?P<name>[\w\".']+)\s*",
    re.IGNORECASE,
)
_VARIABLE = re.compile(
    r"identifier\s*\(\s*(?P<name>[^)]+?)\s*\)|\$\w+|'(?:[^']|'')*'", re.IGNORECASE
)
_COMMENTS = re.compile(r"^(\s|--[^\n]*\n|/\*.*?\*/)+", re.DOTALL)
_KEYS = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")
_ACTIONS = ("NOTIFY", "SUSPEND", "SUSPEND_IMMEDIATE")


class Account:
    """The objects of an account by kind and name, and who has what."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], dict[str, str]] = {}
        # Privilege, kind and name of what it is on, kind and name of who has it.
        self._grants: dict[tuple[str, str, str, str, str], None] = {}

    def admits(self, user: str, token: str) -> bool:
        """Tell whether a token is signed by a key whose public half the user has.

        https://docs.snowflake.com/en/developer-guide/sql-api/authenticating
        """
        known = self._objects.get(("USER", user.upper()), {})
        for key in filter(None, map(known.get, _KEYS)):
            try:
                public: Any = load_der_public_key(base64.b64decode(key))
                claims = jwt.decode(token, public, ["RS256"])
            except jwt.PyJWTError:
                continue
            return str(claims["iss"]).endswith(f".{user.upper()}.{fingerprint(key)}")
        return False

    def change(self, statement: str, database: str) -> bool:
        """Remember what a statement says; False if it is about something else."""
        if match := _OBJECT.match(statement):
            self._change_object(match)
        elif match := _GRANT.match(statement):
            self._change_grant(match, database)
        else:
            return False
        return True

    def _change_object(self, match: re.Match[str]) -> None:
        key = (" ".join(match["kind"].upper().split()), _name(match["name"]))
        is_known = key in self._objects
        if match["verb"].upper() == "DROP":
            self._objects.pop(key, None)
            return
        if match["verb"].upper() == "CREATE" and is_known and not match["anew"]:
            return
        if match["anew"]:
            self._objects.pop(key, None)
        properties = self._objects.setdefault(key, {})
        if unset := _UNSET.match(match["rest"]):
            for name in unset["names"].split(","):
                properties.pop(name.strip().upper(), None)
            return
        properties.update(
            (name.upper(), value.strip("'")) for name, value in _PROPERTY.findall(match["rest"])
        )
        if policy := _POLICY.search(match["rest"]):
            properties["AUTHENTICATION_POLICY"] = policy[1].upper()
        if triggers := _TRIGGER.findall(match["rest"]):
            for action in _ACTIONS:
                properties[action] = ",".join(
                    f"{percent}%" for percent, does in triggers if does.upper() == action
                )

    def _change_grant(self, match: re.Match[str], database: str) -> None:
        to = ((match["to"] or "role").strip().upper(), _name(match["name"]))
        if role := _ROLE.fullmatch(match["what"]):
            granted = [("USAGE", "ROLE", _name(role["name"]), *to)]
        elif on := _ON.fullmatch(match["what"]):
            kind, name = "_".join(on["kind"].upper().split()), _name(on["name"])
            name = f"{database}.{name}" if kind == "SCHEMA" and "." not in name else name
            if on["future"]:
                kind, name = on["of"].upper(), f"{name}.<{on['of'].upper()}>"
            granted = [
                (" ".join(privilege.upper().split()), kind, name, *to)
                for privilege in on["privileges"].split(",")
            ]
        else:
            return
        for grant in granted:
            if match["verb"].upper() == "GRANT":
                self._grants[grant] = None
            else:
                self._grants.pop(grant, None)

    def show(self, statement: str) -> _Rows | None:
        """Answer a SHOW or DESCRIBE; None if it is about something else, or nothing is known."""
        match = _SHOW.fullmatch(statement)
        if not match:
            return None
        words, name = match["what"].upper().split(), _name(match["name"].strip("'"))
        if words[-1] == "LIKE":
            return self._objects_like(" ".join(words[1:-1]), name)
        if words[1] != "GRANTS" and words[1] != "FUTURE":
            return self._of_user(name, described=words[0] != "SHOW")
        if "OF" in words:
            return ["role", "granted_to", "grantee_name"], [
                (n, to, who) for _, kind, n, to, who in self._grants if (kind, n) == ("ROLE", name)
            ]
        if "FUTURE" in words:
            return ["privilege", "grant_on", "name", "grant_to", "grantee_name"], [
                grant for grant in self._grants if grant[2].startswith(f"{name}.<")
            ]
        return ["privilege", "granted_on", "name", "granted_to", "grantee_name"], [
            grant
            for grant in self._grants
            if grant[3:] == (words[-1], name) and "<" not in grant[2]
        ]

    def _of_user(self, name: str, *, described: bool) -> _Rows | None:
        user = self._objects.get(("USER", name))
        if user is None:
            return None
        if described:
            return ["property", "value"], list(_described(name, user))
        policy = user.get("NETWORK_POLICY", "")
        row = ("NETWORK_POLICY", policy, "", "USER" if policy else "", "", "STRING")
        return ["key", "value", "default", "level", "description", "type"], [row]

    def _objects_like(self, kind: str, name: str) -> _Rows | None:
        known = self._objects.get((kind.removesuffix("S"), name))
        if kind == "WAREHOUSES":
            if known is None:
                return None
            size = known.get("WAREHOUSE_SIZE", "XSMALL").upper().replace("XS", "X-S").title()
            names = ("auto_suspend", "auto_resume", "resource_monitor", "comment")
            values = [known.get(column.upper(), "null") for column in names]
            return ["name", "state", "type", "size", *names], [
                (name, "SUSPENDED", "STANDARD", size, *values)
            ]
        columns = ["name", "credit_quota", "notify_at", "suspend_at", "suspend_immediately_at"]
        if known is None:
            return columns, []
        quota = f"{float(known.get('CREDIT_QUOTA', 0)):.2f}"
        return columns, [(name, quota, *(known.get(action, "") for action in _ACTIONS))]


def is_about(statement: str) -> bool:
    """Tell whether a statement changes what an account has."""
    statement = _COMMENTS.sub("", statement)
    return bool(_OBJECT.match(statement) or _GRANT.match(statement))


def resolved(statement: str, variable: Callable[[str], exp.Literal]) -> str:
    """Return a statement with the values of its variables, and without a comment before it."""

    def value(match: re.Match[str]) -> str:
        name = match["name"] or match[0]
        if name.startswith("$"):
            return variable(name[1:]).name
        return name.strip("'") if match["name"] else name

    return _VARIABLE.sub(value, _COMMENTS.sub("", statement))


def fingerprint(key: str) -> str:
    """Return a public key's fingerprint, as Snowflake writes it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode()}"


def _described(name: str, user: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield ("NAME", name)
    for column in ("TYPE", "DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "AUTHENTICATION_POLICY"):
        yield (column, user.get(column, "null").upper())
    for key in _KEYS:
        yield (f"{key}_FP", fingerprint(user[key]) if user.get(key) else "null")


def _name(text: str) -> str:
    return text.strip().strip('"').rstrip(";").upper()
