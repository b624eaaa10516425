"""The everyday commands of Meltano, Airflow and dbt, as the runbook's readers type them."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, STATE_ID, Project, free_port

pytestmark = pytest.mark.in_order

SALES = 50
# What the tests declare beside the project's own jobs and schedules.
FACT = "build --select +fct_vendas --exclude-resource-type test unit_test"
JOBS = [{"name": "to-gold", "tasks": ["tap-postgres target-snowflake", "dbt-snowflake:fact"]}]
SCHEDULES: list[dict[str, Any]] = [
    {"name": "sao-paulo", "job": "el", "interval": "CRON_TZ=America/Sao_Paulo 0 6 * * *"},
    {
        "name": "to-gold",
        "job": "to-gold",
        "interval": "@once",
        "annotations": {"airflow": {"retries": 0}},
    },
    {"name": "nowhere", "job": "el", "interval": "CRON_TZ=America/Sampa 0 6 * * *"},
    {"name": "hour-25", "job": "el", "interval": "0 25 * * *"},
    {"name": "no-job", "job": "elt-vendas", "interval": "@daily"},
    {
        "name": "no-text",
        "job": "el",
        "interval": "@daily",
        "env": {"MELTANO_RUN_FULL_REFRESH": True},
    },
    {"name": "no-value", "job": "el", "interval": "@daily", "env": {"TAP_POSTGRES_PORT": None}},
]
WRONG = {
    "nowhere": "No time zone found with key America/Sampa",
    "hour-25": "[0 25 * * *] is not acceptable",
    "no-job": "there is no job elt-vendas",
    "no-text": 'write `MELTANO_RUN_FULL_REFRESH: "true"`',
    "no-value": "TAP_POSTGRES_PORT in its env is not text",
}
FIRST_RESULTS = """
import os, sys, threading
from contextlib import suppress
import {module}
from snowflake.connector.arrow_context import ArrowConverterContext
from snowflake.connector.nanoarrow_arrow_iterator import PyArrowRowIterator

def read():
    together.wait()
    with suppress(Exception):  # there is nothing to read
        PyArrowRowIterator(None, b"", ArrowConverterContext(), False, False, False, False)

sys.setswitchinterval(1e-6)
for _ in range(30):
    if not (child := os.fork()):
        together = threading.Barrier(8)
        threads = [threading.Thread(target=read) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with a few sales, none of them loaded, and with schedules right and wrong."""
    created = Project.create(tmp_path_factory.mktemp("project") / "project")
    file = created.folder / "orchestrate/orchestrate.meltano.yml"
    content = yaml.safe_load(file.read_text())
    content["jobs"] += JOBS
    content["schedules"] += SCHEDULES
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    file = created.folder / "transform/transform.meltano.yml"
    content = yaml.safe_load(file.read_text())
    content["plugins"]["utilities"][0]["commands"]["fact"] = {"args": FACT}
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    created = created.with_variables(AIRFLOW_PORT=str(free_port()), NO_COLOR="1", COLUMNS="200")
    try:
        assert created.up().local_stack("seed", "--sales", str(SALES)).code == 0
        yield created
    finally:
        created.local_stack("down")


def airflow(project: Project, command: str) -> str:
    """Run Airflow's command, which must succeed; return what it prints."""
    done = project.fork("airflow", *shlex.split(command))
    assert done.code == 0, f"{command}\n{done.output}"
    assert "Traceback" not in done.output, done.output
    return done.output


def test_one_wrong_schedule_is_left_out_and_named(project: Project) -> None:
    """With no last good configuration: at the first start."""
    airflow(project, "db migrate")
    assert project.fork("airflow", "dags", "reserialize").code == 0  # which prints what is wrong
    listed = airflow(project, "dags list --columns dag_id").split()
    kept = json.loads((project.folder / ".meltano/airflow/meltano.local.json").read_text())
    declared = yaml.safe_load((ROOT / "orchestrate/orchestrate.meltano.yml").read_text())
    right = [schedule["name"] for schedule in [*declared["schedules"], *SCHEDULES]]
    right = [name for name in right if name not in WRONG]
    assert [schedule["name"] for schedule in kept["schedules"]] == right
    assert set(right) <= set(listed)
    assert not WRONG.keys() & set(listed)
    errors = dict(re.findall(r"schedule ([\w-]+): (.*); it does not run", kept["error"]))
    assert errors.keys() == WRONG.keys()
    for name, said in WRONG.items():
        assert said in errors[name]
    file = project.folder / "orchestrate/orchestrate.meltano.yml"
    content = yaml.safe_load(file.read_text())
    content["schedules"] = [s for s in content["schedules"] if s["name"] not in WRONG]
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def test_airflow(project: Project) -> None:
    airflow(project, "dags test to-gold")
    assert project.warehouse("select count(*) from GOLD.FCT_VENDAS") == [(SALES,)]
    due = re.search(r"^\d{4}-\S+T\S+$", airflow(project, "dags next-execution sao-paulo"), re.M)
    assert due
    # Six in the morning of São Paulo.
    assert datetime.fromisoformat(due[0]).astimezone(UTC).hour == 9
    for command in (
        "dags list-import-errors",
        "dags trigger hourly-vendas",
        "dags pause hourly-vendas",
        "tasks list daily-elt",
        "tasks clear --yes --only-failed daily-elt",
    ):
        airflow(project, command)


def test_airflow_still_takes_the_end_of_a_deadline_for_an_error(project: Project) -> None:
    """On the day that it does not, `MeltanoDAG` can go."""
    dags = project.folder / "orchestrate/airflow/dags/meltano.py"
    fenced = dags.read_text()
    dags.write_text(fenced.replace("self.deadline = None", "pass"))
    try:
        done = project.fork("airflow", "dags", "test", "hourly-vendas")
    finally:
        dags.write_text(fenced)
    assert "'dict' object has no attribute 'hex'" in done.output


@pytest.mark.parametrize(
    ("plugin", "module"),
    [("dbt-snowflake", "dbt_snowflake_backoff"), ("dashboard", "dashboard_server")],
)
def test_threads_may_read_their_first_results_at_once(plugin: str, module: str) -> None:
    """Each child is a new process for what is set up once; without the module some hang."""
    python = ROOT / f".meltano/utilities/{plugin}/venv/bin/python"
    program = FIRST_RESULTS.replace("{module}", module)
    children = subprocess.Popen([python, "-c", program], start_new_session=True)
    try:
        assert children.wait(timeout=30) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(children.pid, signal.SIGKILL)
        children.wait()


def test_dbt(project: Project) -> None:
    for command in (
        "debug",
        "ls --select fct_vendas+ --quiet",
        "compile --select fct_vendas --indirect-selection=empty --quiet",
        "show --select fct_vendas --indirect-selection=empty --limit 2",
        "test --select dim_estados",
        "seed",
        "snapshot",
        "source freshness",
        "retry",  # of the snapshots, which have succeeded
        "run-operation last_build",
    ):
        assert "Traceback" not in project.dbt(*shlex.split(command)).output


def test_meltano(project: Project) -> None:
    for command in (
        "config list tap-postgres",
        "--environment=local config test tap-postgres",
        "--environment=local select tap-postgres --list",
        "state list",
        f"state get {STATE_ID}",
        "schedule list",
        "job list",
        "invoke --list-commands dbt-snowflake",
        "run --dry-run elt",
        "schedule run sao-paulo",
    ):
        done = project.meltano(*command.split())
        assert done.code == 0, f"{command}\n{done.output}"
        assert "Traceback" not in done.output, done.output
