"""Runs and faults at random, and what must be right after every few of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.chaos import faults
from tests.chaos.faults import Line, Started
from tests.chaos.writer import Writer
from tests.conftest import Done, Project
from tests.oracle import SOURCE, Row, alive, gold, plain

SALES = 3000
ROWS_PER_FILE = 500
BUILD = ("build", "--exclude-resource-type=unit_test")
# Faults, and whom they hit.
FAULTS: Sequence[tuple[str, str]] = (
    *(("killed", name) for name in ("tap", "target", "meltano", "dbt", "snowflake", "postgres")),
    *(("stopped", name) for name in ("tap", "target", "meltano", "dbt", "snowflake", "postgres")),
    *(("disk full", name) for name in ("tap", "target", "dbt", "snowflake", "postgres")),
    *(("cut off", name) for name in ("tap", "target", "dbt")),
    *(("two at once", name) for name in ("el", "reconcile")),
)


class WrongError(AssertionError):
    """Some row is not what the source has."""


@dataclass
class Chaos:
    """A network that changes, and runs that are hit.

    Attributes:
        project: whose stack runs, with an empty source.
        seed: of all that is drawn.
        pause: how long something stops at most, in seconds.
        every: after how many faults all rows are compared.
        builds: whether GOLD is built and compared each time; else only at the end.
        faults: of which it is drawn what happens.
        say: prints progress.
    """

    project: Project
    seed: int
    pause: float
    every: int
    builds: bool = True
    faults: Sequence[tuple[str, str]] = FAULTS
    say: Callable[[str], object] = print
    hits: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    _since: list[str] = field(default_factory=list)
    # How many lines a run has, of each kind of process.
    _lines: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._writer = Writer(self.project, self.seed + 1)
        self._line = Line(self.project.snowflake_port)
        # What is run passes there, so that it can be cut; dbt keeps what it has parsed for it.
        self._through = self.project.with_variables(LOCAL_SNOWFLAKE_PORT=str(self._line.port))

    def pass_through(self, count: int) -> None:
        """Let `count` faults happen.

        Raises:
            WrongError: a row is not right afterwards.
        """
        try:
            with self._in_small_files():
                seeded = self.project.local_stack("seed", "--sales", str(SALES))
                assert seeded.code == 0, seeded.output
                self._lines["el"] = len(self._clean("el"))
                self._writer.start()
                deck = self._deck()
                for number in range(1, count + 1):
                    while not self._fault(number, *next(deck)):
                        pass
                    if number % self.every == 0 or number == count:
                        self.compare(builds=self.builds or number == count)
        finally:
            self._writer.stop()
            self._line.close()

    def _in_small_files(self) -> AbstractContextManager[None]:
        def change(extractor: dict[str, Any]) -> None:
            extractor["config"]["batch_config"]["batch_size"] = ROWS_PER_FILE

        return self.project.configured(change)

    def _deck(self) -> Iterator[tuple[str, str]]:
        """Yield faults at random, each as often as any other."""
        while True:
            yield from self._random.sample(self.faults, len(self.faults))

    def _job(self, name: str) -> str:
        """Draw a job in which a process runs."""
        if name == "dbt":
            return self._random.choice(["elt", "transform", "reconcile and build"])
        jobs = ["el", "reconcile"]
        if name in ("meltano", *faults.SERVERS):
            return self._random.choices([*jobs, "elt", "reconcile and build"], [4, 4, 1, 1])[0]
        return self._random.choice(jobs)

    def _fault(self, number: int, fault: str, name: str) -> bool:
        """Let one happen at a random moment of a run: a line of its log, and a little later."""
        job = self._job(name)
        line = self._random.randrange(self._lines.get("dbt" if name == "dbt" else job, 60))
        later = self._random.uniform(0, 3 if line == 0 else 0.3)
        seconds = self._random.uniform(0.5, self.pause)
        is_up_during_run = self._random.random() < 0.5
        is_hit = False
        run = Started(self._through, job)
        try:
            hits = "meltano" if fault == "two at once" else name
            begun = 0
            if run.waits_for(lambda: run.processes(hits)):
                begun = len(run.lines)
            if run.waits_for(lambda: len(run.lines) >= begun + line):
                time.sleep(later)
                phase = " ".join(filter(None, run.phase))
                is_hit = bool(run.processes(hits)) and self._hit(fault, name, run, seconds)
            if fault == "killed" and is_up_during_run:
                self._up()
            code = run.ends()
        except BaseException:
            self.say("".join(run.lines[-60:]))
            raise
        finally:
            run.abort()
        self._up()
        if not is_hit:
            self.missed[fault, name] += 1
            return False
        self.hits[fault, name, phase.split()[0]] += 1
        self._since.append(f"{fault:11} {name:9} in {job}, {phase}, which ended with {code}")
        self.say(f"{number:4} {self._since[-1]}")
        return True

    def _hit(self, fault: str, name: str, run: Started, seconds: float) -> bool:
        if fault == "two at once":
            return self._two_at_once(name, run)
        if fault == "cut off":
            return faults.cut_off_tap(self.project) if name == "tap" else self._line.cut()
        if fault == "disk full":
            return faults.fill_disk(name, run, min(seconds, 5))
        processes = run.processes(name)
        if fault == "stopped":
            return faults.stop(processes, seconds)
        # PostgreSQL's other processes end by themselves, as they do.
        return faults.kill(processes[:1] if name == "postgres" else processes)

    def _two_at_once(self, job: str, run: Started) -> bool:
        other = Started(self._through, job)
        try:
            is_beside = other.waits_for(lambda: other.processes("tap")) and run.is_running
            other.ends()
        finally:
            other.abort()
        return is_beside

    def _up(self) -> None:
        """Start what was killed; what a killed server has left may still be ending."""
        for _ in range(60):
            done = self.project.local_stack("up")
            if done.code == 0:
                return
            time.sleep(1)
        raise AssertionError(done.output)

    def compare(self, *, builds: bool) -> None:
        """Run once more while nothing changes, and compare every row with the source.

        Raises:
            WrongError: one is lost, doubled or stale.
        """
        self._writer.pause()
        self._lines["reconcile"] = len(self._clean("reconcile"))
        self._lines |= dict.fromkeys(("elt", "reconcile and build"), 2 * self._lines["el"])
        if builds:
            done = self._through.fork("dbt-snowflake", *BUILD)
            self._lines["dbt"] = len(self._right("dbt build", done))
        wrong = [
            *(found for table in SOURCE for found in self._wrong_in_raw(table)),
            *(self._wrong_in_gold() if builds else ()),
        ]
        if wrong:
            raise self._error("\n".join([f"{len(wrong)} rows are wrong", *wrong[:30]]))
        self._since.clear()
        total = f"{self.compared.total():,} rows compared so far"
        self.say(f"     all right; {total}, {self._writer.changed.total():,} changed")
        self._writer.resume()

    def _clean(self, job: str) -> list[str]:
        return self._right(job, self._through.meltano("run", "--force", *faults.JOBS[job]))

    def _right(self, what: str, done: Done) -> list[str]:
        """Return the lines of a run that must have succeeded."""
        if done.code:
            raise self._error(f"{what} fails\n{done.output[-8000:]}")
        return done.logged

    def _error(self, what: str) -> WrongError:
        since = "\n".join(self._since)
        return WrongError(f"seed {self.seed}: {what}\nSince all was right:\n{since}")

    def _wrong_in_raw(self, table: str) -> Iterator[str]:
        theirs = self.project.source(f"select {SOURCE[table]} from {table}")
        return self._wrong(f"RAW.{table}", alive(self.project, table), theirs)

    def _wrong_in_gold(self) -> Iterator[str]:
        for table, ours, theirs in gold(self.project):
            yield from self._wrong(f"GOLD.{table}", ours, theirs)

    def _wrong(self, table: str, ours: Sequence[Row], theirs: Sequence[Row]) -> Iterator[str]:
        """Yield each row that differs, and in what way."""
        self.compared[table] += len(theirs)
        here = Counter(tuple(map(plain, row)) for row in ours)
        there = Counter(tuple(map(plain, row)) for row in theirs)
        is_here = Counter(row[0] for row in here.elements())
        is_there = Counter(row[0] for row in there.elements())
        keys = {row[0] for row in (here - there) + (there - here)}
        for key in sorted(keys, key=repr):
            more = is_here[key] - is_there[key]
            what = "stale" if more == 0 else "lost" if more < 0 else "doubled"
            if not is_there[key]:
                what = "not deleted"
            found = [row for row in (here - there).elements() if row[0] == key]
            wanted = [row for row in (there - here).elements() if row[0] == key]
            yield f"{table} {key}: {what}\n  is      {found}\n  must be {wanted}"

    def report(self) -> str:
        """Return the table of what has happened."""
        by_fault: dict[tuple[str, str], Counter[str]] = {}
        for (fault, name, phase), hits in self.hits.items():
            by_fault.setdefault((fault, name), Counter())[phase] += hits
        lines = [f"{'fault':12}{'process':11}{'hit':>4}{'missed':>8}  phases"]
        for fault, name in self.faults:
            phases = by_fault.get((fault, name), Counter())
            told = ", ".join(f"{phase} {n}" for phase, n in sorted(phases.items()))
            missed = self.missed[fault, name]
            lines.append(f"{fault:12}{name:11}{phases.total():>4}{missed:>8}  {told}")
        changed = ", ".join(f"{n:,} {what}" for what, n in sorted(self._writer.changed.items()))
        rows = ", ".join(f"{n:,} {table}" for table, n in sorted(self.compared.items()))
        return "\n".join(
            [
                *lines,
                f"{self.hits.total()} faults; changed in the source meanwhile: {changed} rows",
                f"Compared: {rows} rows, {self.compared.total():,} in all",
                "Lost: 0, doubled: 0, stale: 0",
            ]
        )
