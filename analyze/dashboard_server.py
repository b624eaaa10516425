"""Serve the dashboard outside Snowflake, with the connection that the environment describes."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st
from snowflake.connector.arrow_context import ArrowConverterContext
from snowflake.connector.errors import OperationalError
from snowflake.connector.nanoarrow_arrow_iterator import PyArrowRowIterator
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit.web import cli

# Imported before the first viewer waits for them.
from dashboard import charts, filters, layout, pages, sign_in, timeline, warehouse  # noqa: F401
from dashboard.language import t

LOGIN_SECONDS = 10
# What the connector calls the settings that it names otherwise.
OPTIONS = {
    "private_key_path": "private_key_file",
    "private_key_passphrase": "private_key_file_pwd",
}
PREFIX = "DASHBOARD_SNOWFLAKE_"

# The connector's 4.8 sets a logger up with the first result that it reads; two viewers' first ones
# at once would wait for each other, and all others with them, for ever. So one is read before.
logging.disable()  # there is nothing to read, and it says so
with suppress(OperationalError):
    PyArrowRowIterator(None, b"", ArrowConverterContext(), False, False, False, False)
logging.disable(logging.NOTSET)

settings = {
    name.removeprefix(PREFIX).lower(): value
    for name, value in os.environ.items()
    if name.startswith(PREFIX) and value
}
CONNECTIONS: dict[str, Any] = {
    "snowflake": {
        **{OPTIONS.get(name, name): value for name, value in settings.items()},
        "login_timeout": LOGIN_SECONDS,
        "session_parameters": {"QUERY_TAG": "dashboard"},
    }
}

try:
    auth = sign_in.section(os.environ)
except sign_in.SettingsError as error:
    sys.exit(str(error))


def say_so(_: Exception) -> bool:
    """Say that a page has failed; what has happened is in the log."""
    st.error(t("Esta página falhou. Os detalhes estão no terminal do painel."))
    return True


def page(_: Request) -> HTMLResponse:
    """Serve a page that knows where its server is; it would look below its own address first."""
    index = Path(st.__file__).with_name("static") / "index.html"
    server = "<script>window.__streamlit = {BACKEND_BASE_URL: new URL('.', location).href}</script>"
    html = index.read_text(encoding="utf-8").replace("<head>", f"<head>{server}")
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


app = st.App(
    Path(__file__).resolve().with_name("streamlit_app.py"),
    routes=[Route(f"/{path}", page) for path in pages.PATHS],
    middleware=[Middleware(sign_in.Doorkeeper, claim=auth["claim"])] if auth else (),
    on_script_error=say_so,
    secrets={**({"auth": auth} if auth else {}), "connections": CONNECTIONS},
)


def main() -> None:
    """Serve until stopped; options are those of `streamlit run`."""
    port = os.environ.get("STREAMLIT_SERVER_PORT", "")
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        sys.exit(
            f"DASHBOARD_PORT={port!r} is not a port number: set it in .env, to 8501 for example"
        )
    if said := sign_in.warning(os.environ):
        print(said, file=sys.stderr)
    sys.argv[1:1] = ["run", __file__]
    cli.main(prog_name="dashboard")
