"""What is known when the saving of several cards ends before all of them are saved."""

from __future__ import annotations

from shared.errors import FunctionError, OciServiceError

HIDDEN_CODES = frozenset({"BucketNotFound", "NamespaceNotFound", "NotAuthorizedOrNotFound"})
"""Of a 404 of object storage, which says neither whether a bucket is there nor whether one may use it."""


def advice_of(error: FunctionError) -> str:
    """Return what to do about an error."""
    if isinstance(error, OciServiceError) and error.code in HIDDEN_CODES:
        return "check --bucket, --region and the policy of who asks: docs/codecard-avatar.md, Cards without APEX"
    return error.advice


class PartlySaved(Exception):
    """Saving stopped in the middle; ``faults`` are the reason and how far it came."""

    def __init__(self, reason: Exception, saved: int, wanted: int, things: str) -> None:
        told = reason.message if isinstance(reason, FunctionError) else str(reason)
        advice = [f"-> {advice_of(reason)}"] if isinstance(reason, FunctionError) else []
        unknown = isinstance(reason, OciServiceError) and reason.code == "no-answer"
        last = ", and perhaps the next one" if unknown else ""
        self.faults = [told, *advice, f"{saved} of {wanted} {things} saved{last}: the same command again does the rest"]
        super().__init__("; ".join(self.faults))
