"""Fingerprints of the certificates of pictures' hosts, as the card compares them."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_SECONDS = 600.0
"""How long a fingerprint is taken as it is. A host whose certificate was renewed shows the new one to the card at once,
which then refuses the picture: a container that is warm for days must not go on with the old one for as long."""


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-1 of a certificate (DER) as 20 hex bytes with blanks between them, as the card prints one."""
    # SHA-1 is no choice of ours: it is all that the firmware's verify(fingerprint, host) compares. It is sent with each
    # answer, taken from the certificate that the host shows, because one in the config would be stale after a rotation.
    digest = hashlib.sha1(certificate, usedforsecurity=False).digest()
    return digest.hex(" ").upper() if certificate else ""


class HostFingerprints:
    """Those of hosts of the config, by scheme and host: there are no more than it has."""

    def __init__(self, now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._now_seconds = now_seconds
        self._held: dict[str, tuple[str, float]] = {}

    @property
    def hosts(self) -> list[str]:
        """The hosts whose fingerprint is known."""
        return list(self._held)

    def keep(self, base: str, certificate: bytes) -> str:
        """Keep and return the fingerprint of the certificate that a host shows now."""
        fingerprint = fingerprint_of(certificate)
        self._held[base] = (fingerprint, self._now_seconds() + FRESH_SECONDS)
        return fingerprint

    def find(self, base: str, *, stale: bool = False) -> str:
        """Return the fingerprint of a host; empty where it is not known, or not fresh and no ``stale`` one wanted."""
        fingerprint, until_seconds = self._held.get(base, ("", 0.0))
        return fingerprint if stale or self._now_seconds() <= until_seconds else ""
