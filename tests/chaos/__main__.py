"""`make chaos`: faults at random on a stack of its own, until every row has been compared."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory

from tests.chaos.chaos import Chaos, WrongError
from tests.conftest import ROOT, Project


def main() -> None:
    """Let them happen; Ctrl-C ends it, and leaves no process."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=200, help="how many (default 200)")
    parser.add_argument("--seed", type=int, default=None, help="for the same draws again")
    parser.add_argument("--pause", type=float, default=30, help="seconds that one stops at most")
    options = parser.parse_args()
    seed = randrange(10**9) if options.seed is None else options.seed
    print(f"{options.faults} faults, seed {seed}", flush=True)
    with TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may be another user's
        project = Project.create(Path(folder))
        say = lambda line: print(line, flush=True)  # noqa: E731
        chaos = Chaos(project, seed, options.pause, every=5, say=say)
        try:
            project.up()
            chaos.pass_through(options.faults)
            print(chaos.report())
        except WrongError as error:
            sys.exit(str(error))
        except KeyboardInterrupt:
            print(chaos.report())
            sys.exit(f"stopped; seed {seed}")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            # Ctrl-C has ended what `local_stack` is forked from.
            project.run(ROOT / ".meltano/utilities/local-stack/venv/bin/local-stack", "down")


if __name__ == "__main__":
    main()
