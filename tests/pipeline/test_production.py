"""An account from nothing to a schedule, as docs/deployment.md says it, and what changes in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT, Done, Project, free_port

pytestmark = pytest.mark.in_order

SALES = 2_000
PAGE = "docs/deployment.md"
# Commands that serve until they are stopped.
SERVING = ("invoke dashboard", "make airflow")


@dataclass(frozen=True)
class Step:
    """A step of the page: what to type, and what one sees then."""

    name: str
    commands: str
    sees: list[str]

    def says(self, output: str) -> bool:
        """Tell whether all of it is in the output; `…` stands for anything in a line."""
        return all(
            re.search(".*".join(map(re.escape, text.split("…"))), output) for text in self.sees
        )


def steps() -> list[Step]:
    """Read the page."""
    section = (ROOT / PAGE).read_text().partition("\n## First day in production\n")[2]
    section = section.partition("\nIt worked when")[0]
    found = []
    for text in re.split(r"\n\*\*(?=\d+\.)", section)[1:]:
        block = "\n".join(line[4:] for line in re.findall(r"^(?:    .*|)$", text, re.MULTILINE))
        seen = re.split(r"\.(?=\s)", text.partition("\nYou see ")[2])[0]
        sees = re.findall(r"`([^`]+)`", seen)
        if block.strip():
            found.append(Step(text.partition("**")[0], block, sees))
    return found


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A clone, a PostgreSQL with sales, and an account in which nothing is: the local Snowflake."""
    home = tmp_path_factory.mktemp("home")
    with Project.running(tmp_path_factory.mktemp("company") / "project") as created:
        seeded = created.local_stack("seed", "--sales", str(SALES))
        assert seeded.code == 0, seeded.output
        address = {"HOST": "127.0.0.1", "PORT": str(created.snowflake_port), "PROTOCOL": "http"}
        yield created.with_variables(
            HOME=str(home),
            PATH=f"{created.folder}/.venv/bin:{os.environ['PATH']}",
            AIRFLOW_PORT=str(free_port()),
            DASHBOARD_PORT=str(free_port()),
            **{
                f"{plugin}_SNOWFLAKE_{name}": value
                for plugin in ("TARGET", "DBT", "DASHBOARD")
                for name, value in address.items()
            },
            TAP_POSTGRES_HOST="127.0.0.1",
            TAP_POSTGRES_PORT=str(created.postgres_port),
            TAP_POSTGRES_USER="driva",
            TAP_POSTGRES_PASSWORD="driva",
            TAP_POSTGRES_DATABASE="driva",
        )


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.name)
def test_the_first_day_in_production(company: Project, step: Step) -> None:
    if any(words in step.commands for words in SERVING):
        output = served(company, step)
    else:
        done = typed(company, step.commands)
        assert done.code == 0, done.output[-6000:]
        output = done.output
    assert step.says(output), f"{step.sees} not in {output[-6000:]}"
    sign_in_as_local(company)
    if "make airflow" in step.commands:
        logs = company.folder / ".meltano/airflow/logs"
        lines = (logs / "api-server.log").read_text().splitlines()
        assert [line for line in lines if line.startswith("{")]
    if "show --inline" in step.commands:
        [sales] = company.source("select count(*) from vendas")[0]
        assert re.search(rf"\b{sales}\b", output)


def test_freshness_is_a_share_of_the_builds(company: Project) -> None:
    [command] = re.findall(r"^    (meltano .*atualidade.*)$", (ROOT / PAGE).read_text(), re.M)
    done = typed(company, command)
    assert done.code == 0, done.output
    assert re.search(r"RAW.VENDAS +\| +\d+ \| +\d+", done.output), done.output


def test_nothing_of_it_is_for_others_to_read(company: Project) -> None:
    home = Path(company.variables["HOME"]) / ".snowflake"
    secret = [*home.glob("*.p8"), home / "connections.toml", company.folder / ".env"]
    assert len(secret) == 6
    assert {file.stat().st_mode & 0o077 for file in secret} == {0}
    assert "ENCRYPTED" in (home / "loader.p8").read_text()


def test_a_key_is_changed_and_the_old_one_ends(company: Project) -> None:
    key = Path(company.variables["HOME"]) / ".snowflake/loader.p8"
    old = key.read_bytes()
    rotated = company.meltano("--environment=prod", "invoke", "target-snowflake:rotate-key")
    assert "RSA_PUBLIC_KEY_2 its public half" in rotated.output
    assert key.read_bytes() != old
    # Another machine still has the old one.
    elsewhere = key.with_name("elsewhere.p8")
    elsewhere.write_bytes(old)
    other = company.with_variables(TARGET_SNOWFLAKE_PRIVATE_KEY_PATH=str(elsewhere))
    load = ("--environment=prod", "run", "el")
    assert other.meltano(*load).code == 0
    revoked = company.meltano(
        "--environment=prod", "invoke", "target-snowflake:rotate-key", "--revoke"
    )
    assert "RSA_PUBLIC_KEY is empty" in revoked.output
    company.change("update clientes set cliente = 'Outra' where id_clientes = 1")
    refused = other.meltano(*load)
    assert refused.code != 0
    assert "JWT token is invalid" in refused.output
    assert company.meltano(*load).code == 0
    of_the_reporter = company.meltano("--environment=prod", "invoke", "dashboard:rotate-key")
    assert "DRIVA_REPORTER: " in of_the_reporter.output
    again = other.meltano("--environment=prod", "invoke", "target-snowflake:rotate-key")
    assert "elsewhere.p8 stays" in again.output
    assert "Traceback" not in again.output


# What somebody may do by hand, and how the check says it.
DIFFERENCES = {
    "grant role DRIVA_LOADER to user ANA": "is not in setup: role DRIVA_LOADER is granted to user "
    "ANA",
    "grant usage on schema RAW to role DRIVA_REPORTER": "is not in setup: USAGE on SCHEMA "
    "DRIVAMOTORS.RAW is granted to role DRIVA_REPORTER",
    "revoke usage on schema GOLD from role DRIVA_REPORTER": "is not as in setup: USAGE on SCHEMA "
    "DRIVAMOTORS.GOLD is granted to role DRIVA_REPORTER",
    "alter warehouse DRIVA_LOADING set auto_suspend = 600": "is not as in setup: warehouse "
    "DRIVA_LOADING: AUTO_SUSPEND = 60",
    "alter user DRIVA_REPORTER set type = person": "is not as in setup: user DRIVA_REPORTER: "
    "TYPE = SERVICE",
    "alter user DRIVA_LOADER unset network_policy": "is not as in setup: user DRIVA_LOADER: "
    "NETWORK_POLICY = DRIVA_NETWORK",
    "alter resource monitor DRIVA_MONTHLY set credit_quota = 2000": "is not as in setup: "
    "resource monitor DRIVA_MONTHLY: CREDIT_QUOTA = 20",
    "drop user DRIVA_TRANSFORMER": "is not as in setup: user DRIVA_TRANSFORMER: has a public key",
}


def test_what_differs_in_the_account_is_said(company: Project) -> None:
    with company.snowflake() as connection:
        for statement in ("create user ANA", *DIFFERENCES):
            connection.cursor().execute(statement)
    checked = company.meltano("--environment=prod", "invoke", "target-snowflake:check")
    assert checked.code == 1
    for difference in DIFFERENCES.values():
        assert difference in checked.output


def test_dev_has_names_of_its_own(company: Project) -> None:
    done = company.meltano("--environment=dev", "invoke", "target-snowflake:setup")
    assert "6_policies.sql: 11 statements" in done.output
    granted = company.warehouse("show grants to role DRIVA_LOADER_DEV")
    assert granted
    assert {row[3] for row in granted} == {
        *("DRIVA_LOADING_DEV", "DRIVAMOTORS_DEV", "DRIVAMOTORS_DEV.RAW", "DRIVA_LOADER_DEV")
    }


def typed(company: Project, commands: str) -> Done:
    """Run commands as somebody types them."""
    return company.run("bash", "-euo", "pipefail", "-c", commands)


def served(company: Project, step: Step) -> str:
    """Run a command until it says what the page says, and press Ctrl-C."""
    log = company.folder / "served.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", step.commands],
            cwd=company.folder,
            env=company.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 180
            while not step.says(log.read_text()) and process.poll() is None:
                assert time.monotonic() < deadline, log.read_text()[-6000:]
                time.sleep(0.5)
        finally:
            children = psutil.Process(process.pid).children(recursive=True)
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=120)
        assert psutil.wait_procs(children, timeout=60)[1] == []
    return log.read_text()


def sign_in_as_local(company: Project) -> None:
    """Turn the administrator's connection to the local Snowflake, which has no browser."""
    file = Path(company.variables["HOME"]) / ".snowflake/connections.toml"
    if file.exists():
        text = file.read_text()
        text = text.replace('"ANA"', '"local"')
        local = f'password = "local"\nhost = "127.0.0.1"\nport = {company.snowflake_port}\n'
        text = text.replace('authenticator = "externalbrowser"\n', f'{local}protocol = "http"\n')
        file.write_text(text)
