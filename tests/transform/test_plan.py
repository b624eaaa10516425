"""What is built: everything, what depends on what was altered, or nothing."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "transform"))

from plan import Warehouse, decide, fingerprint

MODELS = {"GOLD.FCT_VENDAS", "SILVER.DIM_ESTADOS"}
KNOWN = Warehouse(
    raw={"VENDAS": "2026-01-02", "ESTADOS": "2026-01-01"},
    relations=["GOLD.FCT_VENDAS", "SILVER.DIM_ESTADOS", "GOLD.OF_SOMEBODY_ELSE"],
    code="c0de",
    tables={"VENDAS": "2026-01-02", "ESTADOS": "2026-01-01"},
    loaded="2026-01-02",
)


def test_with_nothing_new_only_the_clock_is_asked() -> None:
    plan = decide("c0de", MODELS, KNOWN)
    assert (plan.scope, plan.select) == ("nada", ("--select", "tag:clock"))


@pytest.mark.parametrize(
    ("altered", "selected"),
    [
        ({"VENDAS": "2026-01-03"}, ["source:driva.vendas+"]),
        # A restored table may be older.
        ({"VENDAS": "2026-01-01"}, ["source:driva.vendas+"]),
        ({"CIDADES": "2026-01-01"}, ["source:driva.cidades+"]),
        (
            {"VENDAS": "2026-01-03", "ESTADOS": "2026-01-03"},
            ["source:driva.estados+", "source:driva.vendas+"],
        ),
    ],
)
def test_what_depends_on_altered_tables_is_built(
    altered: dict[str, str], selected: list[str]
) -> None:
    plan = decide("c0de", MODELS, replace(KNOWN, raw=KNOWN.raw | altered))
    assert plan.scope == "alterado"
    assert [*plan.select] == ["--select", *selected, "cargas", "tag:clock"]
    assert (plan.refill, plan.loaded, plan.checks_code) == (True, "2026-01-02", False)


@pytest.mark.parametrize(
    ("known", "code", "checks_code", "reason"),
    [
        (replace(KNOWN, code=None, tables=None), "c0de", True, "there was no build"),
        (KNOWN, "other", True, "the code is not that of the last build"),
        (replace(KNOWN, tables=None), "c0de", False, "failed, was interrupted"),
        (replace(KNOWN, relations=["GOLD.FCT_VENDAS"]), "c0de", False, "SILVER.DIM_ESTADOS is"),
    ],
)
def test_everything_is_built_and_made_anew(
    known: Warehouse, code: str, checks_code: bool, reason: str
) -> None:
    for everything in (True, False):
        plan = decide(code, MODELS, known, everything=everything)
        assert (plan.scope, plan.select, plan.checks_code) == ("tudo", (), checks_code)
        assert reason in plan.reason
        assert not plan.refill
        assert plan.loaded is None


def test_everything_is_built_as_asked_and_every_row_tested() -> None:
    plan = decide("c0de", MODELS, KNOWN, everything=True)
    assert (plan.scope, plan.select, plan.refill, plan.loaded) == ("tudo", (), True, None)


@pytest.mark.parametrize(
    "file", ["models/facts/fct_vendas.sql", "seeds/municipios.csv", "dbt_project.yml"]
)
def test_the_code_is_known_by_its_files(tmp_path: Path, file: str) -> None:
    ours = tmp_path / "transform"
    shutil.copytree(ROOT / "transform", ours, ignore=shutil.ignore_patterns("target", "logs"))
    before = fingerprint(ours, {}, "1")
    (ours / "target").mkdir()
    (ours / "target/manifest.json").write_text("{}")
    assert fingerprint(ours, {}, "1") == before, "what dbt makes is no code"
    (ours / file).write_text((ours / file).read_text() + "\n")
    assert fingerprint(ours, {}, "1") != before


def test_the_code_is_known_by_its_version_and_its_variables() -> None:
    salt = {"DBT_SNOWFLAKE_HASH_SALT": "a"}
    ours = fingerprint(ROOT / "transform", salt, "1")
    assert (
        fingerprint(ROOT / "transform", salt | {"HOME": "/", "DBT_BUILD_PLAN": "{}"}, "1") == ours
    )
    assert fingerprint(ROOT / "transform", {}, "1") != ours
    assert fingerprint(ROOT / "transform", salt, "2") != ours
