"""fakesnow's transforms of a tree, without those that would find nothing in it.

There are eighty, each goes through the whole tree, and most are for nodes that few statements have.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

from fakesnow import transforms
from sqlglot import Expr, exp

Transform = Callable[..., Expr]
# What they look for is in other functions; SET is run before.
_LOOK_ELSEWHERE: dict[str, tuple[type[Expr], ...]] = {
    "update_variables": (),
    "alter_table_strip_cluster_by": (exp.Alter, exp.Command),
}


class Steps:
    """A tree on its way through the transforms.

    Args:
        tree: it.
    """

    def __init__(self, tree: Expr) -> None:
        self.tree = tree
        self._kinds: set[type[Expr]] | None = None

    def transform(self, transform: Transform, *args: Any, **options: Any) -> Steps:
        """Let a transform go through the tree, if there is anything in it that it looks for."""
        wanted = _wanted(transform.__code__)
        if self._kinds is None:
            self._kinds = {type(node) for node in self.tree.walk()}
        if wanted is None or any(issubclass(kind, wanted) for kind in self._kinds):
            self.tree = self.tree.transform(transform, *args, **options)
            self._kinds = None
        return self


@cache
def _wanted(code: Any) -> tuple[type[Expr], ...] | None:
    """Return the nodes that a transform looks for; None if that is not seen from its source."""
    name = code.co_name
    if name == "<lambda>":
        # fakesnow calls some by lambdas, for what they need besides; a patch may change nothing.
        if "transforms" not in code.co_names:
            return ()
        name = code.co_names[1]
    if name in _LOOK_ELSEWHERE:
        return _LOOK_ELSEWHERE[name]
    function = getattr(transforms, name, None)
    if function is None:
        return None
    source = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(source, ast.FunctionDef):
        return None
    node = source.args.args[0].arg
    kinds: list[type[Expr]] = []
    for call in ast.walk(source):
        match call:
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=asked), kind]) if (
                asked == node
            ):
                named = [kind] if isinstance(kind, ast.Attribute) else list(ast.walk(kind))
                found = [k.attr for k in named if isinstance(k, ast.Attribute)]
                kinds += [getattr(exp, attribute) for attribute in found]
    return tuple(kinds) or None
