"""The project's own rules, so that a newcomer who breaks one is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, Project

SOURCE_TABLES = {
    pattern.split(".")[0].removeprefix("public-")
    for pattern in yaml.safe_load((ROOT / "extract/extract.meltano.yml").read_text())["plugins"][
        "extractors"
    ][0]["select"]
    if pattern.startswith("public-")
}


def models(layer: str) -> set[str]:
    """Return the names of a layer's models."""
    return {path.stem for path in (ROOT / "transform/models" / layer).glob("*.sql")}


def test_every_selected_table_has_a_key_a_source_a_stage_and_a_dimension() -> None:
    extractor = yaml.safe_load((ROOT / "extract/extract.meltano.yml").read_text())["plugins"][
        "extractors"
    ][0]
    assert extractor["metadata"] == {
        "public-*": {"replication-method": "INCREMENTAL"},
        **{f"public-{table}": {"replication-key": f"id_{table}"} for table in SOURCE_TABLES},
    }
    landed = SOURCE_TABLES | {"reconciliacao"}
    properties = map(Path.read_text, (ROOT / "transform/models/stage").glob("*.yml"))
    sources = [yaml.safe_load(text)["sources"][0] for text in properties]
    assert {table["name"] for source in sources for table in source["tables"]} == landed
    assert models("stage") == {f"stg_driva__{table}" for table in landed}
    assert models("dimensions") >= {f"dim_{table}" for table in SOURCE_TABLES - {"vendas"}}


def test_only_the_stage_reads_a_source() -> None:
    readers = {
        path.parent.name
        for path in (ROOT / "transform").glob("models/**/*.sql")
        if "source(" in path.read_text()
    }
    assert readers == {"stage"}


def test_meltano_lists_the_jobs_and_the_schedules(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project")
    listed = project.succeed("--log-level=error", "schedule", "list", "--format=json").output
    schedules = json.loads(listed[listed.index("{") :])["schedules"]["job"]
    assert [(s["name"], s["interval"], s["job"]["name"]) for s in schedules] == [
        ("daily-elt", "0 6 * * *", "elt"),
        ("hourly-vendas", "30 * * * *", "el"),
        ("weekly-reconcile", "0 3 * * 0", "elt"),
        ("backfill", "@once", "elt"),
    ]
    assert schedules[0]["job"]["tasks"] == [
        "tap-postgres target-snowflake",
        "dbt-snowflake:rehearse",
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


@pytest.mark.parametrize(
    "name", sorted(p.name for p in (ROOT / "plugins/requirements").glob("*.txt"))
)
def test_every_requirement_is_pinned(name: str) -> None:
    lines = (ROOT / "plugins/requirements" / name).read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert requirements
    assert [line for line in requirements if not re.match(r"[\w.\-\[\]]+==\S+", line)] == []


def test_settings_of_the_tap_and_the_target_are_still_the_originals(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project")
    for plugin, folder, added in (
        ("tap-postgres", "extractors", {"replication_lookback", "replication_lookback_seconds"}),
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
