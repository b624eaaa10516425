"""The start of the tap's process: most of a run that finds nothing new is what it imports."""

from __future__ import annotations

import gc


def main() -> None:
    """Import the tap, and run it."""
    gc.disable()  # nothing that is imported is garbage
    from driva_tap_postgres import tap  # noqa: PLC0415 - not before

    gc.freeze()
    gc.enable()
    tap.main()
