"""A project of its own for the tests: its folder, state, ports and servers are nobody else's."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from fcntl import LOCK_EX, flock
from functools import cache
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from threading import Thread
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import Request, urlopen

import psycopg
import pytest
import snowflake.connector
import yaml
from playwright.sync_api import BrowserContext, expect, sync_playwright

from tests.plugins import Run

ROOT = Path(__file__).resolve().parent.parent
STATE_ID = "local:tap-postgres-to-target-snowflake"
# The sales of the network that is built once, and a customer of it whom one can search for.
SALES = 5_000
NAME, ADDRESS = "Zuleica Sentinela", "Travessa do Segredo, 7"
FOLDER = "Área de Trabalho/p#1 [a]"
# Where each plugin is declared, and as what.
DECLARED = {
    "tap-postgres": ("extractors", "extract/extract.meltano.yml"),
    "target-snowflake": ("loaders", "load/load.meltano.yml"),
    "dbt-snowflake": ("utilities", "transform/transform.meltano.yml"),
    "airflow": ("utilities", "orchestrate/orchestrate.meltano.yml"),
}
# Where this run of pytest keeps what its workers share.
SHARED: list[Path] = []
# The projects of this worker; a new one goes on from what dbt has parsed in the last, to build and
# to build it empty.
MADE: list[Path] = []
PARSED = [f"transform/target{name}/partial_parse.msgpack" for name in ("", "/empty")]
# The first test of a file that has failed.
FAILED: dict[Path, str] = {}
BROWSER = next(
    filter(
        None,
        map(
            shutil.which,
            ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
        ),
    ),
    None,
)
needs_a_browser = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium here: install Debian's chromium-headless-shell"
)

# The end-to-end test on a real account is not there for whoever has none.
collect_ignore = (
    [] if os.environ.get("TARGET_SNOWFLAKE_ACCOUNT") else ["pipeline/test_snowflake_account.py"]
)


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    output: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Singer's messages in the output."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]

    @property
    def logged(self) -> list[str]:
        """The output without Singer's messages."""
        return [line for line in self.output.splitlines() if not line.startswith("{")]

    def loaded(self) -> dict[str, tuple[int, int]]:
        """Return the rows that target-snowflake reports for each table: new, and known."""
        return {table: (new, known) for table, (new, known, _) in self._counted().items()}

    def deleted(self) -> dict[str, int]:
        """Return the rows that target-snowflake reports as deleted, where it looks for such."""
        return {t: gone for t, (_, _, gone) in self._counted().items() if gone is not None}

    def _counted(self) -> dict[str, tuple[int, int, int | None]]:
        """Return what target-snowflake reports for each table last: new, known and deleted rows."""
        line = r"(\S+): (\S+) new rows, (\S+) known ones read again(?:, (\S+) deleted)?"
        return {
            table: (_number(new), _number(known), _number(gone) if gone else None)
            for table, new, known, gone in re.findall(line, self.output)
        }


@dataclass(frozen=True)
class Project:
    """A Meltano project with a local stack of its own."""

    folder: Path
    postgres_port: int
    snowflake_port: int
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path) -> Project:
        """Copy the project into an empty folder, and link what is installed.

        The folder's name is one as users have them: a blank, an accent, and what is not itself in
        an address or a pattern.
        """
        folder = folder / FOLDER
        (folder / ".meltano").mkdir(parents=True)
        for name in (".venv", ".meltano/extractors", ".meltano/loaders", ".meltano/utilities"):
            (folder / name).symlink_to(ROOT / name)
        for name in ("installed", "airflow", "dashboard", "forecast"):
            (folder / ".meltano" / f".{name}").touch()
        for name in ("meltano.yml", "Makefile", ".env.example"):
            shutil.copy(ROOT / name, folder)
        for name in (
            "analyze",
            "extract",
            "forecast",
            "load",
            "transform",
            "orchestrate",
            "plugins",
        ):
            made_by_dbt = shutil.ignore_patterns("target", "logs", "__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=made_by_dbt)
        for parsed in PARSED:
            for before in filter(Path.exists, (made / parsed for made in reversed(MADE))):
                (folder / parsed).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(before, folder / parsed)
                break
        MADE.append(folder)
        return cls(folder, *_ports())

    @classmethod
    @contextmanager
    def running(
        cls, folder: Path, name: str = "", make: Callable[[Project], object] | None = None
    ) -> Iterator[Project]:
        """A project whose stack runs for the time of the block.

        Args:
            folder: an empty one.
            name: of what is made.
            make: fills its stack; that is done once for all who name it, and copied.
        """
        if make:
            _copy(_once(name, make), folder / FOLDER)
            created = cls(folder / FOLDER, *_ports())
            MADE.append(created.folder)
        else:
            created = cls.create(folder)
        try:
            yield created.up()
        finally:
            created.local_stack("down")

    @contextmanager
    def configured(self, change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
        """Change the extractor's definition for the time of the block."""
        file = self.folder / "extract/extract.meltano.yml"
        before = file.read_text()
        content = yaml.safe_load(before)
        change(content["plugins"]["extractors"][0])
        file.write_text(yaml.safe_dump(content))
        try:
            yield
        finally:
            file.write_text(before)

    def selecting(self, tables: dict[str, str]) -> AbstractContextManager[None]:
        """Select these tables, each with its replication key, and no other."""

        def change(extractor: dict[str, Any]) -> None:
            extractor["select"] = [f"public-{table}.*" for table in tables]
            extractor["metadata"] = {
                f"public-{table}": {"replication-method": "INCREMENTAL", "replication-key": key}
                for table, key in tables.items()
            }

        return self.configured(change)

    def reconciling(self) -> AbstractContextManager[None]:
        """Send the control totals of what is selected, too."""
        return self.configured(lambda extractor: extractor["select"].append("driva-reconciliacao"))

    def record_by_record(self) -> AbstractContextManager[None]:
        """Read no table by files."""
        return self.configured(lambda extractor: extractor["config"].pop("batch_config"))

    def with_variables(self, **variables: str) -> Project:
        """Return the same project with more environment variables."""
        return replace(self, variables={**self.variables, **variables})

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command: no variable of the user's own account or stack."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(
                (
                    *("TAP_", "TARGET_", "DBT_", "FORECAST_"),
                    *("LOCAL_", "MELTANO_", "AIRFLOW_", "OPENLINEAGE_"),
                )
            )
        }
        return {
            **inherited,
            "DBT_LOG_LEVEL_FILE": "none",  # a sixth of what dbt does
            "LOCAL_STACK_HOME": str(self.folder / ".local"),
            "LOCAL_POSTGRES_PORT": str(self.postgres_port),
            "LOCAL_SNOWFLAKE_PORT": str(self.snowflake_port),
            "MELTANO_PROJECT_ROOT": str(self.folder),
            **self.variables,
        }

    def run(self, *command: str | Path, timeout: float = 1200) -> Done:
        """Run a command in the project's folder."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def meltano(self, *words: str) -> Done:
        """Run meltano."""
        return self._run("meltano", *words)

    def succeed(self, *words: str) -> Done:
        """Run meltano, which must succeed."""
        done = self.meltano(*words)
        assert done.code == 0, done.output[-6000:]
        return done

    def local_stack(self, *words: str) -> Done:
        """Run the local stack's command without Meltano."""
        return self._run("local-stack", *words)

    def _run(self, program: str, *words: str) -> Done:
        log = self.folder / f"{program}.log"
        run = Run([program, *words], self.folder, self.environment, Path(os.devnull), log, log)
        return Done(run.wait(), log.read_text())

    def configuration(self, plugin: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Return a plugin's settings and its environment, as Meltano resolves them in `local`.

        A variable that was given to the project wins, as one in a terminal does.
        """
        kind, file = DECLARED[plugin]
        declared = yaml.safe_load((self.folder / file).read_text())["plugins"][kind][0]
        whole = yaml.safe_load((self.folder / "meltano.yml").read_text())
        local = whole["environments"][0]
        of_local = {p["name"]: p["config"] for p in local["config"]["plugins"].get(kind, ())}
        variables = {
            **self.environment,
            **whole["env"],
            **local["env"],
            **self.variables,
            "MELTANO_ENVIRONMENT": "local",
            "MELTANO_SYS_DIR_ROOT": f"{self.folder}/.meltano",
        }
        values = {
            **{s["name"]: s["value"] for s in declared["settings"] if "value" in s},
            **declared.get("config", {}),
            **of_local.get(plugin, {}),
        }
        prefix = f"{declared['namespace']}_".upper()
        names = {s["name"]: f"{prefix}{s['name']}".upper() for s in declared["settings"]}
        values |= {name: variables[v] for name, v in names.items() if variables.get(v)}
        quoted = {name: json.dumps(value)[1:-1] for name, value in variables.items()}
        values = json.loads(Template(json.dumps(values)).safe_substitute(quoted))
        for setting in declared["settings"]:
            name = setting["name"]
            if setting.get("kind") in ("integer", "boolean") and isinstance(values.get(name), str):
                values[name] = yaml.safe_load(values[name])
        names |= {s["name"]: s["env"] for s in declared["settings"] if "env" in s}
        environment = {
            **{names[name]: str(value) for name, value in values.items()},
            **variables,
            **declared.get("env", {}),
        }
        for extra in ("select", "metadata"):
            if extra in declared:
                environment.setdefault(f"{prefix}_{extra}".upper(), json.dumps(declared[extra]))
        return values, environment

    def fork(
        self,
        plugin: str,
        *words: str | Path,
        config: Mapping[str, Any] | None = None,
        given: Path | None = None,
    ) -> Done:
        """Run a plugin without Meltano; Singer messages and log are its output.

        Args:
            plugin: its name, or that of a command of it which is a program of its own.
            words: its arguments.
            config: its settings, if not the project's.
            given: what it reads.
        """
        values, environment = self.configuration(plugin.partition(":")[0])
        settings = self.folder / f"{plugin}.json"
        settings.write_text(json.dumps(values if config is None else config))
        output, log = (self.folder / f"{plugin}.{kind}" for kind in ("out", "log"))
        is_singer = DECLARED[plugin.partition(":")[0]][0] != "utilities"
        command = [plugin, *(("--config", settings) if is_singer else ()), *words]
        given = given or Path(os.devnull)
        code = Run(command, self.folder, environment, given, output, log).wait()
        return Done(code, log.read_text() + output.read_text())

    def extract(self, *words: str | Path) -> Done:
        """Run the tap, without a state of its own accord."""
        catalog = self.folder / "catalog.json"
        catalog.write_text('{"streams": []}')  # of which the tap makes what is selected
        return self.fork("tap-postgres", "--catalog", catalog, *words)

    def extract_load(
        self, *, full_refresh: bool = False, fails: bool = False, state_id: str = "state"
    ) -> Done:
        """Run the tap, and then the target, as `meltano run el` does, with a state of their own."""
        state = self.folder / f"{state_id}.json"
        if full_refresh or not state.exists():
            state.write_text("{}")
        extracted = self.extract("--state", state)
        loaded = self.fork("target-snowflake", given=self.folder / "tap-postgres.out")
        if states := loaded.messages:
            state.write_text(json.dumps(states[-1]))
        done = Done(extracted.code or loaded.code, "\n".join(extracted.logged + loaded.logged))
        assert (done.code != 0) == fails, done.output[-6000:]
        return done

    def reconcile(self, *, full_refresh: bool = False, fails: bool = False) -> Done:
        """Compare and load as the job `reconcile` does."""
        run = self.with_variables(TAP_POSTGRES_RECONCILE="true")
        return run.extract_load(full_refresh=full_refresh, fails=fails, state_id="reconcile")

    @property
    def bookmarks(self) -> dict[str, Any]:
        """The bookmarks that `extract_load` has left, by stream."""
        return _bookmarks(json.loads((self.folder / "state.json").read_text()))

    def dbt(self, *words: str, fails: bool = False) -> Done:
        """Run dbt without Meltano."""
        done = self.fork("dbt-snowflake", *words)
        assert (done.code != 0) == fails, done.output[-6000:]
        return done

    def build(self, *words: str, fails: bool = False) -> Done:
        """Build and test as the job does, or what arguments of dbt's say."""
        done = self.fork("dbt-snowflake:build", *words)
        assert (done.code != 0) == fails, done.output[-6000:]
        return done

    def up(self) -> Project:
        """Start the local stack; a new one is a copy of one that was stopped."""
        home = self.folder / ".local"
        if SHARED and not home.exists():
            _copy(_once("stack", Project._start) / ".local", home)
        self._start()
        return self

    def _start(self) -> None:
        done = self.local_stack("up")
        assert done.code == 0, done.output

    def conforms(self, plugin: str, tests: Path) -> None:
        """Pass tests that run in a plugin's environment."""
        done = self.with_variables(
            TAP_POSTGRES_PORT=str(self.postgres_port),
            TARGET_SNOWFLAKE_PORT=str(self.snowflake_port),
        ).run(
            ROOT / f".meltano/{plugin}/venv/bin/python",
            *(ROOT / "tests/run_in.py", sysconfig.get_path("purelib")),
            *("-q", "-W", "ignore", "-c", "/dev/null", "--rootdir", self.folder, tests),
        )
        assert done.code == 0, done.output[-5000:]
        assert " passed" in done.output

    def state(self) -> dict[str, Any]:
        """Return Meltano's bookmarks by stream."""
        listed = self.succeed("--log-level=error", "state", "get", STATE_ID)
        return _bookmarks(json.loads(listed.output[listed.output.index("{") :])["singer_state"])

    def postgres(self, user: str = "driva", database: str = "driva") -> psycopg.Connection:
        """Open a connection to the source, committing each statement."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.postgres_port,
            dbname=database,
            user=user,
            password=user,
            autocommit=True,
        )

    def snowflake(self, **options: Any) -> snowflake.connector.SnowflakeConnection:
        """Open a session on the local Snowflake."""
        return snowflake.connector.connect(
            **{
                "account": "local",
                "user": "local",
                "password": "local",
                "host": "127.0.0.1",
                "port": self.snowflake_port,
                "protocol": "http",
                "database": "DRIVAMOTORS",
                "login_timeout": 10,
                "platform_detection_timeout_seconds": 0,  # no cloud's metadata is asked for
                **options,
            }
        )

    def source(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query on the source."""
        with self.postgres() as connection:
            return connection.execute(statement).fetchall()

    def change(self, *statements: str) -> None:
        """Change the source."""
        with self.postgres() as connection:
            for statement in statements:
                connection.execute(statement)

    def warehouse(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query on the local Snowflake."""
        with self.snowflake() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class Sent(NamedTuple):
    """A request to the local Snowflake."""

    path: str
    body: str
    session: str


@contextmanager
def overheard(
    port: int, loses: Callable[[str], bool] = lambda _: False
) -> Iterator[tuple[int, list[Sent]]]:
    """Pass requests on to the local Snowflake; yields a port, and what is sent to it.

    Args:
        port: the local Snowflake's.
        loses: tells of a request's body whether it is not passed on.
    """
    sent: list[Sent] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_zipped = self.headers.get("Content-Encoding") == "gzip"
            text = (decompress(body) if is_zipped else body).decode()
            sent.append(Sent(self.path, text, self.headers.get("Authorization", "")))
            if loses(text):
                return
            request = Request(f"http://127.0.0.1:{port}{self.path}", body, dict(self.headers))
            with urlopen(request) as answer:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in ("transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.read())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, sent
        server.shutdown()


@contextmanager
def aws(log: Path) -> Iterator[str]:
    """AWS as moto's server plays it; yields its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(ROOT / "deploy/.venv/bin/moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        for _ in range(600):
            with suppress(URLError):
                urlopen(f"{address}/moto-api/").close()
                break
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


@contextmanager
def browsing() -> Iterator[Callable[..., BrowserContext]]:
    """A Chromium that asks for nothing by itself; yields what opens a window, given its options."""
    timeout = 120_000  # ms: other tests run beside this one, and a slow page is not a wrong one
    expect.set_options(timeout=timeout)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )

        def window(**options: Any) -> BrowserContext:
            context = browser.new_context(**options)
            context.set_default_timeout(timeout)
            return context

        yield window


def assert_refused(done: Done, *words: str) -> None:
    """The command failed, says all of this, and shows no traceback."""
    assert done.code != 0, done.output
    assert "Traceback" not in done.output, done.output
    for word in words:
        assert word in done.output, done.output


def _bookmarks(state: dict[str, Any]) -> dict[str, Any]:
    return {
        stream: bookmark["replication_key_value"]
        for stream, bookmark in state["bookmarks"].items()
        if "replication_key_value" in bookmark
    }


def _once(name: str, make: Callable[[Project], object]) -> Path:
    """Return the folder of a project that was made and stopped, once for all workers."""
    made = SHARED[0] / name
    with (SHARED[0] / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not made.exists():
            project = Project.create(SHARED[0] / f"{name} of {os.getpid()}")
            try:
                make(project)
            finally:
                project.local_stack("down")
            project.folder.rename(made)
    return made


def _network(project: Project) -> None:
    """Fill a project with the sample network, load, build and test it, and log all of it."""
    seeded = project.up().local_stack("seed", "--sales", str(SALES))
    assert seeded.code == 0, seeded.output
    project.change(f"insert into clientes values (900001, '{NAME}', '{ADDRESS}', 1, null, null)")
    project.extract_load()
    late = {"DBT_SNOWFLAKE_FRESHNESS_ERROR_HOURS": "72"}  # as in production
    done = project.with_variables(**late, DBT_LOG_LEVEL_FILE="debug").build()
    (project.folder / "said.log").write_text(done.output)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder with files that may be of the user who runs PostgreSQL."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", source, target], check=True)


@cache
def _ports_of_this_worker() -> tuple[int, int]:
    return free_port(), free_port()


def _ports() -> tuple[int, int]:
    """Return two free ports, the same for one project after another.

    What dbt has parsed holds for the address that it was parsed for, and no other.
    """
    for port in (kept := _ports_of_this_worker()):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return free_port(), free_port()
    return kept


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Of a file whose tests build on each other, choose those before a chosen one, too."""
    every = list(items)
    yield
    last = {item.path: every.index(item) for item in items}
    items[:] = [
        item
        for i, item in enumerate(every)
        if item in items or (item.get_closest_marker("in_order") and i < last.get(item.path, 0))
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which test of a file has failed first."""
    report = yield
    if report.failed:
        FAILED.setdefault(item.path, item.name)
    return report


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what builds on a test that has failed."""
    if item.get_closest_marker("in_order") and (before := FAILED.get(item.path)):
        pytest.skip(f"{before}, which comes before it, has failed")


@pytest.fixture(scope="session", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    SHARED.append(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose stack runs, with an empty source, for one module's tests in their order."""
    with Project.running(tmp_path_factory.mktemp("project") / "project") as created:
        yield created


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with the sample network, built and tested once for all modules that ask for it."""
    folder = tmp_path_factory.mktemp("network")
    with Project.running(folder / "project", "network", _network) as created:
        yield created
