"""What Meltano and make say of the project."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import ROOT, Project


def test_meltano_lists_the_jobs_and_the_schedules(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project")
    listed = project.succeed("--log-level=error", "schedule", "list", "--format=json").output
    schedules = json.loads(listed[listed.index("{") :])["schedules"]["job"]
    assert [(s["name"], s["interval"], s["job"]["name"]) for s in schedules] == [
        ("daily-elt", "0 6 * * *", "elt"),
        ("hourly-vendas", "30 * * * *", "el"),
        ("daily-reconcile", "0 4 * * *", "reconcile"),
        ("weekly-transform", "0 3 * * 0", "transform"),
        ("monthly-forecast", "0 7 3 * *", "forecast"),
        ("monthly-report", "0 8 3 * *", "report"),
        ("backfill", "@once", "elt"),
    ]
    assert schedules[0]["job"]["tasks"] == [
        "tap-postgres target-snowflake",
        "dbt-snowflake:build",
    ]


def test_what_has_passwords_is_for_its_owner_only(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project")
    made = (".env", ".meltano/run", ".meltano/airflow")
    done = project.run("make", "setup")
    assert (done.code, "chmod" in done.output) == (0, False), done.output
    modes = [(project.folder / name).stat().st_mode & 0o777 for name in made]
    assert modes == [0o600, 0o700, 0o700]
    (project.folder / ".env").chmod(0o644)
    assert "chmod 600 .env" in project.run("make", "setup").output


def test_settings_of_the_tap_and_the_target_are_still_the_originals(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project")
    for plugin, folder, added in (
        (
            "tap-postgres",
            "extractors",
            {
                "reconcile",
                "replication_lookback",
                "replication_lookback_seconds",
                "replication_slot_limit_gb",
            },
        ),
        ("target-snowflake", "loaders", {"host", "port", "protocol", "query_tag"}),
    ):
        programs = ROOT / ".meltano" / folder / plugin / "venv/bin"
        about = [
            json.loads(done.output[done.output.index("{") :])["settings"]["properties"].keys()
            for done in (
                project.run(programs / plugin, "--about", "--format=json"),
                project.run(programs / f"driva-{plugin}", "--about", "--format=json"),
            )
        ]
        assert about[1] - about[0] == added
        assert about[0] <= about[1]
