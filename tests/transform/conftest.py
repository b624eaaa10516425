"""A network that is built and tested once, for all files that begin with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Project

SALES = 5_000
NAME, ADDRESS = "Zuleica Sentinela", "Travessa do Segredo, 7"
VARIABLES = {"DBT_SNOWFLAKE_FRESHNESS_ERROR_HOURS": "72", "DBT_LOG_LEVEL_FILE": "debug"}


def _make(project: Project) -> None:
    seeded = project.up().local_stack("seed", "--sales", str(SALES))
    assert seeded.code == 0, seeded.output
    project.change(f"insert into clientes values (900001, '{NAME}', '{ADDRESS}', 1, null, null)")
    project.extract_load()
    done = project.with_variables(**VARIABLES).build()
    (project.folder / "said.log").write_text(done.output)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The sample network, with a customer whom one can search for, built and tested."""
    folder = tmp_path_factory.mktemp("network")
    with Project.running(folder / "project", "network", _make) as project:
        yield project.with_variables(**VARIABLES)
