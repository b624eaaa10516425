"""Texts: https://docs.snowflake.com/en/sql-reference/functions-string."""

from __future__ import annotations

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.rewrites.calls import DATABASE, Rules, call, native, refused

_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}


def trimmed(node: exp.Trim) -> Expr:
    """Trim blanks, or the characters that are named."""
    name = _TRIMS.get(str(node.args.get("position")), "trim")
    characters = node.args.get("expression")
    return native(name, node.this, *([characters] if characters else []))


def replaced(node: exp.RegexpReplace) -> Expr:
    """Replace every occurrence of a pattern, or one, from a position on."""
    replacement = node.args.get("replacement") or exp.Literal.string("")
    options = _options(node, "modifiers")
    position, occurrence = (node.args.get(k) for k in ("position", "occurrence"))
    if position is None and occurrence is None:
        return native("regexp_replace", node.this, node.expression, replacement, options + "g")
    return call(
        "regexp_replace", node.this, node.expression, replacement,
        position or 1, occurrence or 0, options,
    )  # fmt: skip


def _options(node: Expr, key: str) -> str:
    options = node.args.get(key)
    if options is None:
        return ""
    if not isinstance(options, exp.Literal):
        raise unsupported(f"parameters that are no literal: {node.sql('snowflake')}")
    return "".join(option for option in options.name if option in "ims")


def all_found(node: exp.RegexpExtractAll) -> Expr:
    """Every occurrence of a pattern, as an ARRAY."""
    if set(node.args) - {"this", "expression", "group"} and any(
        node.args.get(key) is not None for key in ("position", "occurrence", "parameters")
    ):
        raise unsupported(f"more than a pattern in {node.sql('snowflake')}")
    found = native("regexp_extract_all", node.this, node.expression, node.args.get("group") or 0)
    return native("to_json", found)


def is_text(node: Expr) -> bool:
    """Tell of some expressions that they are texts already.

    A macro has its argument several times, and one in another that many times more.
    """
    match node:
        case exp.Literal():
            return bool(node.is_string)
        case exp.Paren() | exp.Nullif():
            return is_text(node.this)
        case exp.Coalesce():
            return all(
                isinstance(v, exp.Null) or is_text(v) for v in (node.this, *node.expressions)
            )
        case exp.Anonymous():
            return node.name in _OF_TEXT
    return isinstance(node, _TEXTS)


_TEXTS = (
    exp.Upper, exp.Lower, exp.Concat, exp.DPipe, exp.Substring, exp.Replace, exp.Initcap, exp.MD5,
    exp.SHA, exp.SHA2, exp.Pad, exp.SplitPart, exp.Reverse, exp.Repeat,
)  # fmt: skip
_OF_TEXT = ("trim", "ltrim", "rtrim", "left", "regexp_replace", "strftime", f"{DATABASE}.varchar")


def as_text(node: Expr) -> Expr:
    """Write a value as text."""
    is_number = isinstance(node, exp.Literal | exp.Null)
    return node.copy() if is_number or is_text(node) else call("varchar", node.copy())


def joined(node: exp.DPipe) -> Expr:
    """What is put together is text as a client sees it."""
    left, right = node.this, node.expression
    if isinstance(left, exp.Literal) and isinstance(right, exp.Literal) and left.is_string:
        return exp.Literal.string(left.name + right.name)
    for key, value in (("this", left), ("expression", right)):
        node.set(key, as_text(value))
    return node


def concatenated(node: exp.Concat | exp.ConcatWs) -> Expr:
    """What is put together is text as a client sees it."""
    node.set("expressions", [as_text(value) for value in node.expressions])
    return node


def url(node: exp.ParseUrl) -> Expr:
    """The parts of an address."""
    permissive = node.args.get("permissive")
    if permissive is not None and permissive.name != "0":
        raise unsupported(f"what is permissive in {node.sql('snowflake')}")
    return call("parse_url", node.this)


RULES: Rules = {
    exp.DPipe: joined,
    exp.Concat: concatenated,
    exp.ConcatWs: concatenated,
    exp.Trim: trimmed,
    exp.RegexpReplace: replaced,
    exp.RegexpExtractAll: all_found,
    exp.StrtokToArray: lambda node: call(
        "strtok_to_array", node.this, node.args.get("expression") or " "
    ),
    exp.Soundex: lambda node: call("soundex", node.this),
    exp.ByteLength: lambda node: native("strlen", call("varchar", node.this)),
    exp.Collate: refused,
    exp.ParseUrl: url,
}
