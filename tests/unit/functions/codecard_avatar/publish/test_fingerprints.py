"""The fingerprint that the card compares, and for how long it is taken as it is."""

from __future__ import annotations

from functions.codecard_avatar.publish.fingerprints import FRESH_SECONDS, HostFingerprints, fingerprint_of

HOST = "https://gateway.example.com"


def test_a_fingerprint_is_twenty_hex_bytes() -> None:
    assert fingerprint_of(b"certificate") == "73 5A D5 71 C1 89 D7 BA 84 46 4B F4 A9 F1 D2 28 01 75 B1 28"
    assert fingerprint_of(b"") == ""


def test_a_fingerprint_is_looked_at_again_after_a_while_and_its_old_one_stays_until_then() -> None:
    now = [0.0]
    fingerprints = HostFingerprints(lambda: now[0])
    assert fingerprints.find(HOST) == fingerprints.find(HOST, stale=True) == ""
    kept = fingerprints.keep(HOST, b"certificate")
    now[0] = FRESH_SECONDS
    assert fingerprints.find(HOST) == kept == fingerprint_of(b"certificate")
    now[0] += 1
    assert (fingerprints.find(HOST), fingerprints.find(HOST, stale=True)) == ("", kept)
    renewed = fingerprints.keep(HOST, b"renewed")
    assert fingerprints.find(HOST) == renewed != kept
