"""Objects of an account, and who was granted what: kept, shown, and checked to be there."""

from __future__ import annotations

import pytest
from conftest import Client
from local_stack.snowflake.instance import LocalSnowflake
from snowflake.connector.errors import ProgrammingError

NO_ROLE = "Role 'NOBODY' does not exist or not authorized"


@pytest.fixture
def run(snowflake: LocalSnowflake) -> Client:
    """A client in a schema and a database of the test's own, with two roles."""
    client = Client(snowflake)
    client("create role if not exists READER", "create role if not exists WRITER")
    return client


def granted(run: Client, on: str) -> list[tuple[object, object]]:
    """Return privileges and who has them, but for the owner's."""
    found = shown(run, f"show grants on {on}")
    return [(g["privilege"], g["grantee_name"]) for g in found if g["privilege"] != "OWNERSHIP"]


def shown(run: Client, statement: str) -> list[dict[str, object]]:
    rows = run(statement)
    return [dict(zip(run.columns, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("sql", "errno", "said"),
    [
        ("use role NOBODY", 3013, "Requested role 'NOBODY' is not assigned"),
        ("use warehouse NOTHING", 2043, "Object does not exist"),
        ("grant select on table T to role NOBODY", 2003, NO_ROLE),
        ("grant role NOBODY to role READER", 2003, NO_ROLE),
        ("revoke role READER from role NOBODY", 2003, NO_ROLE),
        ("grant select on NOTHING to role READER", 2003, "NOTHING' does not exist"),
        ("grant usage on schema NOTHING to role READER", 2003, "NOTHING' does not exist"),
        ("grant usage on warehouse NOTHING to role READER", 2003, "'NOTHING' does not exist"),
        ("grant invented on table T to role READER", 1003, "unexpected 'invented'"),
        ("grant select on table T to role READER, WRITER", 1003, "unexpected ','"),
        ("grant ownership on table T to role READER", 2, "does not support GRANT OWNERSHIP"),
        ("grant select on schema PUBLIC to role READER", 3008, "for privilege 'SELECT'"),
        ("grant create tabel on schema PUBLIC to role READER", 3008, "'CREATE TABEL'"),
        ("grant usage on shema PUBLIC to role READER", 2003, "SHEMA"),
        ("create user U nonsense = 3", 1420, "invalid property 'NONSENSE' for 'USER'"),
        ("create user U network_policy = NOTHING", 2003, "policy 'NOTHING' does not exist"),
        ("create user U rsa_public_key = 'no key'", 1008, "invalid value"),
        ("create warehouse NEW auto_suspend = soon", 1008, "invalid value"),
        ("alter role READER rename to WRITER", 2002, "Object 'WRITER' already exists"),
        ("drop role ACCOUNTADMIN", 3001, "Insufficient privileges"),
        ("create role READER", 2002, "Object 'READER' already exists"),
        ("drop user NOBODY", 2003, "User 'NOBODY' does not exist"),
        ("alter warehouse NOTHING set auto_suspend = 60", 2003, "'NOTHING' does not exist"),
        ("show grants to role NOBODY", 2003, NO_ROLE),
    ],
)
def test_what_is_not_there_is_an_error(run: Client, sql: str, errno: int, said: str) -> None:
    run("create table T (ID int)")
    with pytest.raises(ProgrammingError, match=said) as caught:
        run(sql)
    assert caught.value.errno == errno


def test_a_login_needs_its_role_and_not_its_warehouse(snowflake: LocalSnowflake) -> None:
    with pytest.raises(ProgrammingError, match="'nobody' specified in the connect string"):
        snowflake.connect(role="nobody")
    assert snowflake.connect(warehouse="nothing").warehouse is None
    assert snowflake.connect(role="sysadmin").role == "SYSADMIN"


def test_grants_follow_their_object(run: Client) -> None:
    """COPY GRANTS: https://docs.snowflake.com/en/sql-reference/sql/create-table."""
    run("create table T (ID int)", "grant select, insert on table T to role READER")
    assert granted(run, "T") == [("INSERT", "READER"), ("SELECT", "READER")]
    run("revoke insert on table T from role READER", "alter table T rename to U")
    assert granted(run, "table U") == [("SELECT", "READER")]
    run("create or replace table U copy grants as select 1 as ID")
    assert granted(run, "U") == [("SELECT", "READER")]
    run("create or replace table U as select 1 as ID")
    assert granted(run, f"{run.schema}.U") == []
    run("grant select on U to READER", "drop table U", "create table U (ID int)")
    assert granted(run, "U") == []


def test_names_may_be_quoted(run: Client) -> None:
    run('create table "t. 1" (ID int)', 'create or replace role "reader of t"')
    run('grant select on table "t. 1" to role "reader of t";')
    assert granted(run, 'table "t. 1"') == [("SELECT", "reader of t")]
    run(f'grant usage on schema "{run.schema}" to role READER')
    assert granted(run, f'schema "{run.schema}"') == [("USAGE", "READER")]


def test_new_tables_have_the_grants_of_future_ones(run: Client) -> None:
    """Those of the schema, if it has any, and else of the database.

    https://docs.snowflake.com/en/sql-reference/sql/grant-privilege (future grants)
    """
    database, schema = run.session.database, run.schema
    run(f"grant insert on future tables in database {database} to role WRITER")
    run("create table FIRST (ID int)")
    run(f"grant select on future tables in schema {schema} to role READER")
    run("create table SECOND (ID int)", "create view THIRD as select 1 as ID")
    assert granted(run, "FIRST") == [("INSERT", "WRITER")]
    assert granted(run, "SECOND") == [("SELECT", "READER")]
    assert granted(run, "THIRD") == []
    [future] = shown(run, f"show future grants in schema {schema}")
    assert (future["grant_on"], future["name"]) == ("TABLE", f"{database}.{schema}.<TABLE>")
    run(f"revoke select on future tables in schema {schema} from role READER")
    assert shown(run, f"show future grants in schema {schema}") == []
    run(f"grant select on all tables in schema identifier('{schema}') to role WRITER")
    assert granted(run, "FIRST") == [("INSERT", "WRITER"), ("SELECT", "WRITER")]
    run(f"drop schema {schema}", f"create schema {schema}")
    assert granted(run, f"schema {schema}") == []


def test_roles_are_granted_to_roles_and_users(run: Client) -> None:
    run("create or replace user ANA", "grant role READER to role WRITER")
    run("grant role READER to user ANA")
    assert [
        (g["granted_to"], g["grantee_name"]) for g in shown(run, "show grants of role READER")
    ] == [
        ("ROLE", "WRITER"),
        ("USER", "ANA"),
    ]
    [role] = shown(run, "show roles like 'reader'")
    assert (role["assigned_to_users"], role["granted_to_roles"]) == (1, 1)
    run("use role WRITER")
    assert run("select is_role_in_session('READER'), is_role_in_session('SYSADMIN')") == [
        (True, False)
    ]
    run("drop user ANA")
    assert len(shown(run, "show grants of role READER")) == 1


def test_what_was_set_is_shown(run: Client) -> None:
    """A key's fingerprint is the SHA-256 of its DER, as openssl prints it."""
    run("create or replace resource monitor M")
    run("create or replace warehouse W warehouse_size = xsmall comment = 'it''s';")
    run("alter warehouse W set auto_suspend = 90 resource_monitor = M")
    [warehouse] = shown(run, "show warehouses like 'w'")
    assert (warehouse["size"], warehouse["auto_suspend"]) == ("X-Small", 90)
    assert (warehouse["resource_monitor"], warehouse["comment"]) == ("M", "it's")
    assert warehouse["is_current"] == "Y"
    run("set KEY = 'TUlJ'", "create or replace user SERVICE type = service rsa_public_key = $KEY")
    run("alter user SERVICE set rsa_public_key_2 = 'TUlK'", "alter user SERVICE unset comment")
    properties = {row["property"]: row["value"] for row in shown(run, "desc user SERVICE")}
    assert properties["RSA_PUBLIC_KEY_FP"] == "SHA256:rO4KYGo53SiqWXZGdkba//DBqmKK5lz9M8iEi6Qj8U0="
    assert properties["RSA_PUBLIC_KEY_2"] == "TUlK"
    run(
        "create or replace resource monitor M with credit_quota = 20 frequency = monthly "
        "start_timestamp = immediately triggers on 50 percent do notify on 80 percent do notify "
        "on 100 percent do suspend"
    )
    [monitor] = shown(run, "show resource monitors like 'm'")
    assert (monitor["notify_at"], monitor["suspend_at"]) == ("50%,80%", "100%")
    run("create or replace network policy P allowed_ip_list = ('192.0.2.1', '192.0.2.2')")
    [policy] = shown(run, "show network policies like 'p'")
    assert policy["entries_in_allowed_ip_list"] == 2


def test_they_are_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("kept")
    first = LocalSnowflake(home)
    Client(first)("create role KEPT", "grant role KEPT to role SYSADMIN")
    first.close()
    again = LocalSnowflake(home)
    client = Client(again)
    assert [g["grantee_name"] for g in shown(client, "show grants of role KEPT")] == ["SYSADMIN"]
    again.close()


def test_they_are_definitions_and_end_the_open_transaction(run: Client) -> None:
    """https://docs.snowflake.com/en/sql-reference/transactions#ddl."""
    run("create table T (ID int)", "begin", "insert into T values (1)")
    run("grant select on T to role READER", "rollback")
    assert run("select * from T") == [(1,)]
