"""A made-up quarter of reports, so that every question of the documents can be asked without a cloud.

August to October 2026 of one tenancy: cost and FOCUS reports of the same usage, four compartments, tags on some
resources, a child tenancy, late rows, corrections, reports published again, and a SKU whose price rises in October.
The same reports each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.reports.billing_history import final_state, write_folder
from emulator.reports.sample_quarter import SAMPLE_QUARTER
from shared.errors import BadRequest

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path) -> int:
    """Write the reports as the bucket holds them in the end; return how many. BadRequest for a folder with files."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadRequest(f"{folder} is not empty", fix="name a new folder", field="out")
    found = list(final_state(SAMPLE_QUARTER.publications()).values())
    try:
        write_folder(folder, found)
    except OSError as fault:
        raise BadRequest(f"{folder}: {fault.strerror}", fix="name a folder that can be written", field="out") from None
    return len(found)
