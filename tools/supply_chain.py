"""What the image is made of: ``python -m tools.supply_chain sbom`` and ``… audit``.

``sbom`` writes a CycloneDX document of the image's Python packages, versions and hashes as in its requirements, into
out/sbom.cdx.json. ``audit`` asks an index of advisories about them; where none answers it says so and is no failure.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUIREMENTS = ROOT / "deploy" / "image" / "requirements.txt"
AUDIT_SECONDS = 120


def sbom(target: Path) -> dict[str, Any]:
    """Write the document, reproducibly, and return it. CalledProcessError when it cannot be made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(REQUIREMENTS)]
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application", "--output-reproducible"]
    subprocess.run([*command, *options, "-o", str(target)], check=True, capture_output=True)  # noqa: S603  (our own list)
    document: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return document


def audit() -> Mapping[str, Any]:
    """Return pip-audit's own report; empty when it did not finish in AUDIT_SECONDS or ended without one."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(REQUIREMENTS), "--disable-pip"]
    try:
        done = subprocess.run(  # noqa: S603  (our own list)
            [*command, "--require-hashes", "--format", "json", "--progress-spinner", "off"],
            check=False,
            capture_output=True,
            text=True,
            timeout=AUDIT_SECONDS,
        )
        report: Mapping[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return {}
    return report


def verdict(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Return exit status and lines for a report: 1 for a known vulnerability, 0 with a reason if nothing was asked."""
    packages = report.get("dependencies", [])
    asked = [each for each in packages if "skip_reason" not in each]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no version'}"
        for each in asked
        for flaw in each.get("vulns", [])
    ]
    if not asked:
        return 0, ["audit skipped: no index of advisories answered"]
    skipped = len(packages) - len(asked)
    note = f" ({skipped} more could not be looked up)" if skipped else ""
    return int(bool(found)), [*found, f"{len(asked)} packages looked up{note}, {len(found)} known vulnerabilities"]


def main(arguments: list[str]) -> int:
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.supply_chain", description="Tell what the image is made of.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom", help="write a CycloneDX document of the image's packages into out/sbom.cdx.json")
    commands.add_parser("audit", help="ask an index of advisories about them; exit 1 for a known vulnerability")
    if parser.parse_args(arguments).command == "sbom":
        target = ROOT / "out" / "sbom.cdx.json"
        document = sbom(target)
        print(
            f"{target.relative_to(ROOT)}: CycloneDX {document['specVersion']}, {len(document['components'])} packages"
        )
        return 0
    status, lines = verdict(audit())
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
