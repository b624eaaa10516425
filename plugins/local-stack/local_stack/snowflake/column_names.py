"""Names of columns that a query gives none: their expression's text, in upper case.

An expression's tree does not keep its text, so the lists of SELECT are found among the tokens.
https://docs.snowflake.com/en/user-guide/querying-semistructured and others show such names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import Expr, TokenType, exp
from sqlglot.tokenizer_core import Token

from local_stack.snowflake.syntax import tokens_of

_OPENS = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
_CLOSES = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}
# What ends a list where it began.
_ENDS = {
    *(TokenType.FROM, TokenType.INTO, TokenType.WHERE, TokenType.GROUP_BY, TokenType.HAVING),
    *(TokenType.QUALIFY, TokenType.WINDOW, TokenType.ORDER_BY, TokenType.LIMIT, TokenType.FETCH),
    *(TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.SEMICOLON),
    TokenType.OFFSET,
}
_Item = tuple[int, int]


def give(statement: Expr, text: str) -> None:
    """Name the columns of a statement's queries that have no name.

    Args:
        statement: its tree, as it was read.
        text: what it was read from.
    """
    selects = list(_selects(statement))
    if not any(_is_unnamed(item) for select in selects for item in select.expressions):
        return
    lists = _lists(tokens_of(text))
    if len(lists) != len(selects):
        return
    for select, items in zip(selects, lists, strict=True):
        if len(items) != len(select.expressions):
            continue
        for value, (start, end) in zip(list(select.expressions), items, strict=True):
            if _is_unnamed(value) and start <= _position(value, start) < end:
                value.replace(exp.alias_(value.copy(), text[start:end].upper(), quoted=True))


def _selects(node: Expr) -> Iterator[exp.Select]:
    """Yield the SELECTs of a statement as their texts follow one another."""
    if ctes := node.args.get("with_"):
        yield from _selects(ctes)
    if isinstance(node, exp.Select):
        yield node
    for key, value in node.args.items():
        if key == "with_":
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, Expr):
                yield from _selects(part)


def _is_unnamed(value: Expr) -> bool:
    return not (value.is_star or isinstance(value, exp.Alias | exp.Column | exp.Aliases))


def _position(value: Expr, default: int) -> int:
    """Return where some part of an expression stands in the text."""
    for node in value.walk(prune=lambda part: isinstance(part, exp.Query)):
        if node.meta and "start" in node.meta:
            return int(node.meta["start"])
    return default


def _lists(tokens: Iterable[Token]) -> list[list[_Item]]:
    """Return where the columns of each SELECT begin and end, in the order of the SELECTs."""
    lists: list[list[_Item]] = []
    # The lists that are open, one a depth of parentheses; and the first token of each one's item.
    open_lists: list[tuple[list[_Item], Token | None] | None] = [None]
    before: Token | None = None

    def end_item() -> None:
        if (current := open_lists[-1]) and current[1] and before:
            current[0].append((current[1].start, before.end + 1))
            open_lists[-1] = (current[0], None)

    skipped = 0
    for token in tokens:
        kind = token.token_type
        current = open_lists[-1]
        if skipped:
            skipped -= 1
        elif kind in _CLOSES:
            end_item()
            if len(open_lists) > 1:
                open_lists.pop()
        elif kind == TokenType.SELECT:
            end_item()
            lists.append([])
            open_lists[-1] = (lists[-1], None)
        elif current:
            is_first = current[1] is None
            if kind in _ENDS and not (before and before.token_type == TokenType.DISTINCT):
                end_item()
                open_lists[-1] = None
            elif kind == TokenType.COMMA:
                end_item()
            elif is_first and not current[0] and kind in (TokenType.DISTINCT, TokenType.ALL):
                pass
            elif is_first and not current[0] and token.text.upper() == "TOP":
                skipped = 1
            elif is_first:
                open_lists[-1] = (current[0], token)
        if kind in _OPENS:
            open_lists.append(None)
        before = token
    end_item()
    return lists
