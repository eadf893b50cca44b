"""The firmwares that Code Cards run, and what each can do: TLS, fingerprint, headers, pictures.

Read from their published sources and tried on them (docs/codecard-avatar.md, "Which card can do what"). S is what a
card was handed out with; L and LF are S compiled again for BearSSL; O, K and F are forks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Firmware = Literal["S", "L", "LF", "O", "K", "F"]
Reading = Literal["S", "O", "K"]
"""The ways in which an answer's bytes become a document."""


@dataclass(frozen=True)
class FirmwareTraits:
    """What one firmware can do.

    ``tls``: `axtls` has four suites with RSA key exchange, `bearssl` those of today up to TLS 1.2, `closed` opens no
    connection, of `unknown` nothing was found out. ``compares``: the SHA-1 fingerprint decides; without it any
    certificate will do.
    """

    meaning: str
    tls: Literal["axtls", "bearssl", "closed", "unknown"]
    compares: bool = True
    reads: Reading = "S"
    sends_card_headers: bool = True
    fetches_pictures: bool = True


TRAITS: dict[Firmware, FirmwareTraits] = {
    "S": FirmwareTraits("stock, as handed out: axTLS", tls="axtls"),
    "L": FirmwareTraits("S with BearSSL and `setInsecure`", tls="bearssl", compares=False),
    "LF": FirmwareTraits("S with BearSSL and `setFingerprint`", tls="bearssl"),
    # Its client for https is one of BearSSL that was given nothing to trust, and such a one ends every handshake.
    "O": FirmwareTraits("fork: no https, refuses escapes", tls="closed", reads="O"),
    "K": FirmwareTraits("fork: shows a built-in picture", tls="unknown", reads="K", fetches_pictures=False),
    # It asks with the HTTP client of its platform, and adds none of the card's headers.
    "F": FirmwareTraits("fork: says no card id", tls="bearssl", compares=False, sends_card_headers=False),
}
