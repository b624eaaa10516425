"""Run Airflow's processes until it is stopped, and say where it is once it answers.

Runs supervisord, which restarts what dies; see supervisord.conf for what there is. With the word
`scheduler` it runs only that, once the API server answers: a task that cannot reach it dies without
a word.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.request import urlopen

HOME = Path(os.environ["AIRFLOW_HOME"])
HOST = os.environ["AIRFLOW__API__HOST"]
PORT = os.environ.get("AIRFLOW__API__PORT", "")
PASSWORDS = HOME / "simple_auth_manager_passwords.json.generated"
SECONDS_TO_START = 120


def main() -> None:
    """Start, announce, and wait for the end."""
    if sys.argv[1:] == ["scheduler"]:
        scheduler()
    if not PORT.isdigit():
        sys.exit(f"AIRFLOW_PORT={PORT!r} is not a port number: set it in .env, to 8080 for example")
    with socket.socket() as probe:
        if probe.connect_ex((HOST, int(PORT))) == 0:
            sys.exit(f"port {PORT} is taken by another program: set AIRFLOW_PORT in .env")
    (HOME / "logs").mkdir(exist_ok=True)
    print(f"Airflow is starting; its output is in {HOME / 'logs'}", flush=True)
    configuration = Path(__file__).with_name("supervisord.conf")
    supervisord = subprocess.Popen(["supervisord", f"--configuration={configuration}"])
    # Ctrl-C reaches supervisord too, which waits for its processes.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisord.terminate())
    started = answers(f"http://{HOST}:{PORT}", lambda: supervisord.poll() is None)
    if started:
        password = json.loads(PASSWORDS.read_text())["admin"]
        print(f"Airflow: http://{HOST}:{PORT} (user admin, password {password})", flush=True)
        print("Ctrl-C stops it.", flush=True)
    elif supervisord.poll() is None:
        print(f"Airflow does not answer after {SECONDS_TO_START} s", file=sys.stderr, flush=True)
        supervisord.terminate()
    code = supervisord.wait()
    print("Airflow has stopped.", flush=True)
    sys.exit(code if started else 1)


def scheduler() -> NoReturn:
    """Become the scheduler once the API server answers where tasks look for it."""
    url = os.environ["AIRFLOW__API__BASE_URL"]
    if not answers(url):
        sys.exit(f"the API server at {url} does not answer after {SECONDS_TO_START} s")
    # Tasks run on this machine, so that nobody needs their logs by HTTP on all its addresses.
    os.execvp("airflow", ["airflow", "scheduler", "--skip-serve-logs"])


def answers(url: str, is_coming: Callable[[], bool] = lambda: True) -> bool:
    """Wait for the API server, which is the web interface; False if it does not come."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and is_coming():
        try:
            with urlopen(f"{url.rstrip('/')}/api/v2/monitor/health"):  # noqa: S310 - it is http
                return True
        except (URLError, ConnectionError):
            time.sleep(0.5)
    return False


if __name__ == "__main__":
    main()
