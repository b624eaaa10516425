"""The words of a statement that sqlglot takes for plain text, read one after the other."""

from __future__ import annotations

import re

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp
from sqlglot.dialects import Snowflake
from sqlglot.tokenizer_core import Token, TokenType

from local_stack.snowflake.session import Session
from local_stack.snowflake.syntax import unexpected

_FULL = ("database", "schema", "name")
_TEXTS = (TokenType.STRING, TokenType.RAW_STRING)


class Words:
    """A reader of words.

    Args:
        session: whose variables stand for names.
        text: the statement.
    """

    def __init__(self, session: Session, text: str) -> None:
        self.session = session
        self._tokens: list[Token] = Snowflake().tokenize(text)
        if self._tokens and self._tokens[-1].token_type == TokenType.SEMICOLON:
            self._tokens.pop()
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        return self._at == len(self._tokens)

    @property
    def next(self) -> str:
        """The word that follows, in capitals; empty if it is a text or a quoted name."""
        if self.is_at_end or self._tokens[self._at].token_type in (*_TEXTS, TokenType.IDENTIFIER):
            return ""
        return str(self._tokens[self._at].text).upper()

    def take(self, *words: str) -> bool:
        """Go past these words, if they follow."""
        found = self._tokens[self._at : self._at + len(words)]
        if [token.text.upper() for token in found] != [*words]:
            return False
        self._at += len(words)
        return True

    def skip(self) -> Token:
        """Go past a word.

        Raises:
            ProgrammingError: nothing follows.
        """
        if self.is_at_end:
            raise self.unexpected()
        token: Token = self._tokens[self._at]
        self._at += 1
        return token

    def expect(self, *words: str) -> str:
        """Go past one of these words, and return it.

        Raises:
            ProgrammingError: another one follows.
        """
        for word in words:
            if self.take(word):
                return word
        raise self.unexpected()

    def end(self) -> None:
        """Check that nothing follows.

        Raises:
            ProgrammingError: something does.
        """
        if not self.is_at_end:
            raise self.unexpected()

    def unexpected(self) -> Exception:
        """Return Snowflake's error for the word that follows; the caller raises it."""
        if self.is_at_end:
            return unexpected(1, 0, "<EOF>")
        token = self._tokens[self._at]
        return unexpected(token.line, max(token.col - len(token.text), 0), token.text)

    def name(self) -> tuple[str, ...]:
        """Return a name's parts, also of `IDENTIFIER('a.b')` and of `IDENTIFIER($variable)`."""
        if self.take("IDENTIFIER", "("):
            text = self.value()
            self.expect(")")
            parsed = exp.to_table(text, dialect="snowflake")
            return tuple(p.name if p.args.get("quoted") else p.name.upper() for p in parsed.parts)
        parts = [self._part()]
        while self.take("."):
            parts.append(self._part())
        return tuple(parts)

    def full_name(self, parts: tuple[str, ...]) -> tuple[str, str, str]:
        """Return the name of what is in a schema, with the session's database and schema.

        Raises:
            ProgrammingError: the session has none, or the name has too many parts.
        """
        here = (self.session.database, self.session.schema)[: max(3 - len(parts), 0)]
        if not all(here) or len(parts) > len(_FULL):
            what = ".".join(parts)
            raise ProgrammingError(
                msg=f"Cannot perform this on '{what}'. This session does not have a current "
                "database. Call 'USE DATABASE', or use a qualified name.",
                errno=90105,
                sqlstate="22000",
            )
        catalog, schema, name = (*map(str, here), *parts)
        return catalog, schema, name

    def value(self) -> str:
        """Return a value: a text, a number, a word, a variable's, or several with commas."""
        if self.take("$"):
            return str(self.session.variable(self.skip().text).name)
        if self.take("("):
            listed = []
            while not self.take(")"):
                listed.append(self.value())
                self.take(",")
            return ",".join(listed)
        token = self.skip()
        text = token.text
        if token.token_type == TokenType.DASH:
            text += self.skip().text
        while self.take("."):
            text += f".{self.skip().text}"
        return text

    def _part(self) -> str:
        token = self.skip()
        if token.token_type == TokenType.IDENTIFIER:
            return token.text
        if not token.text.replace("_", "").replace("$", "").isalnum():
            self._at -= 1
            raise self.unexpected()
        return token.text.upper()


def is_like(text: str, pattern: str | None) -> bool:
    """Tell whether a name matches a pattern of LIKE; SHOW does not see its case."""
    if pattern is None:
        return True
    parts = (".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.IGNORECASE) is not None
