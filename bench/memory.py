"""The memory that a process has held, as the kernel counts it since the program began (VmHWM, proc(5)).

``ru_maxrss`` will not do: it begins with what the parent held when it forked.
"""

from __future__ import annotations

from pathlib import Path


def peak_bytes(process: int | str) -> int:
    """Return the peak resident memory of a process id, or of ``self``."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def resident_bytes() -> int:
    """Return the resident memory of this process now."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
