"""Whether a stock card can open a host, found out by a handshake with the four suites that its firmware has.

A card that cannot says so on its serial line alone, and the function cannot know: its answer was right. So the
preflight tries it before a card does. The host's certificate is verified as ever, though a card would not do it.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.http.client import HttpError
from shared.tls import RSA_KEY_EXCHANGE_SUITES, rsa_key_exchange_context, rsa_tls12_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.addresses import Reach
    from shared.deadline import Deadline
    from shared.http.client import HttpClient

FORWARD_SECRECY_LEVEL = 3
"""OpenSSL's security level from which suites without forward secrecy are left out."""

FIX = "reflash the cards, or put a load balancer with the suites before it (docs/codecard-avatar.md); look with: {}"


def look(
    http: HttpClient,
    base: str,
    deadline: Deadline,
    reach: Reach,
    tls: Callable[[], ssl.SSLContext] = rsa_key_exchange_context,
) -> tuple[str, str]:
    """Return what was found at a host (scheme and host), and what to do, which is empty where all cards open it.

    ``tls`` makes the context with a stock card's suites.
    """
    host = urlsplit(base).netloc
    if not base.startswith("https:"):
        return f"{host} is plain http: every card opens it, and anybody on the way reads the badge", ""
    if not can_offer(tls):
        unknown = "what cards can open was not found out: OpenSSL here offers none of a stock card's suites"
        return unknown, FIX.format(openssl_line(base))
    try:
        http.certificate(base, deadline.half(), reach=reach, tls=tls)
    except HttpError as refusal:
        return _without_suites(http, base, deadline, reach, refusal)
    return f"stock and reflashed cards open {host}", ""


def can_offer(make: Callable[[], ssl.SSLContext]) -> bool:
    """Tell whether a handshake would offer the context's suites: a system's policy may take them from OpenSSL."""
    # Without them the handshake ends on this side, and nothing of that says anything about the host. From level 3 on
    # OpenSSL leaves out what has no forward secrecy, and only when it shakes hands.
    try:
        return make().security_level < FORWARD_SECRECY_LEVEL
    except ssl.SSLError:
        return False


def openssl_line(base: str) -> str:
    """Return the command by which its owner sees the same."""
    parts = urlsplit(base)
    address = f"{parts.hostname}:{parts.port or 443}"
    return f"openssl s_client -tls1_2 -cipher {RSA_KEY_EXCHANGE_SUITES} -connect {address} </dev/null"


def _without_suites(
    http: HttpClient, base: str, deadline: Deadline, reach: Reach, refusal: HttpError
) -> tuple[str, str]:
    """Return the same for a host that ended the stock card's handshake: only a second one tells why."""
    fix = FIX.format(openssl_line(base))
    host = urlsplit(base).netloc
    try:
        http.certificate(base, deadline.half(), reach=reach, tls=rsa_tls12_context)
    except HttpError:
        return f"what cards can open was not found out: {refusal}", fix
    return f"only reflashed cards open {host}: it has none of a stock card's suites", fix
