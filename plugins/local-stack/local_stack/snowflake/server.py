"""Snowflake's HTTP protocol on 127.0.0.1, for any Snowflake client.

Run as `python -m local_stack.snowflake.server --home FOLDER --port PORT`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections import OrderedDict
from contextlib import closing
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import uvicorn
from anyio import CapacityLimiter, to_thread
from snowflake.connector.errors import Error
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_stack.snowflake import key_pairs
from local_stack.snowflake.clients import Client, Running, body_of, refusal, welcome
from local_stack.snowflake.instance import LocalSnowflake
from local_stack.snowflake.parameters import Parameters
from local_stack.snowflake.request import Request, error_answer
from local_stack.snowflake.session import USER

# Clients take a minute of silence for an outage; Snowflake answers after that long in any case.
SECONDS_TO_ANSWER = 45
RESULT = "/queries/{id}/result"
# Statements whose answers are kept for a client that asks for them again; rows of more characters
# are not, as whoever has lost them may run the query once more.
ANSWERS_KEPT = 16
ROWS_KEPT = 2**20
THREADS = 256

PASSWORD = "local"  # noqa: S105  # bound to 127.0.0.1, and said in the README
_MISSING = "390111"


class Server:
    """Sessions, and what runs in them.

    Args:
        snowflake: the databases.
    """

    def __init__(self, snowflake: LocalSnowflake) -> None:
        self._snowflake = snowflake
        self._clients: dict[str, Client] = {}
        # By query id, and by the id that the client gives its request.
        self._running: OrderedDict[str, Running] = OrderedDict()
        self._requests: OrderedDict[str, Running] = OrderedDict()
        self._threads = CapacityLimiter(THREADS)

    @property
    def routes(self) -> list[Route]:
        """Snowflake's addresses that are served."""
        return [
            Route("/session/v1/login-request", self.login, methods=["POST"]),
            Route("/session/token-request", self.renew, methods=["POST"]),
            Route("/session/heartbeat", self.keep, methods=["POST", "GET"]),
            Route("/session", self.end, methods=["POST"]),
            Route("/queries/v1/query-request", self.query, methods=["POST"]),
            Route("/queries/v1/abort-request", self.abort, methods=["POST"]),
            Route(RESULT, self.result, methods=["GET"]),
            Route("/monitoring/queries/{id}", self.status, methods=["GET"]),
        ]

    async def login(self, request: HttpRequest) -> Response:
        """Open a session for the one local user, or for one that has a key pair."""
        data = (await body_of(request))["data"]
        user, token = str(data.get("LOGIN_NAME", "")).upper(), str(data.get("TOKEN"))
        if data.get("AUTHENTICATOR") == "SNOWFLAKE_JWT":
            with closing(self._snowflake.connect()) as asking:
                is_known = key_pairs.admits(asking, user, token)
            if not is_known:
                return refusal("390144", "JWT token is invalid.")
        elif (user, data.get("PASSWORD")) != (USER, PASSWORD):
            return refusal(
                "390100",
                f"Incorrect username or password was specified. The local Snowflake's user is "
                f"'{USER.lower()}' with password '{PASSWORD}'.",
            )
        asked = {key: value.strip('"') for key, value in request.query_params.items()}
        try:
            session = self._snowflake.connect(
                asked.get("databaseName"),
                asked.get("schemaName"),
                role=asked.get("roleName"),
                warehouse=asked.get("warehouse"),
                parameters=Parameters(data.get("SESSION_PARAMETERS")),
                client=f"{data.get('CLIENT_APP_ID')} {data.get('CLIENT_APP_VERSION')}",
            )
        except Error as error:
            return JSONResponse(error_answer(error, ""))
        # The drivers of JavaScript read no Arrow.
        session.reads_json = "javascript" in str(data.get("CLIENT_APP_ID", "")).lower()
        given = token_urlsafe(32)
        self._clients[given] = Client(session)
        return welcome(session, given)

    async def renew(self, request: HttpRequest) -> Response:
        """Give a client its token once more; they end with the server only."""
        token = self._token(request)
        if token not in self._clients:
            return refusal(_MISSING, "Session no longer exists. New login required.")
        data = {"sessionToken": token, "masterToken": token, "validityInSecondsST": 86400}
        return JSONResponse(
            {"success": True, "data": {**data, "validityInSecondsMT": 86400, "sessionId": 0}}
        )

    async def keep(self, _: HttpRequest) -> Response:
        """Answer what needs no answer."""
        return JSONResponse({"success": True, "code": None, "message": None, "data": None})

    async def end(self, request: HttpRequest) -> Response:
        """End a session, if the client asks for that."""
        if request.query_params.get("delete") and (client := self._client(request)):
            del self._clients[self._token(request)]
            client.session.cancel(client.session.current)
            async with client.turn:
                await to_thread.run_sync(client.session.close)
        return await self.keep(request)

    async def query(self, request: HttpRequest) -> Response:
        """Run a statement, and answer when it has ended or is to be asked for again."""
        body = await body_of(request)
        if not (client := self._client(request)):
            return refusal(_MISSING, "Session no longer exists. New login required.")
        # A client sends a request again if it has not heard of it.
        number = request.query_params.get("requestId") or token_urlsafe()
        running = self._requests.get(number)
        if running is None:
            asked = Request.read(body, client.session.parameters.number("MULTI_STATEMENT_COUNT"))
            running = Running(
                number, client, asked, asyncio.ensure_future(self._run(client, asked))
            )
            for known, key in ((self._requests, number), (self._running, asked.query_id)):
                known[key] = running
                for old in list(known)[:-ANSWERS_KEPT]:
                    if known[old].answer.done():
                        del known[old]
        if body.get("asyncExec"):
            return self._later(running, "333334")
        return await self._answer(running)

    async def _run(self, client: Client, request: Request) -> dict[str, Any]:
        async with client.turn:
            return await to_thread.run_sync(request.answer, client.session, limiter=self._threads)

    async def _answer(self, running: Running) -> Response:
        await asyncio.wait({running.answer}, timeout=SECONDS_TO_ANSWER)
        if not running.answer.done():
            return self._later(running, "333333")
        answer = running.answer.result()
        if len((answer["data"] or {}).get("rowsetBase64", "")) > ROWS_KEPT:
            self._requests.pop(running.number, None)
            self._running.pop(running.request.query_id, None)
        return JSONResponse(answer)

    @staticmethod
    def _later(running: Running, code: str) -> Response:
        number = running.request.query_id
        data = {"queryId": number, "getResultUrl": RESULT.format(id=number)}
        return JSONResponse({"success": True, "code": code, "message": None, "data": data})

    async def abort(self, request: HttpRequest) -> Response:
        """Interrupt a request that a client waits for no longer."""
        number = (await body_of(request)).get("requestId")
        running = self._requests.get(str(number))
        if running and not running.answer.done():
            running.client.session.cancel(running.request.query_id)
        return await self.keep(request)

    async def result(self, request: HttpRequest) -> Response:
        """Wait for a statement that takes long, or tell again what one has answered."""
        number = request.path_params["id"]
        if running := self._running.get(number):
            return await self._answer(running)
        client, result = self._client(request), self._snowflake.results.get(number)
        if client is None or result is None:
            return refusal("000709", f"Statement {number} not found")
        session = client.session
        data = result.data(session.reads_json, session.parameters.number("JSON_INDENT"))
        return JSONResponse({"success": True, "code": None, "message": None, "data": data})

    async def status(self, request: HttpRequest) -> Response:
        """Tell how a statement is getting on."""
        number = request.path_params["id"]
        queries = []
        if running := self._running.get(number):
            answer = running.answer.result() if running.answer.done() else None
            state = "RUNNING" if answer is None else "SUCCESS"
            queries = [{"id": number, "status": state, "state": state, "errorCode": ""}]
            if answer and not answer["success"]:
                failed = {"errorCode": answer["code"], "errorMessage": answer["message"]}
                queries[0] |= {"status": "FAILED_WITH_ERROR", **failed}
        elif number in self._snowflake.results:
            queries = [{"id": number, "status": "SUCCESS", "state": "SUCCESS"}]
        return JSONResponse({"success": True, "data": {"queries": queries}})

    @staticmethod
    def _token(request: HttpRequest) -> str:
        return request.headers.get("Authorization", "").partition('"')[2].rstrip('"')

    def _client(self, request: HttpRequest) -> Client | None:
        return self._clients.get(self._token(request))


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the databases")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it does not read is refused
    snowflake = LocalSnowflake(options.home)
    uvicorn.run(
        Starlette(routes=Server(snowflake).routes),
        host="127.0.0.1",
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
    snowflake.close()


if __name__ == "__main__":
    main()
