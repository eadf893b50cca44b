"""What to do about an error, for whoever keeps a registry from a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import FunctionError, OciServiceError

if TYPE_CHECKING:
    from functions.codecard_avatar.card.partly_saved import PartlySaved

HIDDEN_CODES = frozenset({"BucketNotFound", "NamespaceNotFound", "NotAuthorizedOrNotFound"})
"""Of a 404 of object storage, which says neither whether a bucket is there nor whether one may use it."""


def advice_of(error: FunctionError) -> str:
    """Return what to do about an error."""
    if isinstance(error, OciServiceError) and error.code in HIDDEN_CODES:
        return "check --bucket, --region and the policy of who asks: docs/codecard-avatar.md, Cards without APEX"
    return error.advice


def told_of(stopped: PartlySaved) -> list[str]:
    """Return the lines about a save that stopped in the middle."""
    advice = [f"-> {advice_of(stopped.reason)}"] if isinstance(stopped.reason, FunctionError) else []
    return [stopped.message, *advice, f"{stopped.progress}: the same command again does the rest"]
