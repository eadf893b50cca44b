"""What the images are made of: ``python -m tools.supply_chain sbom`` and ``… audit [--strict]``.

``sbom`` writes a CycloneDX document a base, of its Python packages, versions and hashes as in its requirements, into
out/. ``audit`` asks an index of advisories about all of them; a package that none could be asked about is named as
not checked, which is a failure with ``--strict``.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.render.image import blocks
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

IMAGE = ROOT / "deploy" / "image"
REQUIREMENTS = {
    "lean": (IMAGE / "requirements.txt",),
    "pages": (IMAGE / "requirements.txt", IMAGE / "requirements-pages.txt"),
    "data": (IMAGE / "requirements.txt", IMAGE / "requirements-pages.txt", IMAGE / "requirements-data.txt"),
}
"""What a base installs."""

AUDIT_SECONDS = 120


def sbom(base: str, target: Path) -> dict[str, Any]:
    """Write a base's document, reproducibly, and return it. CalledProcessError when it cannot be made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "-"]
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application", "--output-reproducible"]
    subprocess.run([*command, *options, "-o", str(target)], check=True, capture_output=True, input=_requirements(base))  # noqa: S603  (our own list)
    document: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return document


def _requirements(base: str) -> bytes:
    """Return one requirements file; a package that both lists have, by their markers, is listed once."""
    found = {re.split("[ =]", block)[0]: block for path in REQUIREMENTS[base] for block in blocks(path.read_text())}
    return "".join(f"{block}\n" for block in found.values()).encode()


def audit(*options: str) -> Mapping[str, Any]:
    """Return pip-audit's own report; empty when it did not finish in AUDIT_SECONDS or ended without one."""
    files = [word for path in REQUIREMENTS["data"] for word in ("--requirement", str(path))]
    command = [sys.executable, "-m", "pip_audit", *files, "--disable-pip", "--require-hashes", *options]
    try:
        done = subprocess.run(  # noqa: S603  (our own list)
            [*command, "--format", "json", "--progress-spinner", "off"],
            check=False,
            capture_output=True,
            text=True,
            timeout=AUDIT_SECONDS,
        )
        report: Mapping[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return {}
    return report


def verdict(report: Mapping[str, Any], *, strict: bool = False) -> tuple[int, list[str]]:
    """Return exit status and lines for a report.

    1 for a known vulnerability, and with ``strict`` for a package that no index was asked about: a state that nobody
    knows is not a good one.
    """
    packages = report.get("dependencies", [])
    asked = [each for each in packages if "skip_reason" not in each]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no version'}"
        for each in asked
        for flaw in each.get("vulns", [])
    ]
    unknown = [f"NOT CHECKED: {each['name']}: {each['skip_reason']}" for each in packages if "skip_reason" in each]
    if not asked:
        unknown = ["NOT CHECKED: no index of advisories answered; whether a package has a known vulnerability is open"]
    else:
        found.append(f"{len(asked)} packages looked up, {len(found)} known vulnerabilities, {len(unknown)} not checked")
    failed = len(found) > bool(asked) or bool(strict and unknown)
    return int(failed), [*unknown, *found]


def main(arguments: list[str]) -> int:
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.supply_chain", description="Tell what the images are made of."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom", help="write a CycloneDX document of each base's packages into out/")
    asks = commands.add_parser("audit", help="ask an index of advisories about them; exit 1 for a known vulnerability")
    asks.add_argument("--strict", action="store_true", help="exit 1 as well where a package could not be looked up")
    options = parser.parse_args(arguments)
    if options.command == "audit":
        status, lines = verdict(audit(), strict=options.strict)
        print("\n".join(lines))
        return status
    for base in REQUIREMENTS:
        target = ROOT / "out" / f"sbom-{base}.cdx.json"
        document = sbom(base, target)
        print(
            f"{target.relative_to(ROOT)}: CycloneDX {document['specVersion']}, {len(document['components'])} packages"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
