"""The operator of every task: one step of a Meltano job."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import alerts
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowRescheduleException
from airflow.sdk.log import mask_secret
from meltano_project import MELTANO, ROOT, secrets

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

_SECONDS_TO_WAIT = 30
# Steps that test the data, and how transform/macros/quality.sql says that a rule alerts.
_BUILDS = ("dbt-snowflake:build", "dbt-snowflake:build-all")
_TESTS = (*_BUILDS, "dbt-snowflake:test")
_ALERT = re.compile(r"\bALERTA (\w+): (.*)")
_LINEAGE = "{{ macros.OpenLineageProviderPlugin.lineage_%s(task_instance) }}"


class MeltanoOperator(BaseOperator):
    """Runs one step of a job with `meltano run`.

    Meltano lets no two runs of one state id load at a time. A task that finds another one in
    progress waits, without a slot, and tries again; that is no failure and takes no retry.

    Args:
        step: what `meltano run` takes, such as `tap-postgres target-snowflake`.
        env: variables of the schedule; templated.
    """

    template_fields = ("env",)
    template_fields_renderers: ClassVar[dict[str, str]] = {"env": "json"}
    ui_color = "#e8e4fb"

    def __init__(self, *, step: str, env: dict[str, str], **options: Any) -> None:
        super().__init__(do_xcom_push=False, **options)
        self.step = step
        self.env = {
            **env,
            # What dbt sends hangs on this task's run.
            "OPENLINEAGE_PARENT_ID": _LINEAGE % "parent_id",
            "OPENLINEAGE_ROOT_PARENT_ID": _LINEAGE % "root_parent_id",
        }
        self._process: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> None:
        """Run the step; its output is the task's log.

        Raises:
            AirflowException: if it fails.
            AirflowRescheduleException: if another run is in progress.
        """
        for secret in secrets():
            mask_secret(secret)
        # Text, whatever MELTANO_CLI_LOG_FORMAT says: it is read below, and Airflow logs it as JSON.
        command = [
            *MELTANO,
            "--log-level=info",
            "--log-format=uncolored",
            "run",
            *self.step.split(),
        ]
        self.log.info("Running meltano %s", " ".join(command[1:]))
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        waits, odd = False, dict[str, str]()
        for line in self._process.stdout or ():
            self.log.info(line.rstrip())
            waits = waits or "pipeline is already running" in line
            odd.update(_ALERT.findall(line))
        code = self._process.wait()
        if code and waits:
            again = datetime.now(UTC) + timedelta(seconds=_SECONDS_TO_WAIT)
            self.log.info("Another run is in progress: looking again at %s", f"{again:%H:%M:%S}Z")
            raise AirflowRescheduleException(again)  # type: ignore[no-untyped-call]
        if code:
            raise AirflowException(f"meltano run {self.step}: exit code {code}")
        if self.step in _TESTS:
            try:
                alerts.tested(context, odd)
            except RuntimeError as error:  # what is built need not be built again
                self.log.error("%s", error)

    def on_kill(self) -> None:
        """Stop Meltano, which stops its plugins and keeps the bookmarks of what is loaded."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)

    def get_openlineage_facets_on_complete(self, _: Any) -> OperatorLineage[Any, Any] | None:
        """Return what the step has read and written, if dbt does not say it itself."""
        import lineage  # noqa: PLC0415 - a third of a second, which reading the DAGs need not take

        if " " in self.step:
            return lineage.of_tables(self.step, self.env)
        if self.step in _BUILDS:
            return lineage.of_exposures()
        return None
