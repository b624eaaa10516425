"""Alerts: one message when a run fails, is late or finds odd data, and one when that is over.

They are in Portuguese, as who reads them is.

Retries come before a run has failed, so that this is known after three quarters of an hour. Of a
schedule that is `urgent` the first try that fails is told, too.

They go to `$AIRFLOW_HOME/logs/alerts.log`, and to AIRFLOW_ALERT_URL: an Apprise URL, for e-mail
(`mailtos://user:password@host?to=…`), Slack's own webhook address, or any of a hundred others
(https://github.com/caronc/apprise/wiki).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from meltano_project import ENVIRONMENT, HOME, MELTANO, ROOT, kept, without_secrets

LOG = HOME / "logs/alerts.log"
SCHEDULER_LOG = HOME / "logs/scheduler.log"
_LINES = 20
_SUFFIX = "MELTANO_RUN_STATE_ID_SUFFIX"  # of a schedule's state
# What a line of Meltano's log has before its text: the time, the level, and who says it.
_SAID = re.compile(r"^\S+Z \[(?P<level>\w+) *\] (?P<who>\S+) +(?P<text>.*)")
# What dbt says of a test that stops the build, and of a model that cannot be built.
_DBT = re.compile(r"\bFALHA \w+: .*|\b(Database|Compilation|Runtime|Parsing) Error\b.*")


def retried(context: Mapping[str, Any]) -> None:
    """Say that the first try of a task has failed, and that others follow."""
    task, dag, run = context["ti"], context["dag"].dag_id, context["run_id"]
    if task.try_number > 1:
        return
    left = task.max_tries - task.try_number + 1
    minutes = task.task.retry_delay.seconds // 60
    next_ = {"Tentativas": f"mais {left}, a próxima em {minutes} minutos"}
    _raise(dag, "falha e será tentado de novo", {**next_, **_about(dag, run)})


def failed(context: Mapping[str, Any]) -> None:
    """Say that a run has failed; Airflow calls it once a run, when no retry is left."""
    dag, run = context["dag"].dag_id, context["run_id"]
    _raise(dag, "falhou", {**_about(dag, run), "Motivo": context.get("reason", "")})


def missed(context: Mapping[str, Any]) -> None:
    """Say that a run has not ended in time."""
    run = context["dag_run"]
    dag = run["dag_id"]
    due = {"Prazo": context["deadline"]["deadline_time"]}
    _raise(dag, "passou do prazo", {**due, **_about(dag, run["dag_run_id"])})


def succeeded(context: Mapping[str, Any]) -> None:
    """Say that it is over, if there was an alert before."""
    dag = context["dag"].dag_id
    if _mark(dag).exists():
        _tell(f"[{ENVIRONMENT}] {dag} voltou ao normal", {"Execução": link(dag, context["run_id"])})
        _mark(dag).unlink()


def tested(context: Mapping[str, Any], found: Mapping[str, str]) -> None:
    """Say which business rules are broken more than usual, if the last run has not.

    Args:
        context: the task's.
        found: each rule that alerts, with the first rows that break it.
    """
    told = HOME / "alerts" / f"rules.{ENVIRONMENT}"
    known = set(told.read_text().split()) if told.exists() else set()
    dag, run = context["dag"].dag_id, context["run_id"]
    about = {"Execução": link(dag, run), "DAG": dag}
    if news := {rule: rows for rule, rows in found.items() if rule not in known}:
        help_ = {"O que fazer": "docs/runbook.pt-BR.md, Uma regra de negócio foi quebrada"}
        _tell(f"[{ENVIRONMENT}] dados fora do comum, que nada impedem", {**news, **about, **help_})
    if over := known - found.keys():
        _tell(f"[{ENVIRONMENT}] de volta ao comum: {', '.join(sorted(over))}", about)
    told.parent.mkdir(exist_ok=True)
    told.write_text("\n".join(found))


def _raise(dag: str, what: str, facts: dict[str, Any]) -> None:
    _mark(dag).parent.mkdir(exist_ok=True)
    _mark(dag).touch()
    cause = facts.pop("Causa")
    _tell(f"[{ENVIRONMENT}] {dag} {what}{f': {cause}' if cause else ''}", facts)


def _mark(dag: str) -> Path:
    """Return the file that is there from an alert to the next success."""
    return HOME / "alerts" / f"{dag}.{ENVIRONMENT}"


def link(dag: str, run: str) -> str:
    """Return the address of a run in the web interface."""
    base = os.environ["AIRFLOW__API__BASE_URL"].rstrip("/")
    return f"{base}/dags/{quote(dag, '')}/runs/{quote(run, '')}"


def _about(dag: str, run: str) -> dict[str, Any]:
    """Return what to know about a run: its latest task, the bookmarks, the end of the log."""
    logs = sorted(
        (HOME / f"logs/dag_id={dag}/run_id={run}").glob("task_id=*/attempt=*.log"),
        key=lambda path: path.stat().st_mtime,
    )
    lines = _events(logs[-1]) if logs else []
    return {
        "Causa": _cause(lines),
        "Execução": link(dag, run),
        "Tarefa": logs[-1].parent.name.partition("=")[2] if logs else "nenhuma começou",
        "Ambiente": ENVIRONMENT,
        "O que fazer": "docs/runbook.pt-BR.md, Airflow",
        "Marcadores": _bookmarks(dag),
        "Log": "\n".join(["", *lines[-_LINES:]]) if logs else f"não há; veja {SCHEDULER_LOG}",
    }


def _events(log: Path) -> list[str]:
    """Return the lines of a task's log, but for those that fold it in the web interface."""
    events = [str(json.loads(line).get("event")) for line in log.read_text().splitlines()]
    return [event for event in events if not event.startswith("::")]


def _cause(lines: list[str]) -> str:
    """Return the line that says why: dbt's, or that of a plugin which begins with its name."""
    said = [found for found in map(_SAID.match, lines) if found]
    plugins = [line for line in said if line["who"] != "meltano"]
    for line in plugins:
        if found := _DBT.search(line["text"]):
            return found[0]
    named = [line for line in plugins if line["text"].startswith(f"{line['who']}: ")]
    last = next(filter(None, (named, plugins, said)), None)
    return str(last[-1]["text"]) if last else ""


def _bookmarks(dag: str) -> str:
    """Return the bookmarks of what a DAG loads, as Meltano has them."""
    found = []
    schedules = [schedule for schedule in kept().schedules if schedule.name == dag]
    suffix = "".join(f":{s.env[_SUFFIX]}" for s in schedules if _SUFFIX in s.env)
    steps = [step for schedule in schedules for step in schedule.steps]
    for step in (step for steps_at_a_time in steps for step in steps_at_a_time if " " in step):
        state_id = f"{ENVIRONMENT}:{step.split()[0]}-to-{step.split()[-1]}{suffix}"
        got = subprocess.run(
            [*MELTANO, "--log-level=error", "state", "get", state_id],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        start = got.stdout.find("{")
        state = json.loads(got.stdout[start:]) if start >= 0 else {}
        streams = state.get("singer_state", {}).get("bookmarks", {})
        found += [
            f"{stream} {bookmark['replication_key_value']}"
            for stream, bookmark in streams.items()
            if "replication_key_value" in bookmark
        ]
    return ", ".join(found) or "nenhum"


def _tell(title: str, facts: Mapping[str, Any]) -> None:
    """Write a message to the log, and send it where AIRFLOW_ALERT_URL says."""
    lines = [title, *(f"{name}: {fact}" for name, fact in facts.items() if fact)]
    body = without_secrets("\n".join(lines))
    with LOG.open("a") as log:
        log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z {body}\n\n")
    if url := os.environ.get("AIRFLOW_ALERT_URL"):
        import apprise  # noqa: PLC0415 - half a second that only an alert is worth

        service = apprise.Apprise()
        if not service.add(url) or not service.notify(body, title, body_format="text"):
            raise RuntimeError("the alert was not sent: check AIRFLOW_ALERT_URL")
