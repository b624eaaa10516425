"""Airflow runs what Meltano declares: the real scheduler, on a local stack of its own."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from tests.conftest import ROOT, STATE_ID, Project, browsing, free_port, needs_a_browser

pytestmark = pytest.mark.in_order

SALES = 300
SECRET = "segredo-que-ninguem-le"
LOAD = "tap-postgres-to-target-snowflake"

# What the tests declare beside the project's own jobs and schedules. `backfill` runs the whole job,
# and `every-minute` as little as shows that one step follows another.
STAGE = "run --select stg_driva__vendas"
EXTRA_JOBS = [
    {"name": "to-stage", "tasks": ["tap-postgres target-snowflake", "dbt-snowflake:stage"]},
    {
        "name": "side-by-side",
        "tasks": [["dbt-snowflake:freshness", "dbt-snowflake:unit-test"], "dbt-snowflake:test"],
    },
]
EXTRA_SCHEDULES: list[dict[str, Any]] = [
    {
        "name": "every-minute",
        "job": "to-stage",
        "interval": "* * * * *",
        "annotations": {"airflow": {"owner": "testes", "tags": ["teste"]}},
    },
    {"name": "nested", "job": "side-by-side", "interval": "0 0 29 2 *"},
    {
        "name": "failing",
        "job": "el",
        "interval": "@once",
        "env": {"TAP_POSTGRES__SELECT_FILTER": f'["public-{SECRET}"]'},
        "annotations": {"airflow": {"retries": 0}},
    },
    {
        "name": "late",
        "job": "el",
        "interval": "@once",
        "annotations": {"airflow": {"deadline_minutes": 0.02}},
    },
    {
        "name": "retried",
        "job": "el",
        "interval": "@once",
        "annotations": {"airflow": {"retry_delay_minutes": 0.01, "urgent": True}},
    },
]


@dataclass
class Airflow:
    """Airflow's processes for one project, and its API.

    Attributes:
        command: what starts them.
    """

    project: Project
    command: list[str]
    output: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """Its folder."""
        return self.project.folder / ".meltano/airflow"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.project.variables['AIRFLOW_PORT']}"

    @property
    def password(self) -> str:
        """The generated password, from what is printed for the user."""
        return str(re.findall(r"user admin, password (\S+)\)", "".join(self.output))[-1])

    def start(self) -> None:
        """Start, and wait for the address to be printed."""
        self.process = subprocess.Popen(
            self.command,
            cwd=self.project.folder,
            env=self.project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for line in self.process.stdout or ():
            self.output.append(line)
            if "Ctrl-C stops it" in line:
                break
        else:
            pytest.fail("".join(self.output))
        credentials = {"username": "admin", "password": self.password}
        self.token = self.call("/auth/token", credentials)["access_token"]

    def stop(self, number: int = signal.SIGTERM, *, group: bool = False) -> None:
        """Stop as a user or a service manager does; nothing may be left of it."""
        processes = self.processes()
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.communicate(timeout=120)
        assert [process for process in processes if process.is_running()] == []
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(self.url.rpartition(":")[2]))) != 0

    def processes(self) -> list[psutil.Process]:
        """Return all that runs by its command."""
        with suppress(psutil.NoSuchProcess):
            return list(psutil.Process(self.process.pid).children(recursive=True))
        return []

    def call(self, path: str, body: object = None, method: str | None = None) -> Any:
        """Call the API."""
        request = urllib.request.Request(
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        if hasattr(self, "token"):
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def dags(self) -> set[str]:
        """Return the names of all DAGs."""
        return {dag["dag_id"] for dag in self.call("/api/v2/dags")["dags"]}

    def import_errors(self) -> str:
        """Return what could not be read, and why."""
        errors = self.call("/api/v2/importErrors")["import_errors"]
        return "\n".join(error["stack_trace"] for error in errors)

    def dag(self, name: str) -> Any:
        """Return what Airflow knows of a DAG."""
        return self.call(f"/api/v2/dags/{name}/details")

    def tasks(self, dag: str) -> dict[str, Any]:
        """Return what Airflow knows of a DAG's tasks."""
        return {task["task_id"]: task for task in self.call(f"/api/v2/dags/{dag}/tasks")["tasks"]}

    def pause(self, dag: str, paused: bool = True) -> None:
        """Pause a DAG, or let it go on."""
        self.call(f"/api/v2/dags/{dag}", {"is_paused": paused}, "PATCH")

    def trigger(self, dag: str, **params: str) -> str:
        """Start a run; return its id."""
        run = self.call(f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": params})
        run_id: str = run["dag_run_id"]
        return run_id

    def runs(self, dag: str) -> dict[str, str]:
        """Return the states of a DAG's runs, the first one first."""
        runs = self.call(f"/api/v2/dags/{dag}/dagRuns?order_by=run_after")["dag_runs"]
        return {run["dag_run_id"]: run["state"] for run in runs}

    def busy(self) -> bool:
        """Tell whether a run of any DAG has not ended."""
        runs = self.call("/api/v2/dags/~/dagRuns?state=queued&state=running")
        return bool(runs["dag_runs"])

    def state(self, dag: str, run: str) -> str:
        """Wait for the end of a run, and return how it has ended."""
        ended = wait(lambda: self.runs(dag).get(run) in ("success", "failed"))
        assert ended, f"{dag} {run}: {self.task_states(dag, run)}\n{self.log(dag, run)[-4000:]}"
        return self.runs(dag)[run]

    def task_states(self, dag: str, run: str) -> dict[str, str]:
        """Return the state of each task of a run."""
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances"
        return {task["task_id"]: task["state"] for task in self.call(path)["task_instances"]}

    def log(self, dag: str = "*", run: str = "*") -> str:
        """Return all that the tasks of a run have logged, or those of every run."""
        files = sorted((self.home / "logs").glob(f"dag_id={dag}/run_id={run}/*/attempt=*.log"))
        lines = [line for file in files for line in file.read_text().splitlines()]
        return "\n".join(str(json.loads(line).get("event")) for line in lines)


def wait(condition: Callable[[], object], pause: float = 1) -> bool:
    """Wait until a condition holds; False if it does not in four minutes.

    Args:
        condition: what is asked.
        pause: seconds between two questions, each of which costs the API server some work.
    """
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(pause)
    return False


@contextmanager
def changed(file: Path) -> Iterator[dict[str, Any]]:
    """Change what a YAML file declares."""
    content = yaml.safe_load(file.read_text())
    yield content
    file.write_text(yaml.safe_dump(content, sort_keys=False))


@contextmanager
def serving(tmp_path: Path, *schedules: dict[str, Any], **variables: str) -> Iterator[Airflow]:
    """A project with a few sales and more schedules, whose Airflow is ready to start."""
    created = Project.create(tmp_path / "project").with_variables(
        AIRFLOW_PORT=str(free_port()),
        AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL="8",
        **variables,
    )
    with changed(created.folder / "orchestrate/orchestrate.meltano.yml") as content:
        content["jobs"] += EXTRA_JOBS
        content["schedules"] += schedules
    with changed(created.folder / "transform/transform.meltano.yml") as content:
        commands = content["plugins"]["utilities"][0]["commands"]
        commands["stage"] = {"args": STAGE}
        # Elsewhere it is tried whole; here it is a step.
        commands["build"]["args"] += (
            " --select +fct_vendas qualidade_dados --exclude test_type:generic"
            " --indirect-selection buildable"
        )
    airflow = Airflow(created, ["make", "airflow"])
    try:
        created.up()
        assert created.local_stack("seed", "--sales", str(SALES)).code == 0
        yield airflow
    finally:
        for process in airflow.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        created.local_stack("down")


@pytest.fixture(scope="module")
def messages() -> Iterator[tuple[str, list[str]]]:
    """A Slack-compatible webhook: its Apprise URL, and the texts that it has got."""
    texts: list[str] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            texts.append(json.loads(self.rfile.read(length))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/services/T/B?:message=text", texts
    server.shutdown()


@pytest.fixture(scope="module")
def metrics() -> Iterator[tuple[str, set[str]]]:
    """A collector of OpenTelemetry's: its address, and the names of the metrics that it has got."""
    names: set[str] = set()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            names.update(found.decode() for found in re.findall(rb"airflow\.[\w.]+", body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", names
    server.shutdown()


@pytest.fixture(scope="module")
def airflow(
    tmp_path_factory: pytest.TempPathFactory,
    messages: tuple[str, list[str]],
    metrics: tuple[str, set[str]],
) -> Iterator[Airflow]:
    """Airflow as it is in production, for this module's tests in their order."""
    folder = tmp_path_factory.mktemp("airflow")
    variables = {
        "AIRFLOW_ALERT_URL": messages[0],
        "ALGUM_PASSWORD": SECRET,
        "AIRFLOW__METRICS__OTEL_ON": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": metrics[0],
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_METRIC_EXPORT_INTERVAL": "5000",
    }
    with serving(folder, *EXTRA_SCHEDULES, **variables) as airflow:
        airflow.start()
        yield airflow


def test_there_is_a_dag_for_each_schedule_and_none_more(airflow: Airflow) -> None:
    declared = yaml.safe_load((ROOT / "orchestrate/orchestrate.meltano.yml").read_text())
    names = {schedule["name"] for schedule in [*declared["schedules"], *EXTRA_SCHEDULES]}
    assert wait(lambda: airflow.dags() >= names)
    assert airflow.dags() == names
    assert airflow.import_errors() == ""


def test_a_dag_is_what_its_schedule_declares(airflow: Airflow) -> None:
    dag = airflow.dag("daily-elt")
    assert dag["timetable_summary"] == "0 6 * * *"
    assert (dag["max_active_runs"], dag["catchup"], dag["is_paused"]) == (1, False, False)
    assert dag["owners"] == ["dados"]
    assert {tag["name"] for tag in dag["tags"]} == {"meltano", "gold"}
    assert "painel da manhã" in dag["doc_md"]
    assert dag["dag_run_timeout"] == "PT4H"
    tasks = airflow.tasks("daily-elt")
    assert {name: task["downstream_task_ids"] for name, task in tasks.items()} == {
        LOAD: ["dbt-snowflake-build"],
        "dbt-snowflake-build": [],
    }
    assert tasks[LOAD]["task_display_name"] == "Carregar em RAW"
    for task in tasks.values():
        assert task["retries"] == 3
        # Meltano takes a run that was killed for alive for five minutes.
        assert task["retry_delay"]["days"] == 0
        assert task["retry_delay"]["seconds"] > 5 * 60
        assert task["retry_exponential_backoff"]
        assert task["execution_timeout"]["seconds"] == 4 * 60 * 60
    # Those that build tell of odd data, which others wait for here: none is to be due meanwhile.
    for name in ("daily-elt", "daily-reconcile", "weekly-transform"):
        airflow.pause(name)


def test_a_nested_list_runs_side_by_side(airflow: Airflow) -> None:
    tasks = airflow.tasks("nested")
    assert {name: task["downstream_task_ids"] for name, task in tasks.items()} == {
        "dbt-snowflake-freshness": ["dbt-snowflake-test"],
        "dbt-snowflake-unit-test": ["dbt-snowflake-test"],
        "dbt-snowflake-test": [],
    }


def test_nothing_listens_on_other_addresses(airflow: Airflow) -> None:
    listening = set()
    for process in airflow.processes():
        with suppress(psutil.NoSuchProcess):  # a task's has ended meanwhile
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN:
                    listening.add((connection.laddr.ip, connection.laddr.port))
    assert listening == {("127.0.0.1", int(airflow.project.variables["AIRFLOW_PORT"]))}


def test_nobody_enters_without_the_password(airflow: Airflow) -> None:
    stranger = Airflow(airflow.project, [])
    with pytest.raises(urllib.error.HTTPError, match="401"):
        stranger.call("/api/v2/dags")


def test_a_schedule_that_is_due_runs_and_the_next_run_moves_only_new_rows(
    airflow: Airflow,
) -> None:
    project = airflow.project

    def ended() -> list[str]:
        return [run for run, state in airflow.runs("every-minute").items() if state == "success"]

    assert wait(lambda: len(ended()) == 1), airflow.runs("every-minute")
    assert project.warehouse("select count(*) from BRONZE.STG_DRIVA__VENDAS") == [(SALES,)]
    assert project.local_stack("simulate", "--sales", "7").code == 0
    known = set(airflow.runs("every-minute"))
    assert wait(lambda: set(ended()) - known), airflow.runs("every-minute")
    airflow.pause("every-minute")
    # Airflow starts a schedule at once that was due not long ago; one of all has the first rows.
    assert wait(lambda: not airflow.busy())
    new = [int(n) for n in re.findall(r" VENDAS: (\d+) new rows", airflow.log())]
    assert sorted(filter(None, new)) == [7, SALES]
    assert project.warehouse("select count(*) from BRONZE.STG_DRIVA__VENDAS") == [(SALES + 7,)]


@needs_a_browser
def test_the_web_interface_shows_a_green_run(airflow: Airflow, tmp_path: Path) -> None:
    with browsing() as window:
        page = window(viewport={"width": 1280, "height": 720}).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(airflow.url)
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(airflow.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/auth/" not in url)  # the cookie is there
        page.goto(f"{airflow.url}/dags?sort=dag_id")
        page.get_by_text("daily-reconcile").first.wait_for()
        page.screenshot(path=tmp_path / "dags.png")
        page.goto(f"{airflow.url}/dags/every-minute")
        page.get_by_text(LOAD).first.wait_for()
        page.screenshot(path=tmp_path / "run.png")
    assert [url for url in asked if not url.startswith((airflow.url, "data:", "blob:"))] == []


def test_a_broken_configuration_is_named_and_takes_no_dag_away(airflow: Airflow) -> None:
    def named(*said: str) -> bool:
        errors = airflow.import_errors()
        return all(words in errors for words in said)

    before = airflow.dags()
    project = airflow.project.folder / "meltano.yml"
    schedules = airflow.project.folder / "orchestrate/orchestrate.meltano.yml"
    good = {file: file.read_text() for file in (project, schedules)}
    project.write_text(good[project].replace("cli:", "cli: ["))
    assert wait(partial(named, "while parsing a flow sequence", "the last good one runs"))
    project.write_text(good[project])
    with changed(schedules) as content:
        daily, hourly, reconcile, *_ = content["schedules"]
        daily["annotations"]["airflow"]["dead"] = 60
        hourly["interval"] = "0 25 * * *"
        reconcile["job"] = "etl"
    said = (
        "schedule daily-elt: Annotations.__init__() got an unexpected",
        "schedule hourly-vendas: [0 25 * * *] is not acceptable",
        "schedule daily-reconcile: there is no job etl; it goes on as it was before",
    )
    assert wait(partial(named, *said)), airflow.import_errors()
    assert airflow.import_errors().count("it goes on as it was before") == len(said)
    schedules.write_text(good[schedules])
    # By then all DAGs have been read twice, and some or all of them could not be compiled.
    assert airflow.dags() == before
    assert not any(airflow.dag(name)["is_stale"] for name in before)
    assert wait(lambda: not airflow.import_errors()), airflow.import_errors()
    assert airflow.dags() == before


def test_a_failure_is_told_once_without_secrets_and_its_end_too(
    airflow: Airflow, messages: tuple[str, list[str]]
) -> None:
    texts = messages[1]
    run = airflow.trigger("failing")
    assert airflow.state("failing", run) == "failed"
    assert wait(lambda: texts)
    told = texts[0]
    first, second, *_ = told.splitlines()
    assert first.startswith("[local] failing falhou: ")
    assert "not in the source" in first
    assert second == f"Execução: {airflow.url}/dags/failing/runs/{urllib.parse.quote(run, '')}"
    for fact in (LOAD, "Ambiente: local", f"public-vendas {SALES + 7}"):
        assert fact in told
    assert SECRET not in told
    assert SECRET not in airflow.log("failing", run)
    # Mended, and run again from the task that failed.
    file = airflow.project.folder / "orchestrate/orchestrate.meltano.yml"
    file.write_text(file.read_text().replace(f"public-{SECRET}", "public-vendas"))
    tasks = {"dry_run": False, "only_failed": True, "dag_run_id": run}
    kept = airflow.home / "meltano.local.json"
    assert wait(lambda: SECRET not in kept.read_text())
    airflow.call("/api/v2/dags/failing/clearTaskInstances", tasks)
    assert airflow.state("failing", run) == "success"
    assert wait(lambda: len(texts) > 1)
    assert "failing voltou ao normal" in texts[1]
    assert len(texts) == 2
    assert texts[0] in (airflow.home / "logs/alerts.log").read_text()


def test_a_missed_deadline_is_told(airflow: Airflow, messages: tuple[str, list[str]]) -> None:
    before = len(messages[1])
    run = airflow.trigger("late")
    assert airflow.state("late", run) == "success"
    assert wait(lambda: len(messages[1]) > before)
    assert "late passou do prazo" in messages[1][before]


def test_a_backfill_reads_one_table_again_and_leaves_other_bookmarks(
    airflow: Airflow, messages: tuple[str, list[str]]
) -> None:
    project = airflow.project
    told = len(messages[1])
    with pytest.raises(urllib.error.HTTPError, match="400"):
        airflow.trigger("backfill", table="vendass")
    bookmarks = project.state()
    with project.snowflake() as connection, connection.cursor() as cursor:
        cursor.execute("delete from RAW.CIDADES where ID_CIDADES <= 3")
    run = airflow.trigger("backfill", table="cidades")
    assert airflow.state("backfill", run) == "success"
    assert "CIDADES: 3 new rows" in airflow.log("backfill", run)
    assert " VENDAS: " not in airflow.log("backfill", run)
    assert project.state() == bookmarks
    assert project.warehouse("select count(*) from GOLD.FCT_VENDAS") == [(SALES + 7,)]
    # So few sales that the four before their dealership's opening are more than one in a hundred.
    [odd] = [text for text in messages[1][told:] if "dados fora do comum, que nada impedem" in text]
    assert "fct_vendas_sold_after_opening: venda_id = " in odd


def test_lineage_leads_from_the_source_to_the_dashboard(airflow: Airflow) -> None:
    lines = (airflow.project.folder / ".meltano/run/lineage.jsonl").read_text().splitlines()
    complete = [event for event in map(json.loads, lines) if event["eventType"] == "COMPLETE"]
    edges: dict[str, set[str]] = {}
    for event in complete:
        for read in event["inputs"]:
            for written in event["outputs"]:
                edges.setdefault(read["name"], set()).add(written["name"])
    reached, new = set(), {"driva.public.vendas"}
    while new:
        reached |= new
        new = {after for name in new for after in edges.get(name, ())} - reached
    assert reached >= {
        "DRIVAMOTORS.RAW.vendas",
        "DRIVAMOTORS.BRONZE.stg_driva__vendas",
        "DRIVAMOTORS.GOLD.fct_vendas",
        "painel_de_vendas",
    }
    # Each run names the one that it is part of, up to the DAG's.
    parents = {
        event["run"]["runId"]: event["run"]["facets"]["parent"]["run"]["runId"]
        for event in complete
        if "parent" in event["run"]["facets"]
    }
    roots = set()
    for fact in (event for event in complete if "fct_vendas.build.run" in event["job"]["name"]):
        run = fact["run"]["runId"]
        for _ in range(3):  # dbt's own run, the task, the DAG
            run = parents[run]
        roots.add(run)
    backfills = {e["run"]["runId"] for e in complete if e["job"]["name"] == "backfill"}
    assert backfills
    assert roots >= backfills


def test_a_task_that_is_killed_is_retried_and_waits_for_meltano(
    airflow: Airflow, messages: tuple[str, list[str]]
) -> None:
    project, told = airflow.project, len(messages[1])
    assert wait(lambda: not airflow.busy())
    project.warehouse("drop table RAW.VENDAS")
    assert project.succeed("state", "clear", "--force", STATE_ID).code == 0
    run = airflow.trigger("retried")
    assert wait(lambda: killed(project), pause=0.2)
    assert wait(lambda: "up_for_reschedule" in airflow.task_states("retried", run).values())
    assert "Another run is in progress" in airflow.log("retried", run)
    assert "retried falha e será tentado de novo" in messages[1][told]  # as it is urgent
    # Meltano takes a run for dead when it was not heard of for five minutes.
    with sqlite3.connect(project.folder / ".meltano/meltano.db") as database:
        database.execute("update runs set last_heartbeat_at = datetime('now', '-6 minutes')")
    assert airflow.state("retried", run) == "success"
    rows = project.source("select count(*), sum(valor_pago) from vendas")
    assert project.warehouse("select count(*), sum(VALOR_PAGO) from RAW.VENDAS") == rows


def test_its_health_and_its_metrics_can_be_watched(
    airflow: Airflow, metrics: tuple[str, set[str]]
) -> None:
    health = Airflow(airflow.project, []).call("/api/v2/monitor/health")  # without a login
    states = {name: health[name]["status"] for name in ("metadatabase", "scheduler")}
    assert {*states.values(), health["dag_processor"]["status"]} == {"healthy"}
    last = airflow.call("/api/v2/dags/retried/dagRuns?order_by=-run_after&limit=1")["dag_runs"][0]
    assert last["state"] == "success"
    assert last["end_date"]
    page = (ROOT / "docs/deployment.md").read_text().partition("| metric | says |")[2]
    named = set(re.findall(r"`(airflow\.[\w.]+)`", page.partition("\n\n")[0]))
    assert len(named) > 4
    assert wait(lambda: named <= metrics[1]), metrics[1]


def test_sigterm_leaves_nothing_behind(airflow: Airflow) -> None:
    airflow.stop(signal.SIGTERM)


def test_on_postgresql_ctrl_c_leaves_nothing_behind(airflow: Airflow) -> None:
    """As its metadata database."""
    project = airflow.project
    with project.postgres() as connection:
        connection.execute("create database airflow")
    address = f"driva:driva@127.0.0.1:{project.postgres_port}/airflow"
    metadata = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{address}"}
    on_postgresql = Airflow(project.with_variables(**metadata), airflow.command)
    on_postgresql.start()
    assert wait(on_postgresql.dags)
    on_postgresql.stop(signal.SIGINT, group=True)


def test_the_scheduler_starts_once_the_api_server_answers(tmp_path: Path) -> None:
    """Tasks that it started before that would die without a word."""
    airflow = tmp_path / "airflow"
    airflow.write_text('#!/bin/sh\necho "started: $*"')
    airflow.chmod(0o755)
    port = free_port()
    scheduler = subprocess.Popen(
        [ROOT / ".venv/bin/python", ROOT / "orchestrate/airflow/start.py", "scheduler"],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        scheduler.wait(timeout=3)

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
            self.end_headers()

    with HTTPServer(("127.0.0.1", port), Health) as server:
        server.handle_request()
    assert scheduler.communicate(timeout=30)[0] == "started: scheduler --skip-serve-logs\n"


@pytest.mark.parametrize("port", ["", "eight", "taken"])
def test_a_port_that_cannot_be_had_is_named(tmp_path: Path, port: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = str(other.getsockname()[1]) if port == "taken" else port
        project = Project.create(tmp_path / "project").with_variables(AIRFLOW_PORT=number)
        done = project.meltano("invoke", "airflow:start")
    assert done.code == 1
    assert "AIRFLOW_PORT" in done.output
    assert "Traceback" not in done.output


def killed(project: Project) -> bool:
    """Kill Meltano and its plugins, as the kernel does, once the target is there."""
    for process in psutil.process_iter(["cmdline"]):
        with suppress(psutil.Error):
            command = " ".join(process.info["cmdline"] or ())
            if "driva-target-snowflake" in command and str(project.folder) in str(
                process.environ().get("MELTANO_PROJECT_ROOT")
            ):
                os.killpg(os.getpgid(process.pid), signal.SIGKILL)
                return True
    return False
