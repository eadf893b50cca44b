"""What a release is made of: ``python -m tools.release TAG OWNER/REPOSITORY`` writes it into out/.

A zip of the stack for Resource Manager, a bill of materials of each base, and the notes: the version's part of
CHANGELOG.md under a button that opens the stack in the console. A tag that is not the version that the files say is
refused.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
import zipfile
from pathlib import Path

from tools import suite, supply_chain

OUT = suite.ROOT / "out"
STACK = "oci-functions-stack.zip"
BUTTON = "https://oci-resourcemanager-plugin.plugins.oci.oraclecloud.com/latest/deploy-to-oracle-cloud.svg"
CONSOLE = "https://cloud.oracle.com/resourcemanager/stacks/create"
_ROUTES = "${path.module}/../api-gateway.json"
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip knows: the same files make the same bytes


def faults(tag: str, root: Path = suite.ROOT) -> list[str]:
    """Return what does not agree with a tag: the versions of the files, the heading of the changelog."""
    version = tag.removeprefix("v")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    found = {"func-common.yaml": suite.read(root / "func-common.yaml").version, "pyproject.toml": project}
    wrong = [f"{name}: version is {said}, the tag says {version}" for name, said in found.items() if said != version]
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", changes, re.MULTILINE):
        wrong.append(f"CHANGELOG.md: no heading `## {version} (<date>)`; name and date the part `Unreleased`")
    return wrong


def stack(target: Path, root: Path = suite.ROOT) -> None:
    """Write the stack with its files at the top of the zip, where the button looks: it can name no other folder."""
    folder = root / "deploy" / "terraform"
    files = [path for path in sorted(folder.iterdir()) if path.suffix in {".tf", ".yaml"}]
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for path in [*files, root / "deploy" / "api-gateway.json"]:
            text = path.read_text(encoding="utf-8").replace(_ROUTES, "${path.module}/api-gateway.json")
            archive.writestr(zipfile.ZipInfo(path.name, _MIDNIGHT), text, zipfile.ZIP_DEFLATED)


def notes(tag: str, repository: str, changelog: str) -> str:
    """Return the release's text: the button, then the version's part of the changelog."""
    stack_url = f"https://github.com/{repository}/releases/download/{tag}/{STACK}"
    part = re.search(
        rf"^## {re.escape(tag.removeprefix('v'))} .*?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    button = f"[![Deploy to Oracle Cloud]({BUTTON})]({CONSOLE}?zipUrl={stack_url})"
    return f"{button}\n\n{part[1].strip() if part else ''}\n"


def main(arguments: list[str]) -> int:
    """Write the parts of a release; 1 and every fault for a tag that does not agree with the files."""
    parser = argparse.ArgumentParser("python -m tools.release", description="Make the files of a release in out/.")
    parser.add_argument("tag", help="such as v0.2.0")
    parser.add_argument("repository", metavar="OWNER/REPOSITORY", help="where the release is, for the button's link")
    options = parser.parse_args(arguments)
    wrong = faults(options.tag)
    if wrong:
        print("\n".join(wrong))
        return 1
    stack(OUT / STACK)
    for base in supply_chain.REQUIREMENTS:
        supply_chain.sbom(base, OUT / f"sbom-{base}.cdx.json")
    text = notes(options.tag, options.repository, (suite.ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    (OUT / "release-notes.md").write_text(text, encoding="utf-8")
    print(f"out/: {STACK}, sbom-lean.cdx.json, sbom-pages.cdx.json, sbom-data.cdx.json, release-notes.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
