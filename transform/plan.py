"""What a build has to build, decided from what the warehouse knows; transform/build.py does it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The environment variable by which macros know the plan.
TOLD = "DBT_BUILD_PLAN"
_SOURCE = "driva"
# What dbt makes its models of.
_PARTS = ("dbt_project.yml", "macros", "models", "seeds", "snapshots", "tests")
# What every load changes, though it refers to none of RAW's tables by dbt's means.
_LOADS = "cargas"
# Tests whose result may be another one when time has passed.
_CLOCK = "tag:clock"


@dataclass(frozen=True)
class Warehouse:
    """What the warehouse knows of tables and builds.

    Args:
        raw: when each table of RAW was altered last.
        relations: the tables and views of the layers, such as `GOLD.FCT_VENDAS`.
        code: fingerprint of what the last build that went well was made of.
        tables: `raw` as it was before that build, if none was begun since.
        loaded: the newest load that the fact had at its end, if none was begun since.
    """

    raw: dict[str, str]
    relations: list[str]
    code: str | None = None
    tables: dict[str, str] | None = None
    loaded: str | None = None


@dataclass(frozen=True)
class Plan:
    """What to build, and why.

    Args:
        scope: `tudo`, `alterado` or `nada`.
        reason: for people.
        select: which nodes, for dbt.
        checks_code: make a dry run first.
        told: to the models' macros; see macros/runs.sql.
    """

    scope: str
    reason: str
    select: tuple[str, ...] = ()
    checks_code: bool = False
    refill: bool = False
    loaded: str | None = None

    @property
    def told(self) -> dict[str, Any]:
        return {"scope": self.scope, "refill": self.refill, "loaded": self.loaded}


def fingerprint(project: Path, environment: Mapping[str, str], dbt: str) -> str:
    """Return a hash of all that models are made of.

    Args:
        project: the folder of the files.
        environment: the variables; those that the files read count.
        dbt: its version.
    """
    digest = hashlib.sha256(dbt.encode())
    variables = set[str]()
    for file in sorted(file for part in _PARTS for file in _files(project / part)):
        content = file.read_bytes()
        digest.update(f"\0{file.relative_to(project).as_posix()}\0".encode() + content)
        variables.update(re.findall(r"env_var\('(\w+)'", content.decode(errors="replace")))
    for name in sorted(variables - {TOLD}):
        digest.update(f"\0{name}={environment.get(name)}".encode())
    return digest.hexdigest()


def decide(code: str, models: Set[str], known: Warehouse, *, everything: bool = False) -> Plan:
    """Decide what to build.

    Args:
        code: the code's fingerprint.
        models: the tables and views that it makes.
        known: what the warehouse knows.
        everything: whatever that is.
    """
    if code != known.code:
        reason = "the code is not that of the last build" if known.code else "there was no build"
        return Plan("tudo", reason, checks_code=True)
    if known.tables is None:
        return Plan("tudo", "the last build failed, was interrupted, or was of a selection")
    if missing := sorted(models - {*known.relations}):
        return Plan("tudo", f"{missing[0]} is missing")
    if everything:
        return Plan("tudo", "as asked", refill=True)
    before = known.tables
    if altered := sorted(t for t, moment in known.raw.items() if moment != before.get(t)):
        sources = (f"source:{_SOURCE}.{table.lower()}+" for table in altered)
        return Plan(
            "alterado",
            f"{', '.join(altered)} in RAW",
            ("--select", *sources, _LOADS, _CLOCK),
            refill=True,
            loaded=known.loaded,
        )
    return Plan("nada", "nothing is new in RAW", ("--select", _CLOCK))


def _files(part: Path) -> list[Path]:
    return [part] if part.is_file() else [file for file in part.rglob("*") if file.is_file()]
