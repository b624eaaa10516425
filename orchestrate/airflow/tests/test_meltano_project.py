"""What is made of Meltano's configuration, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import meltano_project as project
import pytest

JOBS: dict[str, list[Any]] = {"el": ["tap target"], "elt": ["tap target", ["dbt:a", "dbt:b"]]}
GOOD = {"name": "daily", "job": "elt", "interval": "@daily"}


def test_a_schedule_has_the_tasks_of_its_job() -> None:
    schedule = project._schedule(GOOD, JOBS)
    assert schedule.steps == [["tap target"], ["dbt:a", "dbt:b"]]
    assert (schedule.env, schedule.annotations) == ({}, {})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"job": "etl"}, "there is no job etl"),
        ({"job": None}, "there is no job None"),
        ({"interval": 6}, "its interval is 6: write cron, in quotes, or `@once`"),
        ({"env": {"A": True}}, 'A in its env is not text: write `A: "true"`'),
        ({"env": {"A": None}}, 'A in its env is not text: write `A: "null"`'),
        ({"env": {"A": "", "B": ["x"]}}, r'B in its env is not text: write `B: "[\"x\"]"`'),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(project.ConfigurationError) as error:
        project._schedule({**GOOD, **wrong}, JOBS)
    assert str(error.value) == said


def test_a_wrong_schedule_goes_on_as_it_was_and_the_others_follow() -> None:
    def refused(schedule: project.Schedule, _: project.Configuration) -> None:
        if schedule.interval == "0 25 * * *":
            raise ValueError("no such hour")

    last = project._schedule(GOOD, JOBS)
    manifest = {
        "jobs": [{"name": name, "tasks": tasks} for name, tasks in JOBS.items()],
        "schedules": [
            {**GOOD, "interval": "0 25 * * *"},
            {"name": "new", "job": "etl", "interval": "@daily"},
            {"name": "hourly", "job": "el", "interval": "@hourly"},
        ],
    }
    found = project._scheduled(manifest, project.Configuration(), [last], refused)
    assert [(s.name, s.interval) for s in found.schedules] == [
        ("daily", "@daily"),
        ("hourly", "@hourly"),
    ]
    assert found.error.splitlines() == [
        "schedule daily: no such hour; it goes on as it was before",
        "schedule new: there is no job etl; it does not run",
    ]


@pytest.mark.parametrize("name", ["tap-postgres", "tap-postgres-reconcile"])
def test_nothing_is_read_of_what_nobody_has_configured(name: str) -> None:
    plugin: dict[str, Any] = {
        "name": "tap-postgres",
        "config": {"host": "$SOMEWHERE", "filter_schemas": ["public"]},
        "select": ["public-vendas.id", "public-vendas.valor", "driva-reconciliacao.*"],
    }
    heir: dict[str, Any] = {
        "name": "tap-postgres-reconcile",
        "inherit_from": "tap-postgres",
        "config": {"reconcile": True},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOMEWHERE", "10.0.0.1")
        patch.setenv("TAP_POSTGRES_PORT", "5433")
        declared = {"tap-postgres": plugin, "tap-postgres-reconcile": heir}
        described = project._described(project._whole(name, declared))
    assert (described["host"], described["port"], described["database"]) == ("10.0.0.1", "5433", "")
    assert described["streams"] == ["public-vendas", "driva-reconciliacao"]
    assert described["tables"] == ["public-vendas"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it is segredo123", "it is ***"),
        ("postgresql://ana:s3nha@host/db", "postgresql://ana:***@host/db"),
        ("https://host/a:b@c", "https://host/a:b@c"),
        ("a short abc stays", "a short abc stays"),
    ],
)
def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch, text: str, shown: str) -> None:
    monkeypatch.setenv("TARGET_SNOWFLAKE_PASSWORD", "segredo123")
    monkeypatch.setenv("SOME_TOKEN", "abc")
    assert project.without_secrets(text) == shown
