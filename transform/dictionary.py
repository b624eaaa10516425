"""Write docs/data-dictionary.md from dbt's artifacts, and say how much is described and tested.

Run by `make docs`, after `dbt docs generate` has written target/manifest.json (what the YAML says)
and target/catalog.json (what the warehouse has). Exit code 1 if anything is missing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

TRANSFORM = Path(__file__).resolve().parent
DICTIONARY = TRANSFORM.parent / "docs" / "data-dictionary.md"
LAYERS = {
    "RAW": "as target-snowflake lands it",
    "BRONZE": "cast, renamed",
    "SILVER": "dimensions, their history and what they are made with",
    "GOLD": "the fact, the analyses and the quality of the data",
}
Node = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """What dbt knows: `manifest` and `catalog` as their schemas at schemas.getdbt.com define."""

    manifest: Node
    catalog: Node

    @classmethod
    def read(cls, folder: Path) -> Project:
        """Read the artifacts in dbt's target folder."""
        try:
            artifacts = [
                json.loads((folder / name).read_text())
                for name in ("manifest.json", "catalog.json")
            ]
        except FileNotFoundError as error:
            sys.exit(f"{error.filename} is missing: run `meltano invoke dbt-snowflake:docs` first")
        return cls(*artifacts)

    @cached_property
    def relations(self) -> dict[str, Node]:
        """Sources, seeds, snapshots and models by unique id."""
        nodes = {**self.manifest["sources"], **self.manifest["nodes"]}
        kinds = ("source", "seed", "snapshot", "model")
        return {key: node for key, node in nodes.items() if node["resource_type"] in kinds}

    def types(self, key: str) -> dict[str, str]:
        """Return the columns that a relation has in the warehouse, with their types."""
        found = {**self.catalog["sources"], **self.catalog["nodes"]}.get(key, {"columns": {}})
        return {name.lower(): c["type"].lower() for name, c in found["columns"].items()}

    def columns(self, key: str) -> list[str]:
        """Return the columns that a relation has in the warehouse, without the loader's own."""
        told = self.relations[key]["columns"]
        return [name for name in sorted(self.types(key)) if name in told or name[:5] != "_sdc_"]

    @cached_property
    def tested(self) -> dict[str, dict[str, set[str]]]:
        """The columns that a generic test holds, by its name, by relation."""
        tests: dict[str, dict[str, set[str]]] = {key: {} for key in self.relations}
        for node in self.manifest["nodes"].values():
            if generic := node.get("test_metadata"):
                # A relationship also depends on the table that it points to, which comes first.
                of_relation = tests[node["depends_on"]["nodes"][-1]]
                together = generic["kwargs"].get("combination_of_columns")
                columns = together or [node.get("column_name")]
                of_relation.setdefault(generic["name"], set()).update(filter(None, columns))
        return tests

    def primary_key(self, key: str) -> set[str]:
        """Return the columns that are tested to be unique, together or alone."""
        tests = self.tested[key]
        return tests.get("unique", set()) | tests.get("unique_combination_of_columns", set())

    def keys(self) -> Iterator[tuple[str, bool]]:
        """Yield each primary and foreign key, and whether a test holds it.

        A primary key is unique, and never NULL by test or constraint unless the YAML says that it
        may be. A column that has the name of a dimension's key, or of the fact's, points to it.
        """
        names = {
            name
            for key, node in self.relations.items()
            if node["name"].startswith(("dim_", "fct_"))
            for name in self.primary_key(key)
            if name.endswith("_id")
        }
        for key, node in self.relations.items():
            tests, primary = self.tested[key], self.primary_key(key)
            filled = tests.get("not_null", set()) | {
                name
                for name, column in node["columns"].items()
                if any(rule["type"] == "not_null" for rule in column.get("constraints") or ())
                or column["config"].get("meta", {}).get("may_be_null")
            }
            yield f"{_name(node)}: primary key", bool(primary & filled)
            if node["resource_type"] == "model" and node["schema"] in ("SILVER", "GOLD"):
                for name in sorted(names & set(node["columns"]) - primary):
                    yield f"{_name(node)}.{name}", name in tests.get("relationships", set())


def main() -> None:
    """Write the dictionary and print what is described and tested."""
    project = Project.read(TRANSFORM / "target")
    DICTIONARY.parent.mkdir(exist_ok=True)
    DICTIONARY.write_text("\n".join(_document(project)) + "\n")
    relations = project.relations
    silent = [_name(node) for node in relations.values() if not node["description"]]
    columns = [(key, column) for key in relations for column in project.columns(key)]
    mute = [
        f"{_name(relations[key])}.{column}"
        for key, column in columns
        if not relations[key]["columns"].get(column, {}).get("description")
    ]
    unbuilt = [_name(node) for key, node in relations.items() if not project.columns(key)]
    keys = list(project.keys())
    untested = [key for key, is_tested in keys if not is_tested]
    _show("tables described", len(relations), silent)
    _show("columns described", len(columns), mute)
    _show("keys tested", len(keys), untested)
    print(f"written: {DICTIONARY.relative_to(TRANSFORM.parent)}")
    if unbuilt:
        sys.exit(f"not in the warehouse: {', '.join(unbuilt)}; run `meltano run elt` first")
    if silent or mute or untested:
        sys.exit(1)


def _show(title: str, count: int, missing: list[str]) -> None:
    share = 100 * (count - len(missing)) / count
    print(f"{title:<20}{count - len(missing):>5} of {count:<5}{share:6.1f} %")
    for name in missing:
        print(f"    missing: {name}")


def _document(project: Project) -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield "Written by `make docs` from the YAML beside the models; change it there."
    relations = project.relations
    names = {key: _name(node) for key, node in relations.items()}
    readers = {
        key: [name for child in children if (name := _reader(project, names, child))]
        for key, children in project.manifest["child_map"].items()
    }
    for layer, content in LAYERS.items():
        yield ""
        yield f"## {layer}: {content}"
        of_layer = [key for key, node in relations.items() if node["schema"] == layer]
        for key in sorted(of_layer, key=names.__getitem__):
            yield from _table(project, key, names, readers[key])


def _table(project: Project, key: str, names: dict[str, str], readers: list[str]) -> Iterator[str]:
    node = project.relations[key]
    group = node.get("group") or node["meta"].get("owner") or node["config"]["meta"].get("owner")
    parents = node.get("depends_on", {}).get("nodes", [])
    built_from = sorted({names[parent] for parent in parents if parent in names}) or ["PostgreSQL"]
    if node["resource_type"] == "seed":
        built_from = [f"transform/{node['original_file_path']}"]
    if node["name"] == "qualidade_dados":
        built_from = ["every test"]
    owner = next(g for g in project.manifest["groups"].values() if g["name"] == group)["owner"]
    primary = project.primary_key(key)
    yield ""
    yield f"### {names[key].split('.')[1]}"
    yield ""
    yield " ".join(node["description"].split())
    yield ""
    yield (
        f"From {', '.join(built_from)}. "
        + (f"Read by {', '.join(sorted(set(readers)))}. " if readers else "")
        + f"Owner: {owner['name']}."
    )
    yield ""
    yield "| column | type | key | description |"
    yield "|---|---|---|---|"
    related = project.tested[key].get("relationships", set())
    types = project.types(key)
    for name, column in node["columns"].items():
        role = "primary" if name in primary else "foreign" if name in related else ""
        text = " ".join(column["description"].split()).replace("|", r"\|")
        kind = column["data_type"] or types.get(name, "")
        yield f"| {name} | {kind} | {role} | {text} |"


def _reader(project: Project, names: dict[str, str], key: str) -> str | None:
    if key in project.manifest["exposures"]:
        return f"the dashboard *{project.manifest['exposures'][key]['label']}*"
    return names.get(key)


def _name(node: Node) -> str:
    return f"{node['schema']}.{(node.get('identifier') or node['alias']).upper()}"


if __name__ == "__main__":
    main()
