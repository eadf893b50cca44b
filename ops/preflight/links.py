"""When the pre-authenticated links of a function's config end. Pure: what a bucket lists and the time are arguments.

A listing has names, rights and ends of links and not their URLs, which are told once, when they are made. So which of
them the config has is not known: the one that ends first is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.preflight.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

WARN_DAYS = 14
"""Before the end of a link: time enough to make another one and set it."""

GIVES = {
    "oss_bucket": ("AnyObjectWrite", "AnyObjectReadWrite"),
    "private_bucket": ("AnyObjectRead", "AnyObjectReadWrite"),
}
"""Access types of links that will do for a config key."""


def link_row(key: str, bucket: str, links: Iterable[Any], now: datetime) -> Row:
    """Return the row of the links of a bucket that a config key may have; ``links`` are the SDK's summaries."""
    fit = [link for link in links if link.access_type in GIVES[key]]
    alive = sorted((link for link in fit if link.time_expires > now), key=lambda link: link.time_expires)
    make = f"make a link for {GIVES[key][0]} of {bucket}, and set {key} to it"
    check = f"link of {key}"
    if not alive:
        ended = ", ".join(f"{link.name} on {link.time_expires:%Y-%m-%d}" for link in fit)
        told = f"no link of {bucket} is alive{': ended ' + ended if ended else ' and fit'}"
        return Row("bucket", check, "FAILED", told, make)
    first = alive[0]
    days = (first.time_expires - now).days
    told = f"{first.name} ends on {first.time_expires:%Y-%m-%d}, in {days} days"
    if days >= WARN_DAYS:
        return Row("bucket", check, "ok", told)
    others = f" ({len(alive) - 1} others end later; which one {key} has is not listed)" if len(alive) > 1 else ""
    return Row("bucket", check, "warning", told + others, make)
