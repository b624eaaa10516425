"""Who may reach into what: fakesnow by two modules only, and nobody into another object."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import local_stack

ROOT = Path(local_stack.__file__).parent
TREES = {
    ".".join(file.relative_to(ROOT.parent).with_suffix("").parts): ast.parse(file.read_text())
    for file in ROOT.rglob("*.py")
}
FENCE = re.compile(r"local_stack\.snowflake\.(adapter(\.\w+)?|patches)")


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules, or names in them, that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_only_the_fence_imports_fakesnow() -> None:
    users = {
        module
        for module, tree in TREES.items()
        if any(name.split(".")[0] == "fakesnow" for name in imported(tree))
    }
    assert users
    assert [user for user in users if not FENCE.fullmatch(user)] == []


def test_nobody_reaches_into_another_object() -> None:
    reaches = [
        f"{module}:{node.lineno} {ast.unparse(node)}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and ast.unparse(node.value) not in ("self", "cls", "super()")
    ]
    assert reaches == []
