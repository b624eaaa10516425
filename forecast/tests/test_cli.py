"""The command, as whoever stops it sees it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

FITTING = """
import signal, time
from concurrent.futures import ProcessPoolExecutor
from sales_forecast.cli import stop
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, stop)
with ProcessPoolExecutor(2) as pool:
    fits = [pool.submit(time.sleep, 60) for _ in range(4)]
    print("fitting", flush=True)
    fits[0].result()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_that_fits_models_outlives_the_command(number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FITTING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "fitting\n"
    process.send_signal(number)
    # Its output ends when nobody has it any more, its workers neither.
    _, said = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Stopped before the end" in said
