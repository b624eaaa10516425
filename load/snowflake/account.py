"""Set an account up by the SQL beside this file, or say what differs from it.

`setup` runs setup/*.sql in order, then the files that are named besides: `access`, `masking`,
`streamlit`.
`register` gives users their public keys, each from the file that is called like one: loader.pub.
`check` asks the account for what these files say of roles, warehouses, users and monitors.

Each signs in as an administrator, by the connection `default` of Snowflake's own file,
~/.snowflake/connections.toml, or the one that SNOWFLAKE_DEFAULT_CONNECTION_NAME names.
https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-connect
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection
from snowflake.connector.errors import Error
from snowflake.connector.util_text import split_statements

FOLDER = Path(__file__).resolve().parent
NAMES, *PARTS = sorted((FOLDER / "setup").glob("*.sql"))
USERS = ("loader", "transformer", "reporter", "forecaster")
OPTIONAL = {name: FOLDER / f"{name}.sql" for name in ("access", "masking", "streamlit")}
HINT = (
    "The administrator's connection is `default` in ~/.snowflake/connections.toml: "
    "docs/deployment.md, First day in production"
)
# What a warehouse, a user and a monitor are compared by.
WAREHOUSE = ("WAREHOUSE_SIZE", "AUTO_SUSPEND", "AUTO_RESUME", "RESOURCE_MONITOR")
USER = ("TYPE", "DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "AUTHENTICATION_POLICY")
MONITOR = {"NOTIFY": "notify_at", "SUSPEND": "suspend_at"} | {
    "SUSPEND_IMMEDIATE": "suspend_immediately_at"
}
# What is granted on tables and views is dbt's, and whoever creates something owns it.
GRANTED_ON = {"WAREHOUSE", "DATABASE", "SCHEMA", "USER", "INTEGRATION", "COMPUTE_POOL", "ACCOUNT"}
_OBJECT = re.compile(
    r"(create|alter) (?P<kind>warehouse|user|resource monitor) (if not exists )?(?P<name>\w+)"
)
_GRANT_ROLE = re.compile(r"grant role (?P<role>\w+) to (?P<to>role|user) (?P<name>\w+)")
_GRANT = re.compile(
    r"grant (?P<privileges>.+?) on (future (?P<of>\w+)s in )?(?P<kind>[a-z ]+) (?P<name>\w+)"
    r" to role (?P<role>\w+)"
)
_PROPERTY = re.compile(r"(\w+) = (\w+)")
_POLICY = re.compile(r"authentication policy ([\w.]+)")
_TRIGGER = re.compile(r"on (\d+) percent do (\w+)")

Facts = set[str]


def main() -> None:
    """Run the command that the first argument names."""
    command, *others = sys.argv[1:]
    known = USERS if command == "register" else OPTIONAL
    if unknown := [name for name in others if Path(name).stem not in known]:
        sys.exit(f"{unknown[0]} is none of {', '.join(known)}")
    try:
        with snowflake.connector.connect() as account:
            names = set_names(account)
            if command == "setup":
                setup(account, [*PARTS, *(OPTIONAL[name] for name in others)])
            elif command == "register":
                register(account, names, [Path(name).expanduser() for name in others])
            else:
                check(account, names)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
    except Error as error:
        said = str(error.raw_msg or error).rstrip(".")
        sys.exit(f"{said}. {HINT}")


def set_names(account: SnowflakeConnection) -> dict[str, str]:
    """Set the session's variables to the names of an environment, and return them."""
    environment = os.environ["MELTANO_ENVIRONMENT"]
    account.cursor().execute("set environment = %s", (environment,))
    account.execute_string(NAMES.read_text())
    rows = account.cursor(DictCursor).execute("show variables")
    return {row["name"].lower(): row["value"] for row in rows or ()}


def setup(account: SnowflakeConnection, files: list[Path]) -> None:
    """Run files of SQL, each of which may be run again."""
    for file in files:
        done = 0
        for statement in statements(file):
            try:
                account.cursor().execute(statement)
            except Error as error:
                sys.exit(f"{file.name}: {error.raw_msg or error}\n{statement}")
            done += 1
        print(f"{file.name}: {done} statements")


def register(account: SnowflakeConnection, names: Mapping[str, str], files: list[Path]) -> None:
    """Set users' public keys; a PEM's first and last lines are not part of one."""
    for file in files:
        key = "".join(line for line in file.read_text().splitlines() if "-----" not in line)
        user = names[file.stem]
        account.cursor().execute(f"alter user {user} set rsa_public_key = '{key}'")
        print(f"{user} has the key of {file}")


def check(account: SnowflakeConnection, names: Mapping[str, str]) -> None:
    """Say what the account lacks and what it has besides; fail if there is anything."""
    wanted = {fact for file in PARTS for fact in declared(file, names)}
    allowed = {fact for file in OPTIONAL.values() for fact in declared(file, names)}
    found = existing(account, names)
    differences = [
        *(f"is not as in setup: {fact}" for fact in sorted(wanted - found)),
        *(f"is not in setup: {fact}" for fact in sorted(found - wanted - allowed)),
    ]
    print("\n".join(differences) or f"{len(wanted)} facts, all as in setup")
    sys.exit(bool(differences))


def statements(file: Path) -> Iterator[str]:
    """Yield a file's statements."""
    for statement, _ in split_statements(StringIO(file.read_text()), remove_comments=True):
        if text := statement.strip().rstrip(";"):
            yield text


def declared(file: Path, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what a file says of the account, a fact a line."""
    for statement in statements(file):
        text = re.sub(r"identifier\(\$(\w+)\)|\$(\w+)", lambda m: names[m[1] or m[2]], statement)
        text = " ".join(text.split())
        if match := _OBJECT.match(text):
            yield from _properties(match["kind"], match["name"], text)
        elif match := _GRANT_ROLE.match(text):
            yield f"role {match['role']} is granted to {match['to']} {match['name']}"
        elif match := _GRANT.match(text):
            yield from _granted(match, names["database_name"])


def _properties(kind: str, name: str, text: str) -> Iterator[str]:
    values = {key.upper(): value.upper() for key, value in _PROPERTY.findall(text)}
    if policy := _POLICY.search(text):
        values["AUTHENTICATION_POLICY"] = _last(policy[1])
    if kind == "resource monitor":
        if not _TRIGGER.search(text):
            return  # what is altered below has all of it
        yield f"{kind} {name}: CREDIT_QUOTA = {values['CREDIT_QUOTA']}"
        for action in MONITOR:
            percents = [f"{at}%" for at, does in _TRIGGER.findall(text) if does.upper() == action]
            yield f"{kind} {name}: {action} = {','.join(percents)}"
        return
    for key in (*WAREHOUSE, *USER, "NETWORK_POLICY"):
        if key in values:
            yield f"{kind} {name}: {key} = {values[key]}"
    if kind == "user":
        yield f"user {name}: has a public key"


def _granted(match: re.Match[str], database: str) -> Iterator[str]:
    kind, name = match["kind"].upper().replace(" ", "_"), match["name"]
    if kind.startswith("ALL_"):
        return  # what there was then
    name = f"{database}.{name}" if kind == "SCHEMA" else name
    if match["of"]:
        kind, name = match["of"].upper(), f"{name}.<{match['of'].upper()}>"
    for privilege in match["privileges"].split(", "):
        yield f"{privilege.upper()} on {kind} {name} is granted to role {match['role']}"


def existing(account: SnowflakeConnection, names: Mapping[str, str]) -> Facts:
    """Return what the account has of it."""
    roles = [names[key] for key in (*USERS, "pii_reader")]
    found: Facts = set()
    for role in roles:
        for row in rows(account, f"show grants to role {role}"):
            on = row["granted_on"].replace(" ", "_")
            if on == "ROLE" and row["privilege"] == "USAGE":
                found.add(f"role {row['name']} is granted to role {role}")
            if row["privilege"] != "OWNERSHIP" and on in GRANTED_ON:
                found.add(_grant(row["privilege"], on, row["name"], role))
        for row in rows(account, f"show grants of role {role}"):
            to = row["granted_to"].lower()
            found.add(f"role {role} is granted to {to} {row['grantee_name']}")
    for row in rows(account, f"show future grants in schema {names['database_name']}.RAW"):
        found.add(_grant(row["privilege"], row["grant_on"], row["name"], row["grantee_name"]))
    for key in ("loading", "transforming"):
        for row in rows(account, f"show warehouses like '{names[key]}'"):
            shown = {**row, "warehouse_size": row["size"].replace("-", "")}
            found |= _facts("warehouse", names[key], shown, WAREHOUSE)
    for user in (names[key] for key in USERS):
        found |= _user(account, user)
    for row in rows(account, f"show resource monitors like '{names['monthly']}'"):
        shown = {action.lower(): row[column] for action, column in MONITOR.items()}
        shown["credit_quota"] = str(row["credit_quota"]).partition(".")[0]
        kind = "resource monitor"
        found |= _facts(kind, names["monthly"], shown, ("CREDIT_QUOTA", *MONITOR))
    return found


def _user(account: SnowflakeConnection, name: str) -> Facts:
    try:
        described = rows(account, f"describe user {name}")
    except Error:
        return set()  # there is none
    shown = {row["property"].lower(): row["value"] for row in described}
    shown["authentication_policy"] = _last(shown.get("authentication_policy") or "")
    found = _facts("user", name, shown, USER)
    if {shown.get("rsa_public_key_fp"), shown.get("rsa_public_key_2_fp")} - {None, "", "null"}:
        found.add(f"user {name}: has a public key")
    for row in rows(account, f"show grants to user {name}"):
        found.add(f"role {row.get('role') or row['name']} is granted to user {name}")
    for row in rows(account, f"show parameters like 'NETWORK_POLICY' in user {name}"):
        found.add(f"user {name}: NETWORK_POLICY = {row['value'].upper()}")
    return found


def _last(name: str) -> str:
    """Return a name without its database and schema, which SHOW may tell or not."""
    return name.rpartition(".")[2].strip('"').upper()


def _facts(kind: str, name: str, shown: Mapping[str, object], keys: tuple[str, ...]) -> Facts:
    values = {key: str(shown[key.lower()]).upper() for key in keys if key.lower() in shown}
    return {f"{kind} {name}: {key} = {value}" for key, value in values.items()}


def _grant(privilege: str, on: str, name: str, role: str) -> str:
    return f"{privilege} on {on} {name.replace(chr(34), '')} is granted to role {role}"


def rows(account: SnowflakeConnection, statement: str) -> list[dict[str, str]]:
    """Return a statement's rows, columns in lower case."""
    cursor = account.cursor(DictCursor)
    cursor.execute(statement)
    return [{key.lower(): value for key, value in row.items()} for row in cursor.fetchall()]


if __name__ == "__main__":
    main()
