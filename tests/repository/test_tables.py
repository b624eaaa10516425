"""Every table has all that it needs, from the source to its dimension or fact."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from tests import new_tables
from tests.conftest import ROOT
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
            yield f"{is_selected} is no source in {MODELS}/staging/stg_driva__{table}.yml"
        is_fact = (folder / MODELS / f"facts/fct_{table}.sql").exists()
        for model in (
            Path("staging", f"stg_driva__{table}"),
            Path("facts", f"fct_{table}") if is_fact else Path("dimensions", f"dim_{table}"),
        ):
            if not (folder / MODELS / model).with_suffix(".sql").exists():
                yield f"{is_selected} has no model {MODELS}/{model}.sql"
            elif model.name not in contracts:
                yield f"{model.name} has no contract, types of columns, in {MODELS}/{model}.yml"
            elif model.parent.name == "dimensions" and "excluido_em" not in contracts[model.name]:
                yield (
                    f"{model.name} has no excluido_em in {MODELS}/{model}.yml, "
                    "which tells what is gone from the source"
                )
            elif f"### {model.name.upper()}\n" not in dictionary:
                yield f"{model.name} is not in {DICTIONARY}: run `make docs`"
    for table in sorted(sources - {*tables, "colunas", "reconciliacao"}):
        yield f"{table} is a source in {MODELS}/staging and is not selected in {EXTRACT}"


def described(folder: Path) -> tuple[set[str], dict[str, set[str]]]:
    """Return the sources in YAML, and the columns of models that have a type for each of them."""
    sources, contracts = set(), {}
    for file in (folder / MODELS).rglob("*.yml"):
        properties = yaml.safe_load(file.read_text())
        for source in properties.get("sources", ()):
            sources |= {table["name"] for table in source["tables"]}
        for model in properties.get("models", ()):
            columns = model.get("columns")
            if columns and all("data_type" in column for column in columns):
                contracts[model["name"]] = {column["name"] for column in columns}
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
            [f"orders is a source in {MODELS}/staging and is not selected in {EXTRACT}"],
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
            drop(f"{MODELS}/staging/stg_driva__fornecedores.sql"),
            [
                f"fornecedores is selected in {EXTRACT} and has no model "
                f"{MODELS}/staging/stg_driva__fornecedores.sql"
            ],
        ),
        (
            drop(f"{MODELS}/staging/stg_driva__fornecedores.yml"),
            [
                f"fornecedores is selected in {EXTRACT} and is no source in "
                f"{MODELS}/staging/stg_driva__fornecedores.yml",
                "stg_driva__fornecedores has no contract, types of columns, in "
                f"{MODELS}/staging/stg_driva__fornecedores.yml",
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
            leave_out(f"{MODELS}/dimensions/dim_orders.yml", "excluido_em"),
            [
                f"dim_orders has no excluido_em in {MODELS}/dimensions/dim_orders.yml, "
                "which tells what is gone from the source"
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
    assert readers == {"staging"}
