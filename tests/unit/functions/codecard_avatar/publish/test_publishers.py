"""The fingerprint that the card compares."""

from __future__ import annotations

from functions.codecard_avatar.publish.publishers import fingerprint_of


def test_a_fingerprint_is_twenty_hex_bytes() -> None:
    assert fingerprint_of(b"certificate") == "73 5A D5 71 C1 89 D7 BA 84 46 4B F4 A9 F1 D2 28 01 75 B1 28"
    assert fingerprint_of(b"") == ""
