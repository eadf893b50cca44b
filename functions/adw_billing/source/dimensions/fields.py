"""Fields of an API's answer as the columns of a table take them; what cannot be read is None, never a guess."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def text(record: Mapping[str, object], name: str) -> str | None:
    """Return a text; None for none, an empty one, or anything else."""
    value = record.get(name)
    return value.strip() or None if isinstance(value, str) else None


def exact_amount(record: Mapping[str, object], name: str) -> Decimal | None:
    """Return a finite number, given as text (OneSubscription) or as a JSON number."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        # A float's repr has the digits that were sent, up to 15 of them; no API documents its amounts as JSON numbers
        # but the price list, whose numbers are decoded as Decimal.
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def moment(record: Mapping[str, object], name: str) -> datetime | None:
    """Return a time in UTC without a zone, to the second."""
    value = record.get(name)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return zoned.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    except OverflowError:
        return None


def inner(record: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return an object within another; an empty one where there is none."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}
