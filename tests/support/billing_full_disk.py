"""Loads into a file system of a few bytes, gives it room, and loads again; run by its test in a namespace of its own.

`unshare --user --map-root-user --mount python -m tests.support.billing_full_disk REPORTS WORK KIB` prints an object:
the answers of the call on the full disk and of the next one, and whether the warehouse is that of a call with room.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.billing_files import load_command
from tests.support.billing_kill_sweep import content

ROOMY = "512m"


def load(reports: Path, warehouse: Path) -> Any:
    """The answer of one call in a process of its own."""
    command = load_command(reports, warehouse, "--detail")
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)


def mount(*arguments: str) -> None:
    """Run mount, which must succeed."""
    subprocess.run(["mount", *arguments], check=True)  # noqa: S607  (wherever this machine has it)


def main(reports: Path, work: Path, kib: int) -> dict[str, object]:
    """On a disk of ``kib`` KiB, then on a large one."""
    load(reports, work / "want.duckdb")
    small = work / "small"
    small.mkdir()
    mount("-t", "tmpfs", "-o", f"size={kib}k", "none", str(small))
    full = load(reports, small / "billing.duckdb")
    # With its type and source named, mount adds none of the options that the file system has: among them is the owner's
    # id outside of this namespace, and a user other than root is refused that.
    mount("-t", "tmpfs", "-o", f"remount,size={ROOMY}", "none", str(small))
    after = load(reports, small / "billing.duckdb")
    return {"full": full, "after": after, "same": content(small / "billing.duckdb") == content(work / "want.duckdb")}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
