"""A made-up quarter, the same each time: what `billing sample` writes and the local cloud's cost page opens on."""

from __future__ import annotations

from datetime import date

from emulator.reports.billing_history import BillingHistory, PriceChange

CHILD_TENANCY = "ocid1.tenancy.oc1..aaaaaaaalocalcloudchild"
SAMPLE_QUARTER = BillingHistory(
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
