"""The end-to-end test on a real account, in a database that exists only for it.

Collected only where TARGET_SNOWFLAKE_ACCOUNT is set; `make test-snowflake` runs it. The user needs
a role that may create a database, and a key (TARGET_SNOWFLAKE_PRIVATE_KEY_PATH); the account needs
the roles of load/snowflake/setup for `dev`, to which dbt grants what it builds.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from tests.conftest import Project
from tests.oracle import assert_gold_equals_source, assert_raw_equals_source

# For an account behind an address of its own.
ADDRESS = ("HOST", "PORT", "PROTOCOL")


@dataclass(frozen=True)
class AccountProject(Project):
    """A project of the environment `dev`: the embedded PostgreSQL, a real Snowflake."""

    def snowflake(self, **options: Any) -> snowflake.connector.SnowflakeConnection:
        """Open a session on the account."""
        given = {
            name.lower(): value
            for name in ("ACCOUNT", "USER", "PASSWORD", "ROLE", "WAREHOUSE", *ADDRESS)
            if (value := os.environ.get(f"TARGET_SNOWFLAKE_{name}"))
        }
        if key := os.environ.get("TARGET_SNOWFLAKE_PRIVATE_KEY_PATH"):
            given["private_key_file"] = key
        database = self.variables.get("TARGET_SNOWFLAKE_DATABASE")
        return snowflake.connector.connect(**{**given, "database": database, **options})


@pytest.fixture(scope="module")
def account(project: Project) -> Iterator[AccountProject]:
    """The project with a throw-away database."""
    seeded = project.local_stack("seed", "--sales", "2000")
    assert seeded.code == 0, seeded.output
    database = f"DRIVA_TEST_{uuid.uuid4().hex[:8].upper()}"
    role = os.environ.get("TARGET_SNOWFLAKE_ROLE", "PUBLIC")
    warehouse = os.environ.get("TARGET_SNOWFLAKE_WAREHOUSE", "DRIVA_LOADING_DEV")
    variables = {
        name: value for name, value in os.environ.items() if name.startswith("TARGET_SNOWFLAKE_")
    }
    if key := os.environ.get("TARGET_SNOWFLAKE_PRIVATE_KEY_PATH"):
        variables["TARGET_SNOWFLAKE_PRIVATE_KEY_PATH"] = str(Path(key).resolve())
    for name in ADDRESS:
        if value := os.environ.get(f"TARGET_SNOWFLAKE_{name}"):
            variables[f"DBT_SNOWFLAKE_{name}"] = value
    ours = AccountProject(
        project.folder,
        project.postgres_port,
        project.snowflake_port,
        {
            **variables,
            "TARGET_SNOWFLAKE_DATABASE": database,
            "TARGET_SNOWFLAKE_ROLE": role,
            "TARGET_SNOWFLAKE_WAREHOUSE": warehouse,
            "DBT_SNOWFLAKE_USER": os.environ.get("TARGET_SNOWFLAKE_USER", ""),
            "DBT_SNOWFLAKE_DATABASE": database,
            "DBT_SNOWFLAKE_ROLE": role,
            "DBT_SNOWFLAKE_WAREHOUSE": warehouse,
            "TAP_POSTGRES_HOST": "127.0.0.1",
            "TAP_POSTGRES_PORT": str(project.postgres_port),
            "TAP_POSTGRES_USER": "driva",
            "TAP_POSTGRES_PASSWORD": "driva",
            "TAP_POSTGRES_DATABASE": "driva",
        },
    )
    with ours.snowflake(database=None) as connection:
        connection.cursor().execute(f"create database {database}")
        try:
            yield ours
        finally:
            connection.cursor().execute(f"drop database {database}")


def test_gold_equals_the_source(account: AccountProject) -> None:
    account.succeed("--environment=dev", "run", "elt")
    assert_raw_equals_source(account)
    assert_gold_equals_source(account)


def test_a_second_run_loads_only_what_is_new(account: AccountProject) -> None:
    # `local-stack` takes TAP_POSTGRES_HOST for somebody else's database.
    embedded = Project(account.folder, account.postgres_port, account.snowflake_port)
    assert embedded.local_stack("simulate", "--sales", "50").code == 0
    done = account.succeed("--environment=dev", "run", "elt")
    assert done.loaded()["VENDAS"][0] == 50
    assert_raw_equals_source(account)
    assert_gold_equals_source(account)
