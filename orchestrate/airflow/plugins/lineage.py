"""What a task has read and written, where the plugin that it runs does not say so itself.

Datasets are named as dbt-ol names them, so that its models and these tables are one graph.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase

from airflow.providers.common.compat.openlineage.facet import Dataset, RunFacet
from airflow.providers.openlineage.extractors import OperatorLineage
from meltano_project import ROOT, kept
from openlineage.common.provider.snowflake import fix_account_name

Lineage = OperatorLineage[Dataset, RunFacet]


def of_tables(step: str, env: Mapping[str, str]) -> Lineage:
    """Return the tables that an extractor and a loader have moved.

    Args:
        step: such as `tap-postgres target-snowflake`.
        env: variables of the schedule, of which `select_filter` counts.
    """
    extractor, *_, loader = step.split()
    source, target = kept().plugins[extractor], kept().plugins[loader]
    filter_variable = f"{extractor.upper().replace('-', '_')}__SELECT_FILTER"
    filters = json.loads(env.get(filter_variable, "[]"))
    # What is no table of the source goes along with whatever is read.
    streams = [s for s in source["streams"] if s not in source["tables"] or _passes(filters, s)]
    warehouse = _warehouse()
    raw = f"{target['database']}.{target['default_target_schema']}"
    return Lineage(
        inputs=[
            Dataset(
                f"postgres://{source['host']}:{source['port']}",
                f"{source['database']}.{stream.replace('-', '.', 1)}",
            )
            for stream in streams
            if stream in source["tables"]
        ],
        outputs=[Dataset(warehouse, f"{raw}.{stream.partition('-')[2]}") for stream in streams],
    )


def of_exposures() -> Lineage:
    """Return what reads dbt's models, such as the dashboard."""
    manifest = json.loads((ROOT / "transform/target/manifest.json").read_text())
    warehouse = _warehouse()
    inputs, outputs = {}, []
    for exposure in manifest["exposures"].values():
        for name in exposure["depends_on"]["nodes"]:
            node = manifest["nodes"][name]
            table = f"{node['database']}.{node['schema']}.{node['alias']}"
            inputs[table] = Dataset(warehouse, table)
        outputs.append(Dataset(f"dbt://{exposure['package_name']}", exposure["name"]))
    return Lineage(inputs=list(inputs.values()), outputs=outputs)


def _passes(filters: list[str], stream: str) -> bool:
    """Tell whether Meltano's `select_filter` lets a stream pass."""
    included = [pattern for pattern in filters if not pattern.startswith("!")]
    excluded = [pattern[1:] for pattern in filters if pattern.startswith("!")]
    return (not included or any(fnmatchcase(stream, pattern) for pattern in included)) and not any(
        fnmatchcase(stream, pattern) for pattern in excluded
    )


def _warehouse() -> str:
    """Return Snowflake's account as a dataset's namespace."""
    account = next(plugin["account"] for plugin in kept().plugins.values() if plugin["account"])
    return f"snowflake://{fix_account_name(account)}"
