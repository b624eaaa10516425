"""The project's own rules, so that a newcomer who breaks one is told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from tests import new_tables
from tests.conftest import ROOT, Project
from tests.oracle import EXTRACT, selected

SAMPLE = "plugins/local-stack/local_stack/source.sql"
DICTIONARY = "docs/data-dictionary.md"
MODELS = "transform/models"


def unfinished(folder: Path) -> Iterator[str]:
    """Say what is missing on a table's way from the source to its dimension or fact, and where."""
    sample, dictionary = ((folder / name).read_text() for name in (SAMPLE, DICTIONARY))
    sources, contracts = described(folder)
    tables = selected(folder)
    for table, columns in tables.items():
        is_selected = f"{table} is selected in {EXTRACT} and"
        settings = replication(folder, table)
        if settings.get("replication-method") == "INCREMENTAL":
            if "replication-key" not in settings:
                yield f"{is_selected} has no replication-key in its metadata"
            elif not {settings["replication-key"], "*"} & {*columns}:
                yield f"{is_selected} its replication-key, {settings['replication-key']}, is not"
        if not re.search(rf'\bpublic\."?{re.escape(table)}\b', sample):
            yield f"{is_selected} is not created in {SAMPLE}, which is the laptop's PostgreSQL"
        if table not in sources:
            yield f"{is_selected} is no source in {MODELS}/stage/stg_driva__{table}.yml"
        is_fact = (folder / MODELS / f"facts/fct_{table}.sql").exists()
        for model in (
            Path("stage", f"stg_driva__{table}"),
            Path("facts", f"fct_{table}") if is_fact else Path("dimensions", f"dim_{table}"),
        ):
            if not (folder / MODELS / model).with_suffix(".sql").exists():
                yield f"{is_selected} has no model {MODELS}/{model}.sql"
            elif model.name not in contracts:
                yield f"{model.name} has no contract, types of columns, in {MODELS}/{model}.yml"
            elif f"### {model.name.upper()}\n" not in dictionary:
                yield f"{model.name} is not in {DICTIONARY}: run `make docs`"
    for table in sorted(sources - {*tables, "reconciliacao"}):
        yield f"{table} is a source in {MODELS}/stage and is not selected in {EXTRACT}"


def described(folder: Path) -> tuple[set[str], set[str]]:
    """Return the sources in YAML, and the models that have a type for each of their columns."""
    sources, contracts = set(), set()
    for file in (folder / MODELS).rglob("*.yml"):
        properties = yaml.safe_load(file.read_text())
        for source in properties.get("sources", ()):
            sources |= {table["name"] for table in source["tables"]}
        for model in properties.get("models", ()):
            columns = model.get("columns")
            if columns and all("data_type" in column for column in columns):
                contracts.add(model["name"])
    return sources, contracts


def replication(folder: Path, table: str) -> dict[str, str]:
    """Return what the metadata say of a table."""
    extractor = yaml.safe_load((folder / EXTRACT).read_text())["plugins"]["extractors"][0]
    settings: dict[str, str] = {}
    for pattern, values in extractor["metadata"].items():
        if fnmatch(f"public-{table}", pattern):
            settings |= values or {}
    return settings


def test_every_table_has_all_that_it_needs() -> None:
    if missing := list(unfinished(ROOT)):
        pytest.fail("\n".join(missing), pytrace=False)


def drop(name: str) -> Callable[[Path], None]:
    """Forget a file."""
    return lambda folder: (folder / name).unlink()


def leave_out(name: str, text: str) -> Callable[[Path], None]:
    """Forget the lines of a file that have a text."""

    def forget(folder: Path) -> None:
        lines = (folder / name).read_text().splitlines(keepends=True)
        (folder / name).write_text("".join(line for line in lines if text not in line))

    return forget


@pytest.mark.parametrize(
    ("forget", "sentences"),
    [
        (lambda _: None, []),
        (
            leave_out(EXTRACT, "public-orders."),
            [f"orders is a source in {MODELS}/stage and is not selected in {EXTRACT}"],
        ),
        (
            leave_out(EXTRACT, "replication-key: order_id"),
            [f"orders is selected in {EXTRACT} and has no replication-key in its metadata"],
        ),
        (
            leave_out(EXTRACT, "public-fornecedores.id"),
            [f"fornecedores is selected in {EXTRACT} and its replication-key, id, is not"],
        ),
        (
            leave_out(SAMPLE, "public.orders"),
            [
                f"orders is selected in {EXTRACT} and is not created in {SAMPLE}, "
                "which is the laptop's PostgreSQL"
            ],
        ),
        (
            drop(f"{MODELS}/stage/stg_driva__fornecedores.sql"),
            [
                f"fornecedores is selected in {EXTRACT} and has no model "
                f"{MODELS}/stage/stg_driva__fornecedores.sql"
            ],
        ),
        (
            drop(f"{MODELS}/stage/stg_driva__fornecedores.yml"),
            [
                f"fornecedores is selected in {EXTRACT} and is no source in "
                f"{MODELS}/stage/stg_driva__fornecedores.yml",
                "stg_driva__fornecedores has no contract, types of columns, in "
                f"{MODELS}/stage/stg_driva__fornecedores.yml",
            ],
        ),
        (
            drop(f"{MODELS}/dimensions/dim_orders.sql"),
            [
                f"orders is selected in {EXTRACT} and has no model "
                f"{MODELS}/dimensions/dim_orders.sql"
            ],
        ),
        (
            drop(f"{MODELS}/dimensions/dim_orders.yml"),
            [
                "dim_orders has no contract, types of columns, in "
                f"{MODELS}/dimensions/dim_orders.yml"
            ],
        ),
        (
            leave_out(DICTIONARY, "### DIM_ORDERS"),
            [f"dim_orders is not in {DICTIONARY}: run `make docs`"],
        ),
    ],
)
def test_what_a_table_more_lacks_is_said_in_a_sentence(
    tmp_path: Path, forget: Callable[[Path], None], sentences: list[str]
) -> None:
    for name in (EXTRACT, SAMPLE, DICTIONARY):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / MODELS, tmp_path / MODELS)
    new_tables.add(tmp_path)
    with (tmp_path / DICTIONARY).open("a") as dictionary:  # as `make docs` does
        for table in new_tables.COLUMNS:
            dictionary.write(f"### STG_DRIVA__{table.upper()}\n### DIM_{table.upper()}\n")
    forget(tmp_path)
    assert list(unfinished(tmp_path)) == sentences


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
