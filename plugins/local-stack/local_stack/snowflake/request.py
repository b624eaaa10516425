"""A client's request: its statements, what is bound to them, and the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from snowflake.connector.errors import Error, ProgrammingError
from sqlglot import TokenType
from sqlglot.errors import TokenError

from local_stack.snowflake import bindings
from local_stack.snowflake.adapter import Query
from local_stack.snowflake.errors import failure
from local_stack.snowflake.results import Result
from local_stack.snowflake.session import Session
from local_stack.snowflake.syntax import is_block, syntax_error, tokens_of

_SEVERAL_STATEMENTS = 0xA000


@dataclass(frozen=True)
class Request:
    """A client's request for one statement or several.

    Attributes:
        text: the statements.
        query_id: the first's.
        bound: the values of its question marks.
        stage: where the client has put them instead, as they are many.
        count: how many statements the client says it sends; 0 for any number.
        describes: whether the client only asks for the columns.
    """

    text: str
    query_id: str
    bound: dict[str, Any]
    stage: str | None
    count: int
    describes: bool

    @classmethod
    def read(cls, body: dict[str, Any], count: int) -> Request:
        """Read a request's body."""
        parameters = {k.upper(): v for k, v in (body.get("parameters") or {}).items()}
        return cls(
            text=body["sqlText"],
            query_id=str(uuid4()),
            bound=body.get("bindings") or {},
            stage=body.get("bindStage"),
            count=int(parameters.get("MULTI_STATEMENT_COUNT", count)),
            describes=bool(body.get("describeOnly")),
        )

    def answer(self, session: Session) -> dict[str, Any]:
        """Run the statements; a failure of any kind is an answer, too."""
        try:
            with session.turn(self.query_id):
                data = self._run(session)
        except Error as error:
            return error_answer(error, self.query_id)
        except Exception as error:
            return error_answer(failure(error, self.text), self.query_id)
        return {"success": True, "code": None, "message": None, "data": session.told(data)}

    def _run(self, session: Session) -> dict[str, Any]:
        statements = list(split(self.text))
        if self.count not in (0, len(statements) or 1):
            raise ProgrammingError(
                msg=f"Actual statement count {len(statements)} did not match the desired statement "
                f"count {self.count}.",
                errno=8,
                sqlstate="0A000",
            )
        if len(statements) > 1:
            results = [self._one(session, text, str(uuid4())) for text in statements]
            return _several(self.query_id, results)
        if not statements:
            raise ProgrammingError(
                msg="SQL compilation error:\nEmpty SQL statement.", errno=900, sqlstate="42601"
            )
        return self._one(session, statements[0], self.query_id).data(
            session.reads_json, session.parameters.number("JSON_INDENT")
        )

    def _one(self, session: Session, text: str, query_id: str) -> Result:
        cursor = session.cursor()
        cursor.query_id = query_id
        is_batch = not self.stage and bindings.is_batch(self.bound)
        cursor.run_query(
            Query(
                text,
                None if is_batch else bindings.parameters(self.bound),
                bindings.batch(self.bound) if is_batch else None,
                self.stage,
                self.describes,
            )
        )
        return cast(Result, cursor.result)


def split(text: str) -> Iterator[str]:
    """Yield the statements between semicolons; a comment is none."""
    start = 0
    has_words = False
    try:
        tokens = tokens_of(text)
    except TokenError as error:
        raise syntax_error(error, text) from error
    if is_block(tokens):
        yield text
        return
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            if has_words:
                yield text[start : token.start]
            start, has_words = token.end + 1, False
        else:
            has_words = True
    if has_words:
        yield text[start:]


def _several(query_id: str, results: list[Result]) -> dict[str, Any]:
    """Return the answer to several statements, whose results the client asks for one by one."""
    return {
        "queryId": query_id,
        "resultIds": ",".join(result.query_id for result in results),
        "resultTypes": ",".join(str(result.type_id) for result in results),
        "statementTypeId": _SEVERAL_STATEMENTS,
        "rowtype": [
            {
                "name": "multiple statement execution",
                **{"type": "text", "nullable": False, "length": 16777216, "byteLength": 16777216},
                **{"precision": None, "scale": None, "database": "", "schema": "", "table": ""},
                "collation": None,
            }
        ],
        "rowset": [["Multiple statements executed successfully."]],
        **{"total": 1, "returned": 1, "queryResultFormat": "json"},
    }


def error_answer(error: Error, query_id: str) -> dict[str, Any]:
    """Return an error as a client gets it."""
    code = f"{error.errno if error.errno and error.errno > 0 else 603:06d}"
    # The connector puts the number before the message by itself.
    message = error.raw_msg or error.msg
    return {
        "success": False,
        "code": code,
        "message": message,
        "data": {
            **{"errorCode": code, "sqlState": error.sqlstate or "42000", "queryId": query_id},
            **{"internalError": False, "type": "COMPILATION", "line": -1, "pos": -1},
        },
    }
