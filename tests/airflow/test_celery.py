"""Groups of tables load on several machines, by Celery: Redis between them, PostgreSQL for state.

A machine is a folder of its own, with the project, and Airflow's home, and a worker.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import yaml

from tests.airflow.test_airflow import Airflow, wait
from tests.conftest import ROOT, Project, free_port
from tests.oracle import assert_raw_equals_source

SALES = 30_000
WORKER = (".venv/bin/meltano", "invoke", "airflow:worker")
SCHEDULES = "orchestrate/orchestrate.meltano.yml"

needs_redis = pytest.mark.skipif(
    not shutil.which("redis-server"), reason="no Redis here: install Debian's redis-server"
)


def as_declared(text: str) -> str:
    """Return the schedules with the groups of tables that are declared behind `#`."""
    groups = re.compile(r"  # - name: load-.*?(?=  - name: )", re.DOTALL)
    found = groups.search(text)
    assert found
    shown = found[0].replace("  # ", "  ")
    return text.replace(
        found[0], shown.replace("queue:", "retry_delay_minutes: 0.01\n        queue:")
    )


@contextmanager
def machine(folder: Path, like: Project) -> Iterator[Project]:
    """A machine with the project and nothing else; ended with all that runs on it."""
    created = replace(like, folder=Project.create(folder).folder)
    (created.folder / ".meltano/airflow").mkdir()
    file = created.folder / SCHEDULES
    file.write_text(as_declared(file.read_text()))
    try:
        yield created
    finally:
        kill(created)


def kill(project: Project) -> bool:
    """Kill all that runs on a machine, as a power cut does; tell whether there was any."""
    found, folder = False, str(project.folder)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            # Celery writes its title over its environment.
            if folder in (process.environ().get("MELTANO_PROJECT_ROOT"), process.cwd()):
                process.kill()
                found = True
    return found


def loading(project: Project) -> bool:
    """Tell whether rows are being loaded on a machine."""
    for process in psutil.process_iter(["cmdline"]):
        with suppress(psutil.Error):
            if "driva-target-snowflake" in " ".join(process.info["cmdline"] or ()) and (
                process.environ().get("MELTANO_PROJECT_ROOT") == str(project.folder)
            ):
                return True
    return False


def work(project: Project, queue: str) -> None:
    """Start a worker."""
    with (project.folder / f"{queue}.log").open("w") as log:
        subprocess.Popen(
            [
                ".venv/bin/meltano",
                "invoke",
                "airflow:worker",
                f"--queues={queue}",
                "--concurrency=1",
            ],
            cwd=project.folder,
            env=project.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@needs_redis
def test_groups_of_tables_load_on_two_machines_and_one_of_them_dies(
    project: Project, tmp_path: Path
) -> None:
    assert project.local_stack("seed", "--sales", str(SALES)).code == 0
    project.change("create database airflow", "create database meltano")
    redis, port = free_port(), free_port()
    address = f"driva:driva@127.0.0.1:{project.postgres_port}"
    shared = project.with_variables(
        MELTANO_DATABASE_URI=f"postgresql+psycopg://{address}/meltano",
        AIRFLOW_PORT=str(port),
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"postgresql+psycopg2://{address}/airflow",
        AIRFLOW__CORE__EXECUTOR="CeleryExecutor",
        AIRFLOW__CORE__EXECUTION_API_SERVER_URL=f"http://127.0.0.1:{port}/execution/",
        AIRFLOW__CELERY__BROKER_URL=f"redis://127.0.0.1:{redis}/0",
        AIRFLOW__API__SECRET_KEY="segredo-da-api",
        AIRFLOW__API_AUTH__JWT_SECRET="segredo-dos-trabalhadores-da-rede",
        # A machine that is not heard of is dead much sooner than by default.
        AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT="20",
        AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL="3",
        AIRFLOW__LOGGING__WORKER_LOG_SERVER_HOST="127.0.0.1",
    )
    with (
        machine(tmp_path / "main", shared) as main,
        machine(tmp_path / "first", shared) as first,
        machine(tmp_path / "second", shared) as second,
    ):
        broker = subprocess.Popen(
            ["redis-server", "--port", str(redis), "--save", "", "--dir", tmp_path],
            stdout=subprocess.DEVNULL,
        )
        try:
            airflow = Airflow(main, ["make", "airflow"])
            airflow.start()
            assert wait(lambda: airflow.dags() >= {"load-vendas", "load-cadastros"})
            work(first, "vendas")
            work(second, "cadastros")
            runs = {name: airflow.trigger(name) for name in ("load-vendas", "load-cadastros")}
            assert wait(lambda: loading(first), pause=0.1)
            assert kill(first)
            assert airflow.state("load-cadastros", runs["load-cadastros"]) == "success"
            # Meltano takes a run for dead when it was not heard of for five minutes.
            with project.postgres(database="meltano") as database:
                database.execute("update runs set last_heartbeat_at = now() - interval '6 minutes'")
            work(second, "vendas")
            assert airflow.state("load-vendas", runs["load-vendas"]) == "success"
            airflow.stop()
        finally:
            broker.kill()
            broker.wait()
        done = main.succeed("--log-level=error", "state", "list")
        for group in ("vendas", "cadastros"):
            assert f"local:tap-postgres-to-target-snowflake:{group}" in done.output
    assert_raw_equals_source(project)


def test_helm_has_workers_for_the_queue_of_each_schedule() -> None:
    declared = yaml.safe_load(as_declared((ROOT / SCHEDULES).read_text()))
    queues = {s["annotations"]["airflow"].get("queue", "default") for s in declared["schedules"]}
    values = yaml.safe_load((ROOT / "deploy/helm/values.yaml").read_text())
    sets = values["workers"]["celery"]["sets"]
    assert {workers["queue"] for workers in sets} == queues == {"default", "vendas", "cadastros"}
    assert all(f"--queues={workers['queue']}" in workers["args"] for workers in sets)
