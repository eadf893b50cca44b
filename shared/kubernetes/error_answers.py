"""What an API server's refusals say: an error's reason and message, and whether the request is to be sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shared.errors import KubernetesApiError

if TYPE_CHECKING:
    from shared.http.client import HttpResponse

BUDGET_CAUSE = "DisruptionBudget"
"""Cause in the Status of an eviction that a budget refuses (kubernetes, registry/core/pod/storage/eviction.go)."""


class _Cause(msgspec.Struct):
    reason: str | None = None


class _Details(msgspec.Struct):
    causes: list[_Cause] | None = None


class _Status(msgspec.Struct):
    """The part that is read of an error answer (meta/v1 Status)."""

    reason: str | None = None
    message: str | None = None
    details: _Details | None = None


def held_back_seconds(response: HttpResponse) -> float | None:
    """Return how long the server wants a request to wait that it did not look at; None for every other answer.

    An eviction that a budget refuses is a 429, too, and may name a time. That one was looked at, and what it means is
    its sender's to decide.
    """
    told = response.headers.get("retry-after", "")
    if response.status != 429 or not (told.isascii() and told.isdecimal() and len(told) <= 6):
        return None
    details = _said(response).details
    causes = (details.causes or ()) if details is not None else ()
    return None if any(cause.reason == BUDGET_CAUSE for cause in causes) else float(told)


def _said(response: HttpResponse) -> _Status:
    """Return what an error answer says; priority and fairness answers in plain text."""
    try:
        return msgspec.json.decode(response.body, type=_Status)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Status()


def refusal(response: HttpResponse, target: str) -> KubernetesApiError:
    """Return the error for an answer that is not 2xx."""
    said = _said(response)
    return KubernetesApiError(
        (said.message or f"the API server answered {response.status}")[:300],
        status=response.status,
        code=said.reason or "",
        audit_id=response.headers.get("audit-id", ""),
        path=shown_path(target),
    )


def shown_path(target: str) -> str:
    """Return the path without its query: continue tokens are long and say nothing."""
    return target.partition("?")[0]
