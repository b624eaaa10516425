"""When an alert is told, and when its end is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import alerts
import pytest

CONTEXT = {"dag": SimpleNamespace(dag_id="daily-elt"), "run_id": "run-1", "reason": "task_failure"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[str]]:
    """What the log of alerts has: the first line of each message."""
    (tmp_path / "logs").mkdir()
    monkeypatch.setattr(alerts, "HOME", tmp_path)
    monkeypatch.setattr(alerts, "LOG", tmp_path / "logs/alerts.log")

    def titles() -> list[str]:
        messages = alerts.LOG.read_text().split("\n\n") if alerts.LOG.exists() else []
        return [message.splitlines()[0].split("Z ", 1)[1] for message in messages if message]

    return titles


def test_a_success_is_told_only_after_a_failure(told: Callable[[], list[str]]) -> None:
    alerts.succeeded(CONTEXT)
    assert told() == []
    alerts.failed(CONTEXT)
    alerts.succeeded(CONTEXT)
    alerts.succeeded(CONTEXT)
    assert told() == ["[local] daily-elt falhou", "[local] daily-elt voltou ao normal"]


def test_a_rule_is_told_when_it_begins_to_alert_and_when_it_is_over(
    told: Callable[[], list[str]],
) -> None:
    for found in ({"a": "1"}, {"a": "2"}, {"a": "2", "b": "3"}, {"b": "3"}, {}, {}):
        alerts.tested(CONTEXT, found)
    assert told() == [
        "[local] dados fora do comum, que nada impedem",
        "[local] dados fora do comum, que nada impedem",
        "[local] de volta ao comum: a",
        "[local] de volta ao comum: b",
    ]


def test_the_first_try_that_fails_is_told_and_no_other(told: Callable[[], list[str]]) -> None:
    task = SimpleNamespace(retry_delay=timedelta(minutes=6))
    for number in (1, 2):
        alerts.retried(
            {**CONTEXT, "ti": SimpleNamespace(try_number=number, max_tries=3, task=task)}
        )
    assert told() == ["[local] daily-elt falha e será tentado de novo"]
    assert "Tentativas: mais 3, a próxima em 6 minutos" in alerts.LOG.read_text()


def test_a_run_has_an_address() -> None:
    run = alerts.link("daily-elt", "manual__2026-11-30T06:00:00+00:00")
    base = "http://127.0.0.1:8080/dags/daily-elt/runs/"
    assert run == f"{base}manual__2026-11-30T06%3A00%3A00%2B00%3A00"


def test_a_message_begins_with_what_says_why() -> None:
    lines = [
        "Running meltano run",
        "2026-11-30T06:00:01.1Z [info     ] meltano      Environment 'prod' is active",
        "2026-11-30T06:00:02.1Z [info     ] tap-postgres tap-postgres v0.10.0",
        "2026-11-30T06:00:02.2Z [info     ] tap-postgres tap-postgres: vendas is gone",
        "2026-11-30T06:00:02.3Z [info     ] target-snowflake nothing to load",
        "2026-11-30T06:00:03.1Z [error    ] meltano      Block run completed",
    ]
    assert alerts._cause(lines) == "tap-postgres: vendas is gone"
    build = "2026-11-30T06:00:04.1Z [info     ] dbt-snowflake 06:00:04  "
    failed = f"{build}FALHA fct_vendas_has_every_sale: 3 a menos"
    assert alerts._cause([failed, f"{build}Done. PASS=1 ERROR=1", lines[-1]]) == (
        "FALHA fct_vendas_has_every_sale: 3 a menos"
    )
    assert alerts._cause([lines[1]]) == "Environment 'prod' is active"
    assert alerts._cause([]) == ""


def test_the_log_comes_without_its_folds(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    events: list[Any] = ["::group::Task", *range(3), "::endgroup::"]
    log.write_text("\n".join(json.dumps({"event": event}) for event in events))
    assert alerts._events(log) == ["0", "1", "2"]
