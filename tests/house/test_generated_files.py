"""What is generated from func-common.yaml, settings, errors and the lock is fresh, and right for the fn CLI."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tools import suite
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FUNC_YAMLS = sorted(ROOT.glob("functions/*/func.yaml"))
KEYS_READ_BY_FN = {
    "schema_version",
    "name",
    "version",
    "runtime",
    "content_type",
    "memory",
    "timeout",
    "idle_timeout",
    "config",
    "annotations",
    "build",
    "triggers",
    "deploy",
}


@pytest.mark.parametrize("path", FUNC_YAMLS, ids=lambda path: path.parent.name)
def test_a_func_yaml_is_what_the_fn_command_reads(path: Path) -> None:
    text = path.read_text()
    content = yaml.safe_load(text)
    assert content.keys() <= KEYS_READ_BY_FN  # fn ignores any other key without a word
    assert content["schema_version"] == 20180708
    assert content["runtime"] == "docker"
    assert (path.parent / "Dockerfile").is_file()
    assert content["memory"] in {128, 256, 512, 1024, 2048, 3072}
    assert 0 < content["timeout"] <= 300
    assert all(isinstance(value, str) and value for value in content.get("config", {}).values())
    assert all(each["type"] == "http" and each["source"].startswith("/") for each in content.get("triggers", []))


@pytest.mark.parametrize("path", FUNC_YAMLS, ids=lambda path: path.parent.name)
def test_triggers_can_be_cut_off_for_a_tenancy_which_has_none(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "func.yaml"
    copy.write_text(path.read_text())
    subprocess.run(["/usr/bin/env", "sed", "-i", "/^triggers:/,$d", copy], check=True)  # noqa: S603
    whole, cut = yaml.safe_load(path.read_text()), yaml.safe_load(copy.read_text())
    assert cut == {key: value for key, value in whole.items() if key != "triggers"}


def test_every_function_has_its_own_name_version_of_the_suite_and_trigger_paths() -> None:
    contents = [yaml.safe_load(path.read_text()) for path in FUNC_YAMLS]
    sources = [each["source"] for content in contents for each in content.get("triggers", [])]
    assert len({content["name"] for content in contents}) == len(contents) > 0
    assert len(set(sources)) == len(sources) > 0
    assert {content["version"] for content in contents} == {suite.read().version}


def test_nothing_below_functions_is_mistaken_for_a_function() -> None:
    """`fn deploy --all` takes every func.yaml, func.yml and func.json in any folder below."""
    found = [path for name in ("func.yaml", "func.yml", "func.json") for path in ROOT.glob(f"functions/**/{name}")]
    assert sorted(found) == FUNC_YAMLS


def test_the_projects_version_is_the_suites() -> None:
    assert f'\nversion = "{suite.read().version}"\n' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("memory: 128 ", "memory: must be one of"),
        ("timeout: 10\n", "timeout: must be 1 to 300"),
        ("source: /request-context", "source: must begin with /"),
        ("runtime: docker ", "runtime: must be docker"),
        ("config: {}\n\nfunctions", "config.9: a key"),
    ],
)
def test_a_mistake_in_func_common_yaml_is_named(wrong: str, fault: str, tmp_path: Path) -> None:
    better = {
        "memory: 128 ": "memory: 129 ",
        "timeout: 10\n": "timeout: 301\n",
        "source: /request-context": "source: request-context",
        "runtime: docker ": "runtime: python ",
        "config: {}\n\nfunctions": "config: {9: x}\n\nfunctions",
    }
    text = (ROOT / "func-common.yaml").read_text()
    assert wrong in text
    changed = tmp_path / "func-common.yaml"
    changed.write_text(text.replace(wrong, better[wrong]))
    with pytest.raises(ValueError, match=r"func-common\.yaml") as caught:
        suite.read(changed)
    assert fault in str(caught.value)
