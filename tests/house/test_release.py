"""A release: its versions agree, its stack parses and finds its files, its notes lead to the stack."""

from __future__ import annotations

import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from tools import release, suite
from tools.checks.stack import documents
from tools.suite import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"


def test_the_files_say_the_same_version_and_each_release_has_a_date() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == suite.read().version
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", each) for each in headings[1:])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("func-common.yaml", "pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_a_tag_that_is_not_the_files_version_is_refused_with_every_file_that_differs(tree: Path) -> None:
    assert [line.split(":")[0] for line in release.faults("v9.9.9", tree)] == [
        "func-common.yaml",
        "pyproject.toml",
        "CHANGELOG.md",
    ]
    assert release.faults(f"v{suite.read().version}", tree) == []


def test_the_stack_parses_where_it_is_unpacked_and_has_what_it_reads_beside_it(tmp_path: Path) -> None:
    release.stack(tmp_path / "stack.zip")
    with zipfile.ZipFile(tmp_path / "stack.zip") as archive:
        archive.extractall(tmp_path / "stack")
    unpacked = documents(tmp_path / "stack")
    assert unpacked.keys() == documents().keys()
    text = "".join(path.read_text() for path in (tmp_path / "stack").glob("*.tf"))
    read = re.findall(r"\$\{path\.module\}/([^\"]+)\"", text)
    assert read
    assert all((tmp_path / "stack" / name).is_file() for name in read)
    assert (tmp_path / "stack" / "schema.yaml").is_file()
    assert not list((tmp_path / "stack").glob("*.tfvars*"))  # values of a deployment stay out
    release.stack(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "stack.zip").read_bytes()


def test_the_notes_are_the_versions_part_of_the_changelog_below_a_button_for_its_stack() -> None:
    text = "# Changelog\n\n## Unreleased\n\n- no\n\n## 1.2.3 (2026-01-01)\n\n- yes\n\n## 1.2.2 (2025-01-01)\n\n- old\n"
    found = release.notes("v1.2.3", "them/theirs", text)
    assert "zipUrl=https://github.com/them/theirs/releases/download/v1.2.3/oci-functions-stack.zip)" in found
    assert found.endswith(")\n\n- yes\n")


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_has_few_rights_a_limit_and_takes_no_text_of_others_into_a_shell(path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    assert set(content["permissions"]) == {"contents"}
    for job in content["jobs"].values():
        assert job["timeout-minutes"] <= 30
        for step in job["steps"]:
            assert "${{ github." not in step.get("run", "")
            assert re.match(r"actions/[a-z-]+@v\d+$", step.get("uses", "actions/x@v1"))


def test_continuous_integration_asks_an_index_of_advisories_and_fails_where_none_answers() -> None:
    for name in ("ci.yml", "release.yml"):
        assert "make audit ARGS=--strict" in (WORKFLOWS / name).read_text()
