"""Loads a folder and prints what became of its one report, and the peak memory of this process in MiB."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.support.billing_files import load


def peak_mib() -> float:
    """VmHWM: `ru_maxrss` of a child begins with its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    (row,) = load(Path(sys.argv[1]), Path(sys.argv[2]))["reports"]
    print(json.dumps({**row, "peak_mib": peak_mib()}))
