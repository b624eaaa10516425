"""What is no statement, in Snowflake's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from snowflake.connector.errors import ProgrammingError
from sqlglot import Dialect, Expr
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token

from local_stack.snowflake.errors import unsupported

_SNOWFLAKE = Dialect.get_or_raise("snowflake")


@lru_cache(maxsize=32)
def tokens_of(text: str) -> tuple[Token, ...]:
    """Return a text's tokens; several look at those of one statement."""
    return tuple(_SNOWFLAKE.tokenize(text))


# sqlglot does not read it; here are no tags.
_COPY_TAGS = re.compile(r"(?<=\s)copy\s+tags(?=\s+(?:as|copy)\b|\s*\()", re.IGNORECASE)


def parse(text: str) -> Expr:
    """Return a statement's tree.

    Raises:
        ParseError: sqlglot does not read it.
    """
    if "create" in text[:2000].lower():
        text = _COPY_TAGS.sub(lambda match: " " * len(match[0]), text)
    tree = _SNOWFLAKE.parser().parse(list(tokens_of(text)), text)[0]
    if tree is None:
        raise ParseError(f"No statement in: {text}")
    return tree


COMPILATION = "SQL compilation error:\n"
_COMMENTS = re.compile(r"(\s|--[^\n]*(\n|$)|//[^\n]*(\n|$)|/\*.*?\*/)+", re.DOTALL)
_WORD = re.compile(r"\w+|\(|\S+")


def is_block(tokens: Sequence[Token]) -> bool:
    """Tell whether a text is a block of Snowflake Scripting, whose semicolons end nothing."""
    words = [token.text.upper() for token in tokens[:2]]
    if words[:1] == ["DECLARE"]:
        return True
    return words[:1] == ["BEGIN"] and words[1:] not in ([], *map(list, _AFTER_BEGIN))


_AFTER_BEGIN = [(";",), ("TRANSACTION",), ("WORK",), ("NAME",)]


def check_is_statement(text: str) -> None:
    """Refuse what sqlglot reads, but what is no statement, or a block of statements."""
    begins = _COMMENTS.match(text)
    at = begins.end() if begins else 0
    word = _WORD.match(text, at)
    if word and word[0].upper() not in _KEYWORDS:
        before = text[:at]
        raise unexpected(before.count("\n") + 1, at - before.rfind("\n") - 1, word[0])
    may_be_block = word is not None and word[0].upper() in ("BEGIN", "DECLARE")
    if may_be_block and is_block(tokens_of(text)):
        raise unsupported("Snowflake Scripting: BEGIN … END")


def syntax_error(error: ParseError | TokenError, text: str) -> ProgrammingError:
    """Return Snowflake's error for what sqlglot does not read."""
    try:
        first = tokens_of(text)[0].text
    except (TokenError, IndexError):
        first = text.split(maxsplit=1)[0] if text.strip() else ""
    if isinstance(error, TokenError) or first.upper() not in _KEYWORDS:
        return unexpected(1, max(text.find(first), 0), first)
    found = error.errors[0] if error.errors else {}
    line, word = found.get("line") or 1, found.get("highlight") or ""
    column = max((found.get("col") or 1) - len(word), 0)
    return unexpected(line, column, word or "<EOF>")


_KEYWORDS = {
    *("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP", "SHOW"),
    *("DESCRIBE", "DESC", "USE", "SET", "UNSET", "BEGIN", "START", "COMMIT", "ROLLBACK", "COPY"),
    *("PUT", "GET", "LIST", "LS", "REMOVE", "RM", "TRUNCATE", "GRANT", "REVOKE", "COMMENT", "CALL"),
    *("EXPLAIN", "EXECUTE", "DECLARE", "ABORT", "UNDROP", "VALUES", "("),
}


def unexpected(line: int, column: int, word: str) -> ProgrammingError:
    """Return Snowflake's error for a word that cannot stand where it does."""
    return ProgrammingError(
        msg=f"{COMPILATION}syntax error line {line} at position {column} unexpected '{word}'.",
        errno=1003,
        sqlstate="42000",
    )
