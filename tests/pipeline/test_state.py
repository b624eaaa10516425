"""Bookmarks where several machines find them: PostgreSQL, and S3-compatible storage."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from tests.conftest import STATE_ID, Project, aws

pytestmark = pytest.mark.in_order

BUCKET = "driva-state"


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project that has loaded, with its bookmarks in its own folder."""
    with Project.running(tmp_path_factory.mktemp("laptop") / "project") as created:
        seeded = created.local_stack("seed", "--sales", "300")
        assert seeded.code == 0, seeded.output
        created.succeed("run", "el")
        yield created


@pytest.fixture(scope="module")
def machines(laptop: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Project]:
    """Two machines with one source and one warehouse, and Meltano's database in PostgreSQL."""
    laptop.change("create database meltano")
    address = f"driva:driva@127.0.0.1:{laptop.postgres_port}/meltano"
    second = replace(
        Project.create(tmp_path_factory.mktemp("second") / "project"),
        postgres_port=laptop.postgres_port,
        snowflake_port=laptop.snowflake_port,
    )
    uri = {"MELTANO_DATABASE_URI": f"postgresql+psycopg://{address}"}
    return laptop.with_variables(**uri), second.with_variables(**uri)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An empty bucket; yields what a machine has to know of it."""
    with (
        aws(tmp_path_factory.mktemp("storage") / "moto.log") as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        variables = {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield {**variables, "MELTANO_STATE_BACKEND_URI": f"s3://{BUCKET}/meltano"}


def moved(source: Project, target: Project, file: Path) -> None:
    """Move all bookmarks, as docs/deployment.md says."""
    exported = source.succeed("--log-level=error", "state", "export").output
    file.write_text(exported[exported.index("{") :])
    target.succeed("state", "import", str(file))


def test_a_laptops_bookmarks_move_to_postgresql_and_nothing_is_read_again(
    laptop: Project, machines: tuple[Project, Project], tmp_path: Path
) -> None:
    bookmarks = laptop.state()
    assert bookmarks["public-vendas"]
    moved(laptop, machines[0], tmp_path / "state.json")
    for machine in machines:
        assert machine.state() == bookmarks
        assert machine.succeed("run", "el").loaded() == {}


def test_of_two_machines_at_once_one_loads(machines: tuple[Project, Project]) -> None:
    first, second = machines
    assert first.local_stack("simulate", "--sales", "7").code == 0
    run = (".venv/bin/meltano", "run", "el")
    with ThreadPoolExecutor() as pool, first.postgres() as blocker:
        blocker.autocommit = False
        blocker.execute("lock table clientes in access exclusive mode")
        running = pool.submit(first.run, *run)
        waiting = "select count(*) from pg_locks where not granted"
        while not second.source(waiting)[0][0]:
            assert not running.done(), running.result().output
        refused = second.run(*run)
        blocker.commit()
        done = running.result()
    assert refused.code != 0
    assert f"Another '{STATE_ID}' pipeline is already running" in refused.output
    assert done.code == 0, done.output
    assert done.loaded()["VENDAS"][0] == 7
    assert second.succeed("run", "el").loaded() == {}


def test_bookmarks_in_a_bucket_are_everybodys(
    machines: tuple[Project, Project], storage: dict[str, str], tmp_path: Path
) -> None:
    first, second = (machine.with_variables(**storage) for machine in machines)
    moved(machines[0], first, tmp_path / "state.json")
    assert second.state() == machines[0].state()
    assert second.succeed("run", "el").loaded() == {}
    objects = boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert f"meltano/{STATE_ID}/state.json" in {found["Key"].lstrip("/") for found in objects}
    # It is written there, and nowhere else.
    assert first.local_stack("simulate", "--sales", "3").code == 0
    assert second.succeed("run", "el").loaded()["VENDAS"][0] == 3
    assert first.state() == second.state() != machines[0].state()


def test_a_backup_brings_lost_bookmarks_back(
    machines: tuple[Project, Project], storage: dict[str, str], tmp_path: Path
) -> None:
    first, second = (machine.with_variables(**storage) for machine in machines)
    bookmarks = first.state()
    backup = first.succeed("--log-level=error", "state", "export").output
    (tmp_path / "backup.json").write_text(backup[backup.index("{") :])
    first.succeed("state", "clear", "--force", STATE_ID)
    assert STATE_ID not in second.succeed("--log-level=error", "state", "list").output
    second.succeed("state", "import", str(tmp_path / "backup.json"))
    assert first.state() == bookmarks
    assert first.succeed("run", "el").loaded() == {}
