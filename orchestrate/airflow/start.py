"""Run Airflow's processes until it is stopped, and say where it is once it answers.

Runs supervisord, which restarts what dies; see supervisord.conf for what there is.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

HOME = Path(os.environ["AIRFLOW_HOME"])
HOST = os.environ["AIRFLOW__API__HOST"]
PORT = os.environ.get("AIRFLOW__API__PORT", "")
PASSWORDS = HOME / "simple_auth_manager_passwords.json.generated"
SECONDS_TO_START = 120


def main() -> None:
    """Start, announce, and wait for the end."""
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
    started = answers(supervisord)
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


def answers(supervisord: subprocess.Popen[bytes]) -> bool:
    """Wait for the web interface; False if it does not come."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and supervisord.poll() is None:
        try:
            with urlopen(f"http://{HOST}:{PORT}/api/v2/monitor/health"):
                return True
        except (URLError, ConnectionError):
            time.sleep(0.5)
    return False


if __name__ == "__main__":
    main()
