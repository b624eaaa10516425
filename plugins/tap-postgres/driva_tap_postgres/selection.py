"""What Meltano selects, held against what the source has at this moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

# A catalog's entry for a table, as Singer defines it.
Entry = dict[str, Any]
# What is no letter like any other in a pattern, to Meltano or in YAML.
_ODD = r"[*?\[\]$\\'\n]"


class Pattern(NamedTuple):
    """A pattern of Meltano's `select`, taken apart as Meltano does.

    Attributes:
        excludes: whether it began with `!`.
        stream: what it says before the first dot; a dot of the table's own name has a backslash.
        column: what it says behind it; all columns, if nothing.
    """

    excludes: bool
    stream: str
    column: str

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Take a pattern apart."""
        stream, *column = re.split(r"(?<!\\)\.", text.removeprefix("!"), maxsplit=1)
        return cls(text.startswith("!"), stream.replace(r"\.", "."), "".join(column) or "*")

    def matches(self, stream: str, column: str | None = None) -> bool:
        """Tell whether it speaks of a stream, and of one of its columns if that is asked."""
        # Meltano puts a level between what dots part: no column of a table is as deep as that.
        levels = self.column.replace(".", ".properties.")
        return fnmatchcase(stream, self.stream) and (column is None or fnmatchcase(column, levels))


class SelectionError(Exception):
    """What is selected is not in the source, or has no place of its own in Snowflake."""


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
    missing, new = set(), set()
    for pattern in map(Pattern.parse, patterns):
        if pattern.excludes:
            continue
        streams = [name for name in columns if pattern.matches(name)]
        table = pattern.stream.replace("-", ".", 1)
        if not streams:
            missing.add(f"table {table}")
        elif not any(pattern.matches(s, c) for s in streams for c in columns[s]):
            missing.add(f"column {table}.{pattern.column}")
            of_table = (entry for entry in found if entry["tap_stream_id"] in streams)
            new |= {line for entry in of_table for line in news(patterns, entry).values()}
    if missing:
        renamed = (
            f" If it was renamed, write its new name in its place: {' or '.join(sorted(new))}."
        )
        raise SelectionError(
            f"not in the source, or not readable by this user: {', '.join(sorted(missing))}. "
            "Nothing was read. Bring it back, grant SELECT on it, or take it out of `select` in "
            f"extract/extract.meltano.yml or of TAP_POSTGRES__SELECT_FILTER.{renamed * bool(new)}"
        )


def choices(patterns: Sequence[str], entry: Entry) -> dict[str, bool | None]:
    """Return whether Meltano selects each column of a table; None if nobody says anything of it.

    Args:
        patterns: Meltano's `select`.
        entry: the table's.
    """
    stream = entry["tap_stream_id"]
    of_table = [p for p in map(Pattern.parse, patterns) if p.matches(stream)]
    columns = entry["schema"]["properties"] if of_table else ()
    # A key is read whatever is selected.
    chosen: dict[str, bool | None] = dict.fromkeys(columns)
    for column in columns:
        if column in entry["key_properties"]:
            chosen[column] = True
        elif any(p.matches(stream, column) for p in of_table):
            chosen[column] = is_selected(patterns, stream, column)
    return chosen


def news(patterns: Sequence[str], entry: Entry) -> dict[str, str]:
    """Return the columns of a table that nobody speaks of, each with what to write in `select`."""
    undecided = (column for column, choice in choices(patterns, entry).items() if choice is None)
    return {column: f"- '{pattern_of(entry['tap_stream_id'], column)}'" for column in undecided}


def pattern_of(stream: str, column: str | None = None) -> str:
    """Return the pattern of a column, or of all, which may stand between single quotes in YAML.

    What would mean something else there, or in a pattern, is a `?`, which stands for any letter.
    """
    table = re.sub(_ODD, "?", stream).replace(".", r"\.")
    return f"{table}.{'*' if column is None else re.sub(_ODD, '?', column).replace('.', '?')}"


def check_names(selected: Mapping[str, Iterable[str]]) -> None:
    """Check that no two names are one in the target, and none is one of the target's own.

    There a table has neither its schema nor the case of its letters, nor has a column.

    Args:
        selected: the columns of each stream.

    Raises:
        SelectionError: names what meets.
    """
    for meeting in _meeting(selected, lambda stream: stream.partition("-")[2] or stream):
        tables = " and ".join(name.replace("-", ".", 1) for name in meeting)
        raise SelectionError(
            f"{tables} would be one table in Snowflake. Nothing was read. Leave one of them out "
            f"(`- '!{pattern_of(meeting[-1])}'` in `select`); a run of its own, with another "
            "--state-id-suffix and another TARGET_SNOWFLAKE_DEFAULT_TARGET_SCHEMA, loads it beside "
            "the other."
        )
    for stream, columns in selected.items():
        table = stream.replace("-", ".", 1)
        faults = [(c, "has a name that is the target's own") for c in columns if _is_reserved(c)]
        for column, *others in _meeting(columns):
            faults.append((column, f"would be one with {' and '.join(others)} in Snowflake"))
        for column, fault in faults:
            raise SelectionError(
                f"column {table}.{column} {fault}. Nothing was read. Leave it out "
                f"(`- '!{pattern_of(stream, column)}'` in `select`), or select a view that names "
                "it otherwise."
            )


def check_keys(
    stream: str,
    method: str,
    key: Sequence[str],
    replication_key: str | None,
    columns: Container[str],
) -> None:
    """Check that a stream has the keys that its replication method needs.

    Args:
        stream: its name.
        method: its replication method.
        key: the columns that tell its rows apart, its own or those declared in `metadata`.
        replication_key: the column that it is read by.
        columns: the columns that are selected.

    Raises:
        SelectionError: names what is missing and the line to write.
    """
    table = stream.replace("-", ".", 1)
    named = [*key, replication_key] if replication_key and method == "INCREMENTAL" else key
    if absent := [name for name in named if name not in columns]:
        raise SelectionError(
            f"column {table}.{absent[0]} is a key in `metadata`, and not selected or not in the "
            "source. Nothing was read."
        )
    if method == "INCREMENTAL" and not replication_key:
        lack, line = "replication key", "replication-key: …"
        what = "a column that grows with each new row"
    elif method == "INCREMENTAL" and not key:
        lack = "primary key"
        line = f"replication-key: {replication_key}, table-key-properties: [{replication_key}]"
        what = "the columns that tell its rows apart"
    else:
        return
    raise SelectionError(
        f"{table} has no {lack}, which INCREMENTAL needs. Nothing was read. Write `{stream}: "
        f"{{ {line} }}`, {what}, below `metadata` in extract/extract.meltano.yml; or `{stream}: "
        "{ replication-method: FULL_TABLE }`, and each run replaces all its rows."
    )


def _is_reserved(column: str) -> bool:
    return column.lower().startswith("_sdc_")


def _meeting(
    names: Iterable[str], name_in_target: Callable[[str], str] = str
) -> Iterator[list[str]]:
    """Yield the names that are one in the target."""
    by_target: dict[str, list[str]] = {}
    for name in names:
        by_target.setdefault(name_in_target(name).upper(), []).append(name)
    yield from (meeting for meeting in by_target.values() if meeting[1:])


def up_to_date(
    patterns: Sequence[str],
    metadata: Mapping[str, Mapping[str, Any]],
    kept: Sequence[Entry],
    found: Sequence[Entry],
) -> Iterator[Entry]:
    """Yield the source's tables as they are, with what Meltano has written into a catalog.

    Meltano keeps a catalog until its own configuration changes, and the source may have changed
    since. What the catalog does not know yet is selected and has metadata as Meltano would do it.

    Args:
        patterns: Meltano's `select`.
        metadata: Meltano's `metadata`.
        kept: the entries of the catalog.
        found: the entries of the source's tables.
    """
    before = {entry["tap_stream_id"]: entry for entry in kept}
    for entry in found:
        name = entry["tap_stream_id"]
        declared = _declared(metadata, name)
        known = before.get(name) or {**entry, "metadata": [], **declared}
        chosen = {tuple(item["breadcrumb"]): item["metadata"] for item in known["metadata"]}
        keys = (
            declared.get("table_key_properties"),
            entry["key_properties"],
            chosen.get((), {}).get("table-key-properties"),
        )
        key: list[str] = next(filter(None, keys), [])
        of_all = []
        for item in entry["metadata"]:
            _, *column = item["breadcrumb"] or [""]  # the table itself has none
            selected = {**item["metadata"], "selected": is_selected(patterns, name, *column)}
            of_this = dict(chosen.get(tuple(item["breadcrumb"]), selected))
            if not column:
                of_this["table-key-properties"] = key
            of_all.append({"breadcrumb": item["breadcrumb"], "metadata": of_this})
        yield {**known, "key_properties": key, "schema": entry["schema"], "metadata": of_all}


def _declared(metadata: Mapping[str, Mapping[str, Any]], stream: str) -> dict[str, Any]:
    """Return what is declared of a stream, as Meltano writes it into the stream's entry."""
    matching = (values for pattern, values in metadata.items() if fnmatchcase(stream, pattern))
    return {key.replace("-", "_"): value for values in matching for key, value in values.items()}


def is_selected(patterns: Sequence[str], stream: str, column: str | None = None) -> bool:
    """Tell whether a column, or anything of a table, is selected and not excluded."""
    matching = [p for p in map(Pattern.parse, patterns) if p.matches(stream, column)]
    # What excludes some columns leaves the table.
    excluded = any(p.excludes and (column is not None or p.column == "*") for p in matching)
    return not excluded and any(not p.excludes for p in matching)
