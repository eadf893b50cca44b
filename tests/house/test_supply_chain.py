"""The bill of materials lists what the image installs; an audit that could not ask says so."""

from __future__ import annotations

import json
import re
import socket
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from tools import supply_chain
from tools.render import image as render_image
from tools.suite import ROOT, read

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {base: "".join(path.read_text() for path in paths) for base, paths in supply_chain.REQUIREMENTS.items()}
TEXT = TEXTS["data"]
PINS = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", TEXT, re.MULTILINE))


@pytest.mark.parametrize("base", ["lean", *(pytest.param(base, marks=pytest.mark.soak) for base in ("pages", "data"))])
def test_the_bill_of_materials_lists_every_package_with_its_hashes_and_is_reproducible(
    base: str, tmp_path: Path
) -> None:
    text = TEXTS[base]
    document = supply_chain.sbom(base, tmp_path / "sbom.json")
    assert document["bomFormat"] == "CycloneDX"
    pins = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))
    assert {each["name"]: each["version"] for each in document["components"]} == pins
    assert len(document["components"]) == len(pins)
    hashes = {name: re.findall(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL) for name in pins}
    for each in document["components"]:
        listed = {found["content"] for reference in each["externalReferences"] for found in reference["hashes"]}
        assert listed == set(re.findall(r"sha256:([0-9a-f]{64})", hashes[each["name"]][0]))
    assert document["metadata"]["component"]["version"] == read().version
    if base != "lean":
        return  # made in the same way, and each takes seconds
    supply_chain.sbom(base, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "sbom.json").read_bytes()


def test_every_requirement_is_pinned_with_a_hash_and_as_locked() -> None:
    requirements = [block for block in re.split(r"\n(?=\S)", TEXT.rstrip()) if not block.startswith("#")]
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


def test_no_package_is_in_both_lists_for_the_same_python() -> None:
    """typing-extensions is in both by their markers: what the lean base needs ends with Python 3.13."""
    lean, _, data = (render_image.blocks(path.read_text()) for path in supply_chain.REQUIREMENTS["data"])
    names = [{re.split("[ =]", block)[0] for block in found} for found in (lean, data)]
    assert names[0] & names[1] <= {"typing-extensions", "#"}


FLAW = {"id": "PYSEC-1", "fix_versions": ["2.0"]}


def test_a_known_vulnerability_is_a_failure_that_names_the_fix() -> None:
    report = {"dependencies": [{"name": "a", "version": "1.0", "vulns": [FLAW]}, {"name": "b", "skip_reason": "x"}]}
    assert supply_chain.verdict(report) == (
        1,
        [
            "NOT CHECKED: b: x",
            "a 1.0: PYSEC-1, fixed in 2.0",
            "1 packages looked up, 1 known vulnerabilities, 1 not checked",
        ],
    )


def test_a_package_that_no_index_was_asked_about_is_named_and_fails_a_strict_audit() -> None:
    clean = {"name": "a", "version": "1", "vulns": []}
    skipped = {"name": "b", "skip_reason": "not found"}
    assert supply_chain.verdict({"dependencies": [clean]}, strict=True) == (
        0,
        ["1 packages looked up, 0 known vulnerabilities, 0 not checked"],
    )
    for report, line in (
        ({"dependencies": [clean, skipped]}, "NOT CHECKED: b: not found"),
        ({"dependencies": [skipped]}, "NOT CHECKED: no index of advisories answered"),
        ({}, "NOT CHECKED: no index of advisories answered"),
    ):
        assert supply_chain.verdict(report)[0] == 0
        status, lines = supply_chain.verdict(report, strict=True)
        assert status == 1
        assert lines[0].startswith(line)


class AdvisoryIndex(BaseHTTPRequestHandler):
    """An index that speaks OSV's protocol and knows one flaw of one package."""

    asked: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        name = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
        self.asked.add(name)
        affected = {
            "package": {"name": name, "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "999.0"}]}],
        }
        flaw = {"id": "PYSEC-2026-1", "summary": "one", "aliases": [], "affected": [affected]}
        body = json.dumps({"vulns": [flaw]} if name == "requests" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_every_package_of_both_bases_is_asked_about_where_an_index_answers() -> None:
    """pip-audit itself, over a socket."""
    with ThreadingHTTPServer(("127.0.0.1", 0), AdvisoryIndex) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        report = supply_chain.audit("-s", "osv", "--osv-url", f"http://127.0.0.1:{server.server_port}/v1/query")
        server.shutdown()
    status, lines = supply_chain.verdict(report, strict=True)
    assert (status, len(lines)) == (1, 2)
    assert re.fullmatch(rf"requests {re.escape(PINS['requests'])}: PYSEC-2026-1, fixed in .*", lines[0])
    assert lines[1] == f"{len(AdvisoryIndex.asked)} packages looked up, 1 known vulnerabilities, 0 not checked"
    assert set(PINS) == AdvisoryIndex.asked


def test_an_index_that_does_not_answer_leaves_all_of_them_not_checked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]  # closed by the time that it is asked
    report = supply_chain.audit("-s", "osv", "--osv-url", f"http://127.0.0.1:{port}/v1/query")
    assert supply_chain.verdict(report, strict=True)[0] == 1
    assert supply_chain.verdict(report)[1][0].startswith("NOT CHECKED: no index of advisories answered")
