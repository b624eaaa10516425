"""One Airflow DAG for each Meltano schedule.

Under `annotations: airflow:` a schedule may say how Airflow runs it; see `Annotations`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import alerts
from airflow.sdk import DAG, CronTriggerTimetable, Param
from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference
from meltano_operator import MeltanoOperator
from meltano_project import Configuration, Schedule, current

# Meltano's words for "when somebody asks for it"; Airflow would run `@once` at once.
ON_REQUEST = {"@once", "@manual", "@none"}
TIME_ZONE = "CRON_TZ="  # cron's own way to say it: `CRON_TZ=America/Sao_Paulo 0 6 * * *`


@dataclass(frozen=True)
class Annotations:
    """What a schedule may say to Airflow.

    Attributes:
        owner: who is asked.
        tags: to find the DAG by.
        documentation: Markdown; its first line is the description.
        tasks: what people call a step, by what `meltano run` calls it.
        timeout_minutes: when a run is stopped, with its waiting and its retries.
        deadline_minutes: when a run should have ended; an alert says so if it has not.
        urgent: whether an alert follows the first try that fails, and does not wait for the last.
        retries: of a task.
        retry_delay_minutes: before the first one; each is twice as long as the one before, up to an
            hour. Meltano takes a run that was killed for alive until five minutes have passed.
        queue: of the workers that run it, where there are several machines.
        params: what whoever triggers it fills in, by name, with its description; variables of
            `env` use it as `{{ params.name }}`. `table` offers the tables that are selected.
    """

    owner: str = "airflow"
    tags: list[str] = field(default_factory=list)
    documentation: str = ""
    tasks: dict[str, str] = field(default_factory=dict)
    timeout_minutes: float = 240
    deadline_minutes: float | None = None
    urgent: bool = False
    retries: int = 3
    retry_delay_minutes: float = 6
    queue: str = "default"
    params: dict[str, str] = field(default_factory=dict)


class MeltanoDAG(DAG):
    """A DAG that `airflow dags test` can run."""

    def test(self, *args: Any, **options: Any) -> Any:
        """Run without a scheduler, and without deadlines, whose end Airflow 3.3 takes for an error.

        See https://github.com/apache/airflow/issues/73428.
        """
        self.deadline = None
        return super().test(*args, **options)


def build(schedule: Schedule, configuration: Configuration) -> DAG:
    """Return the DAG of a schedule."""
    annotations = Annotations(**schedule.annotations.get("airflow", {}))
    # Several extractors read the same ones.
    selected = {table for plugin in configuration.plugins.values() for table in plugin["tables"]}
    tables: dict[str, Any] = {"enum": sorted(table.partition("-")[2] for table in selected)}
    deadline = annotations.deadline_minutes and DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=annotations.deadline_minutes),
        callback=SyncCallback(alerts.missed),
    )
    dag = MeltanoDAG(
        dag_id=schedule.name,
        schedule=when(schedule.interval),
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=timedelta(minutes=annotations.timeout_minutes),
        description=annotations.documentation.partition("\n")[0],
        doc_md=annotations.documentation,
        tags=["meltano", *annotations.tags],
        params={
            name: Param(type="string", description=text, **(tables if name == "table" else {}))
            for name, text in annotations.params.items()
        },
        default_args={
            "owner": annotations.owner,
            "queue": annotations.queue,
            "retries": annotations.retries,
            "retry_delay": timedelta(minutes=annotations.retry_delay_minutes),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(hours=1),
            "execution_timeout": timedelta(minutes=annotations.timeout_minutes),
            "on_retry_callback": alerts.retried if annotations.urgent else None,
        },
        on_failure_callback=alerts.failed,
        on_success_callback=alerts.succeeded,
        deadline=deadline or None,
    )
    before: list[MeltanoOperator] = []
    for steps in schedule.steps:
        tasks = [
            MeltanoOperator(
                task_id=task_id(step),
                task_display_name=annotations.tasks.get(step),
                step=step,
                env=schedule.env,
                dag=dag,
            )
            for step in steps
        ]
        for task in before:
            task.set_downstream(tasks)
        before = tasks
    return dag


def check(schedule: Schedule, configuration: Configuration) -> None:
    """Raise what Airflow would, but later, and for it drop every DAG."""
    from airflow.serialization.serialized_objects import DagSerialization  # noqa: PLC0415 - 0.3 s

    dag = build(schedule, configuration)
    dag.timetable.validate()
    DagSerialization.to_dict(dag)


def when(interval: str) -> str | CronTriggerTimetable | None:
    """Return Airflow's words for Meltano's interval."""
    if interval in ON_REQUEST:
        return None
    if not interval.startswith(TIME_ZONE):
        return interval
    zone, _, cron = interval.removeprefix(TIME_ZONE).partition(" ")
    ZoneInfo(zone)  # says that there is none of that name
    return CronTriggerTimetable(cron, timezone=zone)


def task_id(step: str) -> str:
    """Return a task's name, such as `tap-postgres-to-target-snowflake` or `dbt-snowflake-build`."""
    return step.replace(" ", "-to-").replace(":", "-")


configuration = current(check)
for schedule in configuration.schedules:
    globals()[schedule.name] = build(schedule, configuration)
