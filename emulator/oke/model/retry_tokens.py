"""What a repeated create with the same `opc-retry-token` is answered.

Source: https://docs.oracle.com/en-us/iaas/Content/API/References/apierrors.htm (InvalidatedRetryToken) and the SDK's
text of `opc_retry_token`: a token expires after 24 hours, or before where a conflicting operation invalidates it, "for
example, if a resource has been deleted". That the same token with another body is refused is assumed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.node_pool_records import WorkRequestRecord

LIFE_SECONDS = 24 * 3600.0
_INVALIDATED = (
    "The provided retry token was used in an earlier request that resulted in a system update, but a subsequent "
    "operation invalidated the token."
)


@dataclass(frozen=True)
class _Used:
    """A token that was used: what was asked for, and what it made."""

    body: str
    request: WorkRequestRecord
    until_seconds: float


class RetryTokens:
    """The tokens of one kind of create."""

    def __init__(self, is_gone: Callable[[str], bool]) -> None:
        self._is_gone = is_gone
        self._used: dict[str, _Used] = {}

    def earlier(self, token: str | None, body: Object, now_seconds: float) -> WorkRequestRecord | None:
        """Return the work request that a token has made, None for a new one. Raises OciError 409."""
        used = self._used.get(token or "")
        if used is None or used.until_seconds <= now_seconds:
            return None
        if used.body != _text(body) or self._is_gone(used.request.resource_id):
            raise OciError(409, "InvalidatedRetryToken", _INVALIDATED)
        return used.request

    def keep(self, token: str | None, body: Object, request: WorkRequestRecord, now_seconds: float) -> None:
        """Remember what a token has made."""
        if token:
            self._used[token] = _Used(_text(body), request, now_seconds + LIFE_SECONDS)

    def clear(self) -> None:
        """Forget all."""
        self._used.clear()


def _text(body: Object) -> str:
    return json.dumps(body, sort_keys=True)
