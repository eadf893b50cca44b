"""One cold process of `explain` on a snapshot file: what a decision costs without the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.byte_compile import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """CPU seconds, peak memory in MiB and new nodes of one `explain`."""

    cpu_seconds: float
    mib: float
    new_nodes: int


def explain_cold(file: Path) -> Run:
    """Run one cold process; its usage is the kernel's figure (VmHWM starts at zero with the program)."""
    code = (
        "import resource, sys; from functions.oke_autoscaler.explain.command import main;"
        "main(['--snapshot', sys.argv[1]]); used = resource.getrusage(resource.RUSAGE_SELF);"
        "peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(used.ru_utime + used.ru_stime, int(peak) / 1024, file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-c", code, str(file)], env=environment, check=True, capture_output=True
    )
    cpu_seconds, mib = (float(text) for text in done.stderr.split())
    pools = json.loads(done.stdout)["pools"]
    return Run(cpu_seconds, mib, sum(pool["wanted_size"] - pool["size"] for pool in pools))
