"""The bill of materials lists what the image installs; an audit that could not ask says so."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from tools import supply_chain
from tools.render import image as render_image
from tools.suite import ROOT, read

if TYPE_CHECKING:
    from pathlib import Path

TEXT = supply_chain.REQUIREMENTS.read_text()
PINS = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", TEXT, re.MULTILINE))


def test_the_bill_of_materials_lists_every_package_with_its_hashes_and_is_reproducible(tmp_path: Path) -> None:
    document = supply_chain.sbom(tmp_path / "sbom.json")
    assert document["bomFormat"] == "CycloneDX"
    assert {each["name"]: each["version"] for each in document["components"]} == PINS
    hashes = {name: re.findall(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", TEXT, re.MULTILINE | re.DOTALL) for name in PINS}
    for each in document["components"]:
        listed = {found["content"] for reference in each["externalReferences"] for found in reference["hashes"]}
        assert listed == set(re.findall(r"sha256:([0-9a-f]{64})", hashes[each["name"]][0]))
    assert document["metadata"]["component"]["version"] == read().version
    supply_chain.sbom(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "sbom.json").read_bytes()


def test_every_requirement_is_pinned_with_a_hash_and_as_locked() -> None:
    requirements = [block for block in re.split(r"\n(?=\S)", TEXT) if not block.startswith("#")]
    assert all(re.match(r"[a-z0-9.-]+==\S+", block) and "--hash=sha256:" in block for block in requirements)
    lock = (ROOT / "uv.lock").read_text()
    for name, version in PINS.items():
        assert f'name = "{name}"\nversion = "{version}"\n' in lock
    assert not PINS.keys() & set(render_image.NOT_IN_THE_IMAGE)
    assert not re.search(r"https?://", TEXT)


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_every_package_has_a_wheel_for_the_images_python(architecture: str) -> None:
    """The base has no compiler, and pip takes wheels only."""
    packages = {each["name"]: each for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    image = re.findall(r"PYTHON_IMAGE=python:(\d)\.(\d+)-slim", (ROOT / "Dockerfile.base").read_text())
    (tag,) = {f"cp{major}{minor}" for major, minor in image}
    pattern = rf"(py2\.py3|py3)-none-any|({tag}-{tag}|cp3\d+-abi3|py3-none)-manylinux[\w.]*_{architecture}"
    names = {name: [wheel["url"] for wheel in packages[name].get("wheels", [])] for name in PINS}
    assert [name for name, urls in names.items() if not any(re.search(pattern, url) for url in urls)] == []


def test_a_known_vulnerability_is_a_failure_that_names_the_fix() -> None:
    flaw = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
    report = {"dependencies": [{"name": "a", "version": "1.0", "vulns": [flaw]}, {"name": "b", "skip_reason": "x"}]}
    assert supply_chain.verdict(report) == (
        1,
        [
            "a 1.0: PYSEC-1, fixed in 2.0",
            "1 packages looked up (1 more could not be looked up), 1 known vulnerabilities",
        ],
    )


def test_where_no_index_answers_the_audit_is_skipped_and_says_so() -> None:
    skipped = {"dependencies": [{"name": "a", "skip_reason": "not found"}]}
    for report in (skipped, {}):
        assert supply_chain.verdict(report) == (0, ["audit skipped: no index of advisories answered"])
    clean = {"dependencies": [{"name": "a", "version": "1", "vulns": []}]}
    assert supply_chain.verdict(clean) == (0, ["1 packages looked up, 0 known vulnerabilities"])
