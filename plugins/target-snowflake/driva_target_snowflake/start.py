"""The start of the target's process: where nothing is to be loaded, it is all that runs."""

from __future__ import annotations

import gc
import json
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from driva_target_snowflake.process import check

if TYPE_CHECKING:
    from io import BufferedReader

# How the tap begins a line that says no more than how far it is.
_STATE = re.compile(rb'\{"type": ?"STATE",')


def main() -> None:
    """Pass on what comes before anything that is to be loaded; for that import the target."""
    if settings := _settings():
        check(settings)
        if _nothing_came():
            print("nothing to load", file=sys.stderr)
            return
    gc.disable()  # nothing that is imported is garbage
    from driva_target_snowflake import target  # noqa: PLC0415 - not before

    gc.freeze()
    gc.enable()
    target.main()


def _settings() -> dict[str, Any] | None:
    """Return the settings, if they are given as Meltano gives them, and nothing else is asked."""
    with suppress(OSError, ValueError):
        _, option, file = sys.argv
        if option == "--config":
            return dict(json.loads(Path(file).read_text()))
    return None


def _nothing_came() -> bool:
    """Pass bookmarks on; tell whether nothing else came, which is left to be read."""
    given = cast("BufferedReader", sys.stdin.buffer)
    while _STATE.match(begin := given.peek()):
        print(json.dumps(json.loads(given.readline())["value"]), flush=True)
    return not begin
