"""Clients of the server: their sessions, their requests, and what they are told at once."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse

from local_stack.snowflake.adapter import SERVER_VERSION
from local_stack.snowflake.request import Request
from local_stack.snowflake.session import USER, Session


@dataclass
class Client:
    """A client's session, whose requests are taken in turn."""

    session: Session
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Running:
    """A request that runs, or has run; its number is the client's."""

    number: str
    client: Client
    request: Request
    answer: asyncio.Future[dict[str, Any]]


def refusal(code: str, message: str) -> JSONResponse:
    """Return an error that a client raises at once; it retries an HTTP error for minutes."""
    return JSONResponse(
        {"success": False, "code": code, "message": message, "data": {"errorCode": code}}
    )


async def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return a request's body."""
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    read: dict[str, Any] = json.loads(body) if body else {}
    return read


def welcome(session: Session, token: str) -> JSONResponse:
    """Return the answer to a log-in."""
    return JSONResponse(
        {
            "success": True,
            "code": None,
            "message": None,
            "data": {
                **{"token": token, "masterToken": token, "sessionId": session.number},
                **{"validityInSeconds": 86400, "masterValidityInSeconds": 86400},
                **{"displayUserName": USER, "serverVersion": SERVER_VERSION},
                **{"firstLogin": False, "remMeToken": None, "remMeValidityInSeconds": 0},
                **{"healthCheckInterval": 45, "newClientForUpgrade": None},
                "parameters": session.told({})["parameters"],
                "sessionInfo": {
                    "databaseName": session.database,
                    "schemaName": session.schema,
                    "warehouseName": session.warehouse,
                    "roleName": session.role,
                },
            },
        }
    )
