"""When an alert is told, and when its end is."""

from __future__ import annotations

import json
from collections.abc import Callable
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
    assert told() == ["[local] daily-elt failed", "[local] daily-elt is well again"]


def test_a_rule_is_told_when_it_begins_to_alert_and_when_it_is_over(
    told: Callable[[], list[str]],
) -> None:
    for found in ({"a": "1"}, {"a": "2"}, {"a": "2", "b": "3"}, {"b": "3"}, {}, {}):
        alerts.tested(CONTEXT, found)
    assert told() == [
        "[local] odd data, which stops nothing",
        "[local] odd data, which stops nothing",
        "[local] as usual again: a",
        "[local] as usual again: b",
    ]


def test_a_message_has_the_end_of_the_log_without_its_folds(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    events: list[Any] = ["::group::Task", *range(30), "::endgroup::"]
    log.write_text("\n".join(json.dumps({"event": event}) for event in events))
    assert alerts._end(log) == [str(number) for number in range(10, 30)]
