"""Loads that go on while the target reads: those of a stream in turn, bookmarks behind them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

# Of so many streams at once.
AT_ONCE = 4


class Loads:
    """What is being loaded.

    A load that has failed stays the last of its stream: nothing is told after it, and whoever waits
    for its stream, as the end of the run does, gets its error.
    """

    def __init__(self) -> None:
        self._loading = ThreadPoolExecutor(AT_ONCE, "load")
        self._telling = ThreadPoolExecutor(1, "tell")
        # The last one of each stream, behind which all others of it have ended well.
        self._last: dict[str, Future[None]] = {}
        self._told: Future[None] | None = None

    def start(self, stream: str, load: Callable[[], None]) -> None:
        """Start a load when those of its stream before it have ended."""
        self.wait(stream)
        self._last[stream] = self._loading.submit(load)

    def wait(self, stream: str) -> None:
        """Wait for the loads of a stream, and raise what has failed."""
        if last := self._last.get(stream):
            last.result()

    def wait_for_all(self) -> None:
        """Wait for all loads and what is told behind them, and raise what has failed."""
        for stream in self._last:
            self.wait(stream)
        if self._told:
            self._told.result()

    def then(self, tell: Callable[[], None]) -> None:
        """Tell something when all loads that were started have ended well, in turn."""
        before = [*self._last.values()]

        def told() -> None:
            for load in before:
                load.result()
            tell()

        self._told = self._telling.submit(told)
