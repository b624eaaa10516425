"""The server's part of signing in: its settings, and what of HTTP Streamlit leaves open."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette import starlette_auth_routes
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from dashboard import access

PREFIX = "DASHBOARD_SIGN_IN_"
NEEDED = ("PROVIDER", "CLIENT_ID", "CLIENT_SECRET", "ADDRESS")
DISCOVERY = "/.well-known/openid-configuration"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class SettingsError(Exception):
    """A sentence about what is set wrongly."""


def section(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what Streamlit has to know, as its secrets name it; nothing where nobody signs in.

    Raises:
        SettingsError: the settings do not fit together.
    """
    given = {name: environment.get(PREFIX + name, "").strip() for name in NEEDED}
    if not any(given.values()):
        return {}
    if missing := [PREFIX + name for name, value in given.items() if not value]:
        raise SettingsError(f"a sign-in needs {', '.join(missing)} as well: see docs/deployment.md")
    for name in ("PROVIDER", "ADDRESS"):
        url = urlsplit(given[name])
        is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
        if not (is_safe and url.hostname):
            raise SettingsError(f"{PREFIX}{name}={given[name]!r} is no address with https://")
    return {
        "redirect_uri": given["ADDRESS"].rstrip("/") + "/oauth2callback",
        "server_metadata_url": given["PROVIDER"].removesuffix(DISCOVERY).rstrip("/") + DISCOVERY,
        "client_id": given["CLIENT_ID"],
        "client_secret": given["CLIENT_SECRET"],
        "claim": environment.get(PREFIX + "CLAIM") or "email",
        "cookie_secret": secrets.token_hex(32),  # a new start ends all sign-ins
    }


def warning(environment: Mapping[str, str]) -> str:
    """Return a sentence if others can reach a dashboard that asks nobody who they are."""
    address = environment.get("STREAMLIT_SERVER_ADDRESS", "")
    if section(environment) or address in LOOPBACK:
        return ""
    return (
        f"Listening on {address or 'every address'} without a sign-in: whoever reaches it sees"
        f" all. Set {PREFIX}PROVIDER and the others, or let only a proxy with a sign-in reach it"
        " (docs/deployment.md, Sign-in)."
    )


def brief(record: logging.LogRecord) -> bool:
    """Write in one line why a sign-in has failed."""
    if record.exc_info and record.exc_info[1]:
        record.msg, record.args = f"{record.getMessage()} {record.exc_info[1]!r}", None
        record.exc_info = None
    return True


class Doorkeeper:
    """Give files to who has signed in, and tell who has failed to.

    Streamlit serves a download to whoever has its address, and leads back to the first page, or
    shows two English words, when a sign-in fails.
    """

    def __init__(self, app: ASGIApp, *, claim: str) -> None:
        self._app, self._claim = app, claim
        logging.getLogger(starlette_auth_routes.__name__).addFilter(brief)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path.endswith("/auth/login"):
            await self._log_in(scope, receive, send)
        elif path.endswith("/oauth2callback"):
            await self._come_back(scope, receive, send)
        elif "/media/" in path and not self._has_signed_in(HTTPConnection(scope)):
            await PlainTextResponse("Sign in first.", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _log_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        failed = False

        async def redirect_if_failed(message: Message) -> None:
            nonlocal failed
            failed = failed or message.get("status", 200) >= 400
            if not failed:
                await send(message)

        await self._app(scope, receive, redirect_if_failed)
        if failed:
            await RedirectResponse("/?entrada=sem-resposta", 302)(scope, receive, send)

    async def _come_back(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = HTTPConnection(scope).query_params

        async def tell_if_failed(message: Message) -> None:
            if message["type"] == "http.response.start" and {"code", "error"} & asked.keys():
                headers = MutableHeaders(raw=message["headers"])
                cookies = headers.getlist("set-cookie")
                started = f"{USER_COOKIE_NAME}="
                if not any(c.startswith(started) and c[len(started)] not in '";' for c in cookies):
                    headers["location"] = "/?entrada=recusada"
            await send(message)

        await self._app(scope, receive, tell_if_failed)

    def _has_signed_in(self, connection: HTTPConnection) -> bool:
        cookie = _get_signed_cookie_with_chunks(connection.cookies, USER_COOKIE_NAME)
        try:
            access.named(json.loads(cookie or "{}"), self._claim, time.time())
        except access.RefusedError:
            return False
        return True
