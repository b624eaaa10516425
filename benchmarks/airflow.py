"""Measure Airflow: reading the DAGs, idling, and a task beside the bare `meltano run`.

It runs on the local stack of this project, with a folder of its own. `make figures` does it too.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from measure import free_port, machine

PROJECT = Path(__file__).resolve().parent.parent
MELTANO = str(PROJECT / ".venv/bin/meltano")
PYTHON = PROJECT / ".meltano/utilities/airflow/venv/bin/python"
ORCHESTRATE = PROJECT / "orchestrate/airflow"
RUNS = 3
IDLE_SECONDS = 30
# What a process of the dag-processor does, which has Airflow itself in memory already.
PARSE = f"""
import runpy, sys, time
import airflow.sdk
sys.path.append("{ORCHESTRATE}/plugins")
started = time.monotonic()
runpy.run_path("{ORCHESTRATE}/dags/meltano.py")
print(time.monotonic() - started)
"""


def main() -> None:
    """Print what is measured."""
    print(machine())
    with tempfile.TemporaryDirectory(prefix="driva-airflow-") as home:
        port = free_port()
        environment = {
            **os.environ,
            "AIRFLOW_HOME": home,
            "AIRFLOW_PORT": str(port),
            "MELTANO_PROJECT_ROOT": str(PROJECT),
            "MELTANO_ENVIRONMENT": "local",
        }
        run([MELTANO, "invoke", "airflow:initialize"], environment)
        for title in ("the configuration has changed", "it has not"):
            seconds = float(run([PYTHON, "-c", PARSE], environment))
            print(f"the DAGs are read, {title}: {seconds:.3f} s")
        filtered = {**environment, "TAP_POSTGRES__SELECT_FILTER": '["public-vendas"]'}
        bare = []
        for _ in range(RUNS):
            started = time.monotonic()
            run([MELTANO, "run", "el"], filtered)
            bare.append(time.monotonic() - started)
        print(f"meltano run el, vendas, nothing new: {statistics.median(bare):.1f} s")
        airflow = subprocess.Popen(
            [MELTANO, "--log-level=warning", "invoke", "airflow:start"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            measure(airflow, f"http://127.0.0.1:{port}")
        finally:
            airflow.terminate()
            airflow.wait()


def measure(airflow: subprocess.Popen[str], url: str) -> None:
    """Measure what Airflow takes while it idles, and how long a task is."""
    password = ""
    for line in airflow.stdout or ():
        if found := re.search(r"password (\S+)\)", line):
            password = found[1]
            break
    time.sleep(IDLE_SECONDS)
    processes = psutil.Process(airflow.pid).children(recursive=True)
    before = sum(sum(process.cpu_times()[:4]) for process in processes)
    time.sleep(IDLE_SECONDS)
    used = sum(sum(process.cpu_times()[:4]) for process in processes) - before
    memory = sum(process.memory_full_info().pss for process in processes)
    print(f"idle: {used / IDLE_SECONDS:.0%} of a core, {memory / 2**20:.0f} MB")
    token = call(f"{url}/auth/token", {"username": "admin", "password": password})["access_token"]
    runs = f"{url}/api/v2/dags/hourly-vendas/dagRuns"
    tasks, whole = [], []
    for _ in range(RUNS):
        started = call(runs, {"logical_date": None}, token)
        run_url = f"{runs}/{started['dag_run_id']}"
        while (ended := call(run_url, token=token))["state"] not in ("success", "failed"):
            time.sleep(0.2)
        [task] = call(f"{run_url}/taskInstances", token=token)["task_instances"]
        tasks.append(task["duration"])
        whole.append(ended["duration"])
    print(f"the same as a task: {statistics.median(tasks):.1f} s")
    print(f"the run of it, from its start to its end: {statistics.median(whole):.1f} s")


def call(url: str, body: object = None, token: str = "") -> Any:
    """Call Airflow's API."""
    request = urllib.request.Request(  # noqa: S310 - to this machine
        url,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - to this machine
        return json.load(answer)


def run(command: list[Any], environment: dict[str, str]) -> str:
    """Run a command, and return what it has printed last."""
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return (done.stdout.strip().splitlines() or [""])[-1]


if __name__ == "__main__":
    main()
