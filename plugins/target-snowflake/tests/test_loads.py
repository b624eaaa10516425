"""Loads while the target reads on: in turn within a stream, and bookmarks behind them."""

from __future__ import annotations

from threading import Event

import pytest
from driva_target_snowflake.loads import Loads

SECONDS = 30  # until what should have happened has not


def test_streams_are_loaded_at_once_and_each_in_turn() -> None:
    loads, done = Loads(), list[str]()
    other = Event()

    def first() -> None:
        assert other.wait(SECONDS)
        done.append("first of a")

    def of_other() -> None:
        done.append("b")
        other.set()

    loads.start("a", first)
    loads.start("b", of_other)
    loads.start("a", lambda: done.append("second of a"))
    loads.wait_for_all()
    assert done == ["b", "first of a", "second of a"]


def test_a_bookmark_is_told_when_all_before_it_are_loaded() -> None:
    loads, done = Loads(), list[str]()
    goes_on = {name: Event() for name in "ab"}

    def load(name: str) -> None:
        assert goes_on[name].wait(SECONDS)
        done.append(f"load {name}")

    loads.then(lambda: done.append("nothing was before"))
    loads.start("a", lambda: load("a"))
    loads.then(lambda: done.append("tell a"))
    loads.start("b", lambda: load("b"))
    loads.then(lambda: done.append("tell b"))
    goes_on["b"].set()
    loads.wait("b")
    goes_on["a"].set()
    loads.wait_for_all()
    assert done == ["nothing was before", "load b", "load a", "tell a", "tell b"]


def test_nothing_is_told_behind_a_load_that_has_failed() -> None:
    loads, told = Loads(), list[str]()

    def fails() -> None:
        raise OSError("no")

    loads.start("a", lambda: None)
    loads.then(lambda: told.append("before"))
    loads.start("a", fails)
    loads.then(lambda: told.append("behind"))
    loads.start("b", lambda: None)
    loads.then(lambda: told.append("behind both"))
    loads.wait("b")
    with pytest.raises(OSError, match="no"):
        loads.start("a", lambda: told.append("loaded"))
    with pytest.raises(OSError, match="no"):
        loads.wait_for_all()
    assert told == ["before"]
