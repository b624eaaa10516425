"""Packages import nothing of one another, and no module itself by way of others."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Where each package's modules are found, as its own environment finds them.
ROOTS = {
    "tap-postgres": "plugins/tap-postgres",
    "target-snowflake": "plugins/target-snowflake",
    "local-stack": "plugins/local-stack",
    "airflow": "orchestrate/airflow/plugins",
    "dashboard": "analyze",
    "forecast": "forecast",
}


def modules(root: Path) -> dict[str, Path]:
    """Return a package's modules by their names."""
    return {
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file
        for file in root.rglob("*.py")
        if "tests" not in file.relative_to(root).parts
    }


def imported(file: Path) -> set[str]:
    """Return the modules, or names in them, that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or ""} | {f"{node.module}.{name.name}" for name in node.names}
    return names


@pytest.mark.parametrize("package", ROOTS)
def test_no_module_imports_itself_by_way_of_others(package: str) -> None:
    own = modules(ROOT / ROOTS[package])
    assert len(own) > 3
    graph = {name: (imported(file) & own.keys()) - {name} for name, file in own.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(own)


@pytest.mark.parametrize("package", ROOTS)
def test_a_package_imports_nothing_of_another(package: str) -> None:
    others = {
        name.partition(".")[0]
        for other, root in ROOTS.items()
        if other != package
        for name in modules(ROOT / root)
    }
    for file in modules(ROOT / ROOTS[package]).values():
        assert not {name.partition(".")[0] for name in imported(file)} & others, file
