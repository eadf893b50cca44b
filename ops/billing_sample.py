"""A made-up quarter of reports, so that every question of the documents can be asked without a cloud.

August to October 2026 of one tenancy: cost and FOCUS reports of the same usage, four compartments, tags on some
resources, a child tenancy, late rows, corrections, reports published again, and a SKU whose price rises in October.
The same reports each time.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from emulator.reports.billing_history import BillingHistory, PriceChange, final_state, write_folder
from shared.errors import BadRequest

if TYPE_CHECKING:
    from pathlib import Path

CHILD_TENANCY = "ocid1.tenancy.oc1..aaaaaaaalocalcloudchild"
STORY = BillingHistory(
    seed="sample",
    first_day=date(2026, 8, 1),
    days=92,
    rows_per_day=60,
    windows_a_day=1,
    resources=80,
    afterwards_every=15,
    late_days=4,
    republish_every=30,
    price_changes=(PriceChange(date(2026, 10, 1), "B93113", 802150), PriceChange(date(2026, 10, 1), "B91628", 1090617)),
    child=CHILD_TENANCY,
)
"""B93113 (OCPU hours) and B91628 (object storage) cost a tenth more from October on."""


def write(folder: Path) -> int:
    """Write the reports as the bucket holds them in the end; return how many. BadRequest for a folder with files."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadRequest(f"{folder} is not empty", fix="name a new folder", field="out")
    found = list(final_state(STORY.publications()).values())
    try:
        write_folder(folder, found)
    except OSError as fault:
        raise BadRequest(f"{folder}: {fault.strerror}", fix="name a folder that can be written", field="out") from None
    return len(found)
