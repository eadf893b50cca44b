"""The documents: their links lead somewhere, the commands they name are there, and nothing in the tree is private."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from shared.errors import FunctionError, tree
from tests.support.command_line import commands, parse, words_of
from tools import suite
from tools.checks import policies, stack
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = ".venv/bin/oci-functions"
GENERATED = re.compile(r"<!-- generated: .*?<!-- end generated -->", re.DOTALL)
PACKAGES = ("functions", "shared", "ops", "emulator", "tools", "bench", "deploy", "tests")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
PRIVATE = {
    "a home folder or a work folder of one machine": re.compile(r"(?<![\w.])/(?:root|work|home/(?!fn|oci)\w+)/\w"),
    "a package index by its host": re.compile(r"https?://[\w.-]*(?:pypi|pythonhosted|artifactory|devpi|nexus)[\w.-]*"),
}


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_to_a_file_and_a_heading(path: Path) -> None:
    text = path.read_text()
    for found in LINK.finditer(text):
        target, _, anchor = found["target"].partition("#")
        if target.startswith(("http:", "https:", "mailto:")) or target == "../../releases/latest":  # of the repository
            continue
        file = (path.parent / target) if target else path
        assert file.exists(), found["target"]
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file.read_text()), found["target"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_and_module_that_a_document_names_is_there(path: Path) -> None:
    text = path.read_text()
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    commands = re.findall(r"(?:`|^ *)make ([a-z-]+(?: [a-z-]+)* ?)(?=[`\n]|[A-Z]+=)", text, re.MULTILINE)
    named = {word for command in commands for word in command.split()}
    assert {word for word in named if word not in targets} == set()
    for module in set(re.findall(r"python3? -m ([a-z_.]+)", text)):
        assert importlib.util.find_spec(module.rstrip(".")) is not None, module


def command_lines(text: str) -> list[str]:
    """Each line, or code within one, that names the command by its path; a line that ends in a backslash goes on."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    code = [each for line in lines for each in (re.findall(r"`([^`]+)`", line) or [line])]
    return [
        each.partition("   #")[0].partition(" && ")[2] or each.partition("   #")[0] for each in code if COMMAND in each
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_line_of_a_document_parses(path: Path) -> None:
    text = path.read_text()
    for line in command_lines(text):
        parse(words_of(line))


def test_the_command_has_one_spelling_in_all_documents() -> None:
    """The path from the project's folder; the bare name stands only where a page says what it is."""
    words = "|".join(sorted({words[0] for words in commands() if words}))
    bare = re.compile(rf"(?<!\.venv/bin/)\boci-functions (?:{words})(?![\w-])(?! [:=])")
    texts = {path.name: GENERATED.sub("", path.read_text()) for path in DOCUMENTS}  # docstrings are no command lines
    found = {name: bare.findall(text) for name, text in texts.items()}
    assert {name for name, lines in found.items() if lines} <= {"glossary.md", "schedules.md"}
    lines = sum(len(command_lines(path.read_text())) for path in DOCUMENTS)
    assert lines > 10
    modules = re.compile(r"(?<!\.venv/bin/)python -m (?!functions\.|emulator|shared\.)[\w.]+")
    assert {name: found for name, text in texts.items() if (found := modules.findall(text))} == {}


@functools.cache
def modules() -> list[str]:
    return [f"/{each.relative_to(ROOT)}" for name in PACKAGES for each in (ROOT / name).rglob("*.py")]


@functools.cache
def stack_names() -> tuple[set[str], set[str]]:
    """The stack's outputs and variables; reading it takes a second."""
    blocks = [block for each in stack.documents().values() for block in each.get("output", [])]
    outputs = {name.strip('"') for block in blocks for name in block}
    return outputs, {name.removeprefix("var.") for name in stack.declared() if name.startswith("var.")}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_of_code_that_a_document_names_is_there(path: Path) -> None:
    """A path from the root, or the end of one where the text says which function it is about."""
    named = set(re.findall(r"`([\w/]+\.py)`", path.read_text()))
    assert {name for name in named if not any(each.endswith(f"/{name}") for each in modules())} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_terraform_output_and_variable_that_a_document_names_is_there(path: Path) -> None:
    text = path.read_text()
    outputs, variables = stack_names()
    assert set(re.findall(r"output -raw (\w+)|outputs? `(\w+)`", text)) <= {("", name) for name in outputs} | {
        (name, "") for name in outputs
    }
    assert set(re.findall(r"-var (\w+)=", text)) <= variables


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_policy_statement_in_a_document_uses_a_verb_and_a_resource_type_of_iam(path: Path) -> None:
    right = r"(?i:allow|endorse)\s+(?:any-user|service \S+|dynamic-group \S+)\s+to\s+(\S+)\s+([\w-]+)"
    for verb, resource in re.findall(right, path.read_text()):
        assert verb in policies.VERBS
        assert resource in policies.RESOURCE_TYPES


def test_the_troubleshooting_table_has_every_reason_that_the_code_can_give() -> None:
    with_errors = {"shared.errors"}
    for entry in suite.read().present():
        if (ROOT / "functions" / entry.folder / "errors.py").exists():
            with_errors.add(importlib.import_module(f"functions.{entry.folder}.errors").__name__)
    table = (ROOT / "docs" / "operations.md").read_text()
    for error in tree():
        if error is FunctionError or error.__module__ not in with_errors:
            continue
        assert f"| `{error.reason}` |" in table, error.__qualname__
        assert error.meaning.endswith("."), error.__qualname__
        assert error.remedy, error.__qualname__


def test_no_file_names_a_machines_folders_or_a_package_index() -> None:
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    found = []
    for name in filter(None, listed):
        if name in {"uv.lock", "tests/house/test_docs.py"} or not (ROOT / name).is_file():
            continue
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for meaning, pattern in PRIVATE.items():
            found += [f"{name}: {meaning}: {each}" for each in pattern.findall(text)]
    assert found == []
