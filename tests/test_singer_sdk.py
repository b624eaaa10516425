"""The tests beside each plugin, singer-sdk's own among them, pass in its environment."""

from __future__ import annotations

import sysconfig

import pytest

from tests.conftest import ROOT, Project

# pytest comes from this environment, and whatever a plugin has itself from the plugin's.
PYTEST = "import sys; sys.path.append(sys.argv.pop(1)); import pytest; sys.exit(pytest.main())"


@pytest.fixture(scope="module")
def network(project: Project) -> Project:
    """The project with a few rows in every table."""
    seeded = project.local_stack("seed", "--sales", "20")
    assert seeded.code == 0, seeded.output
    return project


@pytest.mark.parametrize("plugin", ["extractors/tap-postgres", "loaders/target-snowflake"])
def test_of_the_plugin(network: Project, plugin: str) -> None:
    done = network.with_variables(
        TAP_POSTGRES_PORT=str(network.postgres_port),
        TARGET_SNOWFLAKE_PORT=str(network.snowflake_port),
    ).run(
        ROOT / f".meltano/{plugin}/venv/bin/python",
        *("-c", PYTEST, sysconfig.get_path("purelib")),
        *("-q", "-W", "ignore", "-c", "/dev/null", "--rootdir", network.folder),
        ROOT / f"plugins/{plugin.split('/')[1]}/tests",
    )
    assert done.code == 0, done.output[-5000:]
    assert " passed" in done.output
