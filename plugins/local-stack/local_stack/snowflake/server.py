"""Snowflake's HTTP protocol on 127.0.0.1, for any Snowflake client.

Run as `python -m local_stack.snowflake.server --home FOLDER --port PORT`.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_stack.snowflake.adapter import server as fakesnow
from local_stack.snowflake.instance import LocalSnowflake

_running: dict[str, asyncio.Future[Response]] = {}

# Clients take a minute of silence for an outage; Snowflake answers after that long in any case.
SECONDS_TO_ANSWER = 45
IN_PROGRESS = "/queries/{id}/result"

ACCOUNT = USER = PASSWORD = "local"  # noqa: S105  # bound to 127.0.0.1, and said in the README


def _refusal(code: str, message: str) -> JSONResponse:
    """Return an error that a client raises at once; it retries an HTTP error for minutes."""
    return JSONResponse(
        {"success": False, "code": code, "message": message, "data": {"errorCode": code}}
    )


async def login(request: Request) -> Response:
    """Open a session for the one local user."""
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    data: dict[str, Any] = json.loads(body)["data"]
    given = (str(data.get("LOGIN_NAME", "")).lower(), data.get("PASSWORD"))
    if given != (USER, PASSWORD):
        return _refusal(
            "390100",
            f"Incorrect username or password was specified. The local Snowflake's user is "
            f"'{USER}' with password '{PASSWORD}'.",
        )
    answer: Response = await fakesnow.login_request(request)
    return answer


async def query(request: Request) -> Response:
    """Run a statement, and answer when it has ended or is to be asked for again."""
    return await _answer(str(uuid4()), asyncio.ensure_future(_run(request)))


async def result(request: Request) -> Response:
    """Wait for a statement that takes long."""
    number = request.path_params["id"]
    if number not in _running:
        return _refusal("000709", f"Statement {number} is not running.")
    return await _answer(number, _running[number])


async def _answer(number: str, statement: asyncio.Future[Response]) -> Response:
    await asyncio.wait({statement}, timeout=SECONDS_TO_ANSWER)
    if statement.done():
        _running.pop(number, None)
        return statement.result()
    _running[number] = statement
    url = IN_PROGRESS.format(id=number)
    return JSONResponse(
        {"success": True, "code": "333333", "message": None, "data": {"getResultUrl": url}}
    )


async def _run(request: Request) -> Response:
    """Run a statement; a failure of any kind is an answer, not an HTTP error."""
    response: Response = await fakesnow.query_request(request)
    if response.status_code == 200:
        return response
    message = json.loads(bytes(response.body))["message"]
    if response.status_code == 401:
        return _refusal("390111", f"Session no longer exists. New login required. {message}")
    return _refusal("000603", f"The local Snowflake could not run this statement. {message}")


async def session(request: Request) -> Response:
    """Keep a session alive or end it."""
    connection = None
    if request.query_params.get("delete") and request.headers.get("Authorization"):
        connection = fakesnow.sessions.get(fakesnow.to_token(request))
    response: Response = await fakesnow.session(request)
    if connection:
        connection.close()
    return response


def application(home: Path) -> tuple[Starlette, LocalSnowflake]:
    """Return the web application and the databases below `home` that it serves."""
    snowflake = LocalSnowflake(home)
    ours = {
        "/session/v1/login-request": login,
        "/queries/v1/query-request": query,
        "/session": session,
    }
    routes = [
        Route(route.path, ours.get(route.path, route.endpoint), methods=list(route.methods or ()))
        for route in snowflake.routes()
    ]
    routes.append(Route(IN_PROGRESS, result))
    return Starlette(routes=routes), snowflake


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the databases")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    app, snowflake = application(options.home)
    uvicorn.run(
        app, host="127.0.0.1", port=options.port, log_level="warning", timeout_graceful_shutdown=2
    )
    snowflake.close()


if __name__ == "__main__":
    main()
