"""What the documents name is there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]
)
# What a run makes.
MADE = (
    *(".env", ".local", ".meltano", ".venv", "deploy/sbom.cdx.json", "transform/target"),
    "transform/logs",
)
PATH = re.compile(r"(?<![\w@:/.$~=-])[a-z.][\w.-]*(?:/[\w.-]+)+/?|[\w-]+\.(?:md|py|sql|yml)\b")
PLUGINS = ("local-stack", "dbt-snowflake", "airflow", "dashboard", "forecast")


@cache
def known() -> set[str]:
    """Return the names of all tests, and of the modules that they are in."""
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*test_*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    texts = ((ROOT / file).read_text() for file in files)
    found = {name for text in texts for name in re.findall(r"def (test_\w+)", text)}
    return found | {Path(file).stem for file in files}


@cache
def targets() -> set[str]:
    """Return what make makes."""
    text = (ROOT / "Makefile").read_text()
    rules = re.findall(r"^([\w %-]+):", text, re.MULTILINE)
    parts = (path.name.replace("_", "-") for path in (ROOT / "tests").iterdir())
    packages = re.findall(r"call check-package,([\w-]+)", text)
    made = [f"test-{part}" for part in parts] + [f"check-{package}" for package in packages]
    return {*" ".join(rules).split(), *made}


@cache
def commands() -> set[str]:
    """Return the commands of plugins, such as `dbt-snowflake:build`."""
    found = set()
    for file in ROOT.glob("**/*.meltano.yml"):
        for kind in (yaml.safe_load(file.read_text()).get("plugins") or {}).values():
            for plugin in kind:
                found |= {f"{plugin['name']}:{command}" for command in plugin.get("commands", ())}
    return found


@cache
def anchors(file: Path) -> set[str]:
    """Return what links to a document's sections end with, as GitHub makes it of their titles."""
    titles = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def code(text: str) -> Iterator[str]:
    """Yield what is written as code, by the line where it is a block."""
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    yield from re.findall(r"^    (\S.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_a_document_names_is_there(document: Path) -> None:
    text = (ROOT / document).read_text()
    folder = (ROOT / document).parent
    missing = [name for name in re.findall(r"\btest_\w+\b", text) if name not in known()]
    for link, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)", text):
        file = folder / link if link else ROOT / document
        if "://" in link:
            continue
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(f"{link}#{anchor}")
    for words in code(text):
        for name in re.findall(r"\bmake ([a-z-]+[a-z])\b(?!-)", words):
            if name not in targets():
                missing.append(f"make {name}")
        for command in re.findall(rf"\b(?:{'|'.join(PLUGINS)}):[a-z-]+", words):
            if command not in commands():
                missing.append(command)
        # A path has a slash or a known ending, and nothing that stands for something else.
        for path in PATH.findall(words):
            places = (ROOT, folder, ROOT / "transform", ROOT / "plugins/local-stack")
            if path.startswith(MADE) or any((place / path).exists() for place in places):
                continue
            if "/" in path or not list(ROOT.glob(f"[!.]*/**/{path}")):
                missing.append(path)
    assert missing == []


@pytest.mark.parametrize("name", ["README", "docs/runbook"])
def test_a_document_says_the_same_in_portuguese(name: str) -> None:
    said = {}
    for file in (f"{name}.md", f"{name}.pt-BR.md"):
        text = (ROOT / file).read_text().partition("## Figures")[0]
        text = re.sub(r"```.+?```", "", text, flags=re.DOTALL)  # a drawing's words are translated
        words = {re.sub(r"(^|\s+)#\s.*", "", line) for line in code(text)}  # so are comments
        links = re.findall(r"(?:\]\(|src=\")([^#)\"][^)\"]*)", text)
        # Anchors are titles, and those of what is translated are, too.
        links = [re.sub(r"\b(README|runbook)(\.pt-BR)?\.md.*", r"\1.md", link) for link in links]
        said[file] = words, set(links), re.findall(r"^#+ |^\|", text, re.MULTILINE)
    assert said[f"{name}.pt-BR.md"] == said[f"{name}.md"]


def test_alerts_name_sections_of_documents() -> None:
    text = (ROOT / "orchestrate/airflow/plugins/alerts.py").read_text()
    named = re.findall(r'"(docs/\S+\.md), (.+)"', text)
    assert named
    for file, title in named:
        assert f"\n## {title}\n" in (ROOT / file).read_text()
