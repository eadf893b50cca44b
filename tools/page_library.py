"""`make page-library`: fetch the charting library of the pages from npm, at the version and the hashes of this project.

The files are kept in the repository, so that nobody needs npm to build an image or to run a page; this shows where they
came from, and brings a new version.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from shared.pages.parts import VENDOR, VENDORED, VERSION

PACKAGE = f"uplot@{VERSION}"
LICENCE = "LICENSE.uPlot"


def main() -> int:
    """Fetch, compare and replace; 1 with the hashes found where they are others."""
    usage = "Fetch the charting library of the pages from npm, and compare its hashes."
    argparse.ArgumentParser(prog="tools.page_library", description=usage).parse_args()
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not installed", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="page-library-") as folder:
        command = [npm, "pack", PACKAGE, "--pack-destination", folder]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603  (our own list)
        found = _files(next(Path(folder).glob("*.tgz")))
    wrong = [f"{name}: {_hash(found[name])}" for name, known in VENDORED.items() if _hash(found[name]) != known]
    if wrong:
        print(f"{PACKAGE} has other files than shared/pages/parts.py knows:", *wrong, sep="\n", file=sys.stderr)
        return 1
    for name, content in found.items():
        (VENDOR / name).write_bytes(content)
    print(f"{PACKAGE}: {', '.join(found)} in {VENDOR.name}/")
    return 0


def _files(archive: Path) -> dict[str, bytes]:
    """Return the files that are kept, and the licence, by the names that they have here."""
    with tarfile.open(archive) as package:
        places = {name: f"package/dist/{name}" for name in VENDORED} | {LICENCE: "package/LICENSE"}
        members = {name: package.extractfile(place) for name, place in places.items()}
        return {name: member.read() for name, member in members.items() if member is not None}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
