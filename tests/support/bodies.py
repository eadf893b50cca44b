"""Bodies that no function may take for its main work."""

from __future__ import annotations

UNUSABLE_BODIES: tuple[bytes, ...] = (
    b'{"prefligth": true}',
    b'{"preflight": "true"}',
    b'{"preflight": 1}',
    b'{"preflight": null}',
    b'{"preflight": true, "preflight": false}',
    b'{"preflight": true',
    b'{"DRY_RUN": true}',
    b'{"dry-run": true}',
    b'{"dry_run": "yes"}',
    b'{"detail": 0}',
    b"[]",
    b'["preflight"]',
    b"0",
    b"false",
    b'""',
    b'"preflight"',
    b"preflight",
    b"--",
    b"\x00\xff\xfe binary",
    b"[" * 100_000,
    b'{"a":' * 100_000,
)
