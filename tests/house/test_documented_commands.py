"""Commands in documents and scripts: they run on macOS and BSD too, and the fn CLI takes them as they are written."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = [ROOT / "Makefile", *sorted((ROOT / ".ci").iterdir()), *sorted((ROOT / ".github").rglob("*.yml"))]
SCRIPTS += sorted((ROOT / "deploy" / "terraform").glob("*.tf"))  # outputs are commands to paste
GNU_ONLY = {
    "sed -i without a suffix": re.compile(r"\bsed (?:-[a-zA-Z]+ )*-i(?= )"),
    "sed --option": re.compile(r"\bsed --\w"),
    "date -d": re.compile(r"\bdate (?:-u )?(?:-d|--date)\b"),
    "grep -P": re.compile(r"\bgrep -\w*P"),
    "readlink -f": re.compile(r"\breadlink -f"),
    "base64 -w": re.compile(r"\bbase64 (?:-w|--wrap)"),
    "stat -c": re.compile(r"\bstat -c"),
    "xargs -r": re.compile(r"\bxargs -\w*r\b"),
    "head -c -n, tail": re.compile(r"\bhead -[cn] ?-\d"),
    "mktemp, cp, ls with long options": re.compile(r"\b(?:mktemp|cp|ls|ln|rm|mkdir) --\w"),
}
FN_DEPLOY = re.compile(r"fn deploy\b([^`#\n)]*)")
FN_DEPLOY_FLAGS = {"--app", "--all", "--no-bump", "--local", "--build-arg"}
"""Of the flags of fn CLI 0.6, those that a document may use."""


@pytest.mark.parametrize("path", [*DOCUMENTS, *SCRIPTS], ids=lambda path: path.name)
def test_no_command_needs_gnu_tools(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name, pattern in GNU_ONLY.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    "line",
    [
        "sed -i 's/a/b/' x",
        "sed -n -i '1p' x",
        "date -d yesterday",
        "date -u --date=now",
        "grep -oP x",
        "readlink -f .",
        "base64 -w0",
        "base64 --wrap=0",
        "stat -c %s x",
        "xargs -0r rm",
        "head -n -1 x",
        "mktemp --directory",
    ],
)
def test_a_gnu_only_command_is_found(line: str) -> None:
    assert any(pattern.search(line) for pattern in GNU_ONLY.values())


@pytest.mark.parametrize("line", ["sed -i.bak '1d' x", "date +%s", "grep -E x", "base64 x", "head -n 1 x"])
def test_a_portable_command_is_none(line: str) -> None:
    assert not any(pattern.search(line) for pattern in GNU_ONLY.values())


@pytest.mark.parametrize(
    "path", [each for each in DOCUMENTS if "fn deploy" in each.read_text()], ids=lambda path: path.name
)
def test_every_fn_deploy_keeps_func_yaml_and_its_page_says_how_it_is_on_a_local_server(path: Path) -> None:
    """Without --no-bump fn rewrites func.yaml; without --local it pushes, which a server without a registry cannot."""
    text = path.read_text(encoding="utf-8")
    found = [shlex.split(each) for each in FN_DEPLOY.findall(text) if "--" in each]
    for words in found:
        flags = {word for word in words if word.startswith("--")}
        assert flags <= FN_DEPLOY_FLAGS
        assert "--no-bump" in flags
        assert len(flags & {"--app", "--all"}) == 1
    assert not found or "--local" in text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_terraform_and_kubectl_are_spelt_in_one_way(path: Path) -> None:
    """From the project's folder: -chdir, and RBAC with the rest of deploy/kubernetes, which fills its user name in."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?<!-chdir=deploy/)terraform (?:init|plan|apply|output|destroy)\b", text) == []
    assert re.findall(r"kubectl (?:apply|delete) -f [^\n`]*", text) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_triggers_are_cut_off_by_a_command_that_leaves_no_copy_in_an_image(path: Path) -> None:
    """What `sed -i.bak` leaves lies in the build context of the function."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if "sed -i.bak" in line:
            assert re.search(r"&& rm \S*func\.yaml\.bak", line)
