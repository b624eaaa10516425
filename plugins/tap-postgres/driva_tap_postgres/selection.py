"""What Meltano selects, held against what the source has at this moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

# A catalog's entry for a table, as Singer defines it.
Entry = dict[str, Any]


class SelectionError(Exception):
    """What is selected is not in the source."""


def check_selection(patterns: Sequence[str], found: Sequence[Entry]) -> None:
    """Check that every table and column that Meltano selects by name exists.

    Meltano passes over a pattern that matches nothing: the table would silently stay as it was,
    the column silently be empty.

    Args:
        patterns: Meltano's `select` and `select_filter`, such as `public-vendas.id_vendas`; a `!`
            excludes.
        found: the entries of the source's tables.

    Raises:
        SelectionError: names what is missing.
    """
    columns = {entry["tap_stream_id"]: set(entry["schema"]["properties"]) for entry in found}
    missing = set()
    for pattern in patterns:
        if pattern.startswith("!"):
            continue
        stream_pattern, _, column_pattern = pattern.partition(".")
        streams = [name for name in columns if fnmatchcase(name, stream_pattern)]
        table = stream_pattern.replace("-", ".", 1)
        if not streams:
            missing.add(f"table {table}")
        elif not any(fnmatchcase(c, column_pattern or "*") for s in streams for c in columns[s]):
            missing.add(f"column {table}.{column_pattern}")
    if missing:
        raise SelectionError(
            f"not in the source, or not readable by this user: {', '.join(sorted(missing))}. "
            "Nothing was read. Bring it back, grant SELECT on it, or take it out of `select` in "
            "extract/extract.meltano.yml or of TAP_POSTGRES__SELECT_FILTER."
        )


def up_to_date(
    patterns: Sequence[str], kept: Sequence[Entry], found: Sequence[Entry]
) -> Iterator[Entry]:
    """Yield the source's tables as they are, with the metadata of a catalog from an earlier run.

    Meltano keeps a catalog until its own configuration changes, and the source may have changed
    since. What the catalog does not know yet is selected as Meltano would.

    Args:
        patterns: Meltano's `select`.
        kept: the entries of the catalog.
        found: the entries of the source's tables.
    """
    before = {entry["tap_stream_id"]: entry for entry in kept}
    for entry in found:
        name = entry["tap_stream_id"]
        known = before.get(name, {**entry, "metadata": []})
        chosen = {tuple(item["breadcrumb"]): item["metadata"] for item in known["metadata"]}
        metadata = []
        for item in entry["metadata"]:
            _, *column = item["breadcrumb"] or [""]  # the table itself has none
            selected = {**item["metadata"], "selected": _is_selected(patterns, name, *column)}
            of_this = dict(chosen.get(tuple(item["breadcrumb"]), selected))
            if not column and entry["key_properties"]:
                of_this["table-key-properties"] = entry["key_properties"]
            metadata.append({"breadcrumb": item["breadcrumb"], "metadata": of_this})
        yield {
            **known,
            "key_properties": entry["key_properties"],
            "schema": entry["schema"],
            "metadata": metadata,
        }


def _is_selected(patterns: Sequence[str], stream: str, column: str = "*") -> bool:
    """Tell whether a column, or anything of a table, is selected and not excluded."""

    def matches(pattern: str) -> bool:
        of_stream, _, of_column = pattern.partition(".")
        return fnmatchcase(stream, of_stream) and (
            column == "*" or fnmatchcase(column, of_column or "*")
        )

    excluded = (pattern[1:] for pattern in patterns if pattern.startswith("!") and column != "*")
    included = (pattern for pattern in patterns if not pattern.startswith("!"))
    return any(map(matches, included)) and not any(map(matches, excluded))
