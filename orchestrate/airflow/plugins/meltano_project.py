"""What this Meltano project declares, compiled anew whenever its configuration changes.

Airflow reads its DAGs every half minute and before each task; Meltano takes seconds to say what is
scheduled. While the configuration is broken, the last one that was good stays in force; while a
schedule is, that schedule as it was last.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(os.environ["MELTANO_PROJECT_ROOT"])
ENVIRONMENT = os.environ["MELTANO_ENVIRONMENT"]
MELTANO = (str(ROOT / ".venv/bin/meltano"), f"--environment={ENVIRONMENT}")
HOME = Path(os.environ["AIRFLOW_HOME"])
KEPT = HOME / f"meltano.{ENVIRONMENT}.json"

_CONNECTION = ("host", "port", "database", "account", "default_target_schema")
_SENSITIVE = re.compile("PASSWORD|PASSPHRASE|SECRET|TOKEN|KEY|SALT|ALERT_URL|CONN")
_SHORTEST_SECRET = 5


class ConfigurationError(Exception):
    """Meltano's configuration cannot be used; says why."""


@dataclass(frozen=True)
class Schedule:
    """A Meltano schedule with the tasks of its job.

    Attributes:
        interval: a cron expression, after `CRON_TZ=` and a time zone if it is not in UTC, or one of
            Meltano's words, such as `@daily`.
        steps: what `meltano run` takes, in order; those of one list may run at a time.
    """

    name: str
    interval: str
    env: dict[str, str]
    steps: list[list[str]]
    annotations: dict[str, Any]


@dataclass(frozen=True)
class Configuration:
    """What Meltano has last said.

    Attributes:
        fingerprint: of the files and variables that it was compiled from.
        error: what of these cannot be used, and what runs in its place.
        plugins: by name of an extractor or loader, where it connects to, the `streams` that it
            reads, such as `public-vendas`, and those of them that are `tables` of the source.
        public: values of variables that stand in the project, so that they are no secrets.
    """

    fingerprint: str = ""
    error: str = ""
    schedules: list[Schedule] = field(default_factory=list)
    plugins: dict[str, dict[str, Any]] = field(default_factory=dict)
    public: list[str] = field(default_factory=list)


def kept() -> Configuration:
    """Return the configuration that was compiled last."""
    if not KEPT.exists():
        return Configuration()
    content = json.loads(KEPT.read_text())
    return Configuration(**{**content, "schedules": [Schedule(**s) for s in content["schedules"]]})


def current(check: Callable[[Schedule, Configuration], object]) -> Configuration:
    """Return the configuration as it is now, or else the last good one, with an error.

    Args:
        check: raises what it likes when a schedule cannot be used.
    """
    configuration = kept()
    fingerprint = _fingerprint()
    if configuration.fingerprint == fingerprint:
        return configuration
    with KEPT.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever waits finds what the first one has compiled
        configuration = kept()
        if configuration.fingerprint == fingerprint:
            return configuration
        try:
            manifest = _manifest()
            compiled = _compiled(manifest, fingerprint)
        except Exception as error:  # whatever is wrong, no DAG is lost
            reason = str(error) if isinstance(error, ConfigurationError) else repr(error)
            runs = "the last good one runs" if configuration.schedules else "nothing runs"
            reason = f"Meltano's configuration is broken; {runs}. {reason}"
            configuration = replace(configuration, fingerprint=fingerprint, error=reason)
        else:
            configuration = _scheduled(manifest, compiled, configuration.schedules, check)
        new = KEPT.with_suffix(".new")
        new.write_text(json.dumps(asdict(configuration)))
        new.replace(KEPT)
    return configuration


def without_secrets(text: str) -> str:
    """Return a text without the values of sensitive variables, and without passwords in URLs."""
    for secret in secrets():
        text = text.replace(secret, "***")
    return re.sub(r"(://[^\s:/@]*):[^\s@]+@", r"\1:***@", text)


def secrets() -> list[str]:
    """Return the values of variables that nobody is to read, the longest first."""
    public = kept().public
    return sorted(
        {
            value
            for name, value in os.environ.items()
            if _SENSITIVE.search(name) and len(value) >= _SHORTEST_SECRET and value not in public
        },
        key=len,
        reverse=True,
    )


def _fingerprint() -> str:
    files = [ROOT / "meltano.yml", *ROOT.glob("*/*.meltano.yml"), *ROOT.glob("*/*/*.meltano.yml")]
    variables = sorted(
        f"{name}={value}"
        for name, value in os.environ.items()
        if name.startswith(("TAP_", "TARGET_", "LOCAL_"))
    )
    contents = [path.read_bytes() for path in sorted(files) if path.is_file()]
    return hashlib.sha256(b"\0".join([*contents, *map(str.encode, variables)])).hexdigest()


def _manifest() -> dict[str, Any]:
    """Return Meltano's configuration as Meltano compiles it.

    Raises:
        ConfigurationError: with what Meltano has printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*MELTANO, "--log-level=error", "compile", f"--directory={folder}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ConfigurationError(f"{done.stdout}{done.stderr}".strip())
        file = Path(folder) / f"meltano-manifest.{ENVIRONMENT}.json"
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return manifest


def _compiled(manifest: dict[str, Any], fingerprint: str) -> Configuration:
    """Return what is configured, but for the schedules."""
    declared = {
        plugin["name"]: plugin
        for kind in ("extractors", "loaders")
        for plugin in manifest["plugins"].get(kind, [])
    }
    plugins = {name: _described(_whole(name, declared)) for name in declared}
    public = sorted(set(manifest["env"].values()))
    return Configuration(fingerprint=fingerprint, plugins=plugins, public=public)


def _scheduled(
    manifest: dict[str, Any],
    configuration: Configuration,
    before: list[Schedule],
    check: Callable[[Schedule, Configuration], object],
) -> Configuration:
    """Return the configuration with its schedules, each that cannot be used as it was before."""
    jobs = {job["name"]: job["tasks"] for job in manifest.get("jobs", [])}
    last = {schedule.name: schedule for schedule in before}
    schedules, errors = [], []
    for declared in manifest.get("schedules", []):
        name = declared["name"]
        try:
            schedule = _schedule(declared, jobs)
            check(schedule, configuration)
            schedules.append(schedule)
        except Exception as error:
            runs = "it goes on as it was before" if name in last else "it does not run"
            errors.append(f"schedule {name}: {error}; {runs}")
            schedules += [last[name]] if name in last else []
    return replace(configuration, schedules=schedules, error="\n".join(errors))


def _schedule(declared: dict[str, Any], jobs: dict[str, list[Any]]) -> Schedule:
    """Return a schedule.

    Raises:
        ConfigurationError: with what to write.
    """
    job, interval, env = (declared.get(key) for key in ("job", "interval", "env"))
    if job not in jobs:
        raise ConfigurationError(f"there is no job {job}")
    if not isinstance(interval, str):
        raise ConfigurationError(f"its interval is {interval!r}: write cron, in quotes, or `@once`")
    for name, value in (env or {}).items():
        if not isinstance(value, str):  # Meltano takes nothing else either
            text = json.dumps(json.dumps(value))
            raise ConfigurationError(f"{name} in its env is not text: write `{name}: {text}`")
    return Schedule(
        name=declared["name"],
        interval=interval,
        env=env or {},
        steps=[[task] if isinstance(task, str) else task for task in jobs[job]],
        annotations=declared.get("annotations") or {},
    )


def _whole(name: str, declared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a plugin with what it inherits, and whose `names` variables of it may begin with."""
    own = declared[name]
    inherited: dict[str, Any] = {}
    if parent := own.get("inherit_from"):
        inherited = _whole(parent, declared) if parent in declared else {}
    config = {**inherited.get("config", {}), **own.get("config", {})}
    return {**inherited, **own, "config": config, "names": [name, *inherited.get("names", [])]}


def _described(plugin: dict[str, Any]) -> dict[str, Any]:
    """Return where a plugin connects to, as Meltano finds it, and what it reads."""
    prefixes = [name.upper().replace("-", "_") for name in plugin["names"]]
    config = plugin["config"]
    settings = {
        name: next(
            filter(None, (os.environ.get(f"{prefix}_{name.upper()}") for prefix in prefixes)),
            os.path.expandvars(str(config.get(name, ""))),
        )
        for name in _CONNECTION
    }
    streams = dict.fromkeys(pattern.partition(".")[0] for pattern in plugin.get("select", []))
    schemas = tuple(f"{schema}-" for schema in config.get("filter_schemas", []))
    tables = [stream for stream in streams if stream.startswith(schemas)]
    return {**settings, "streams": list(streams), "tables": tables}
