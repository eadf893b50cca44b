"""Loads a folder and prints what became of its one report, and the peak memory of this process in MiB."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.memory import peak_bytes
from tests.support.billing_files import load

if __name__ == "__main__":
    (row,) = load(Path(sys.argv[1]), Path(sys.argv[2]))["reports"]
    print(json.dumps({**row, "peak_mib": peak_bytes("self") / (1 << 20)}))
