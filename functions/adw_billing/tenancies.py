"""The settings of each tenancy whose reports one function loads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.adw_billing.settings import Settings


def by_tenancy(settings: Settings) -> dict[str, Settings]:
    """Return the settings of each tenancy: the first one's, and those of `tenancies` with their home regions."""
    each = {settings.usage_report_bucket: settings}
    for entry in settings.tenancies:
        tenancy, _, region = entry.partition("@")
        each.setdefault(
            tenancy, replace(settings, usage_report_bucket=tenancy, home_region=region or settings.home_region)
        )
    return each
