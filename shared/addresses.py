"""Addresses from config: which may be called, and how.

A request signed with the function's principal gives that principal's rights to whoever reads it, so plain http is for
this machine only (the local cloud), and an address inside a private network is named in the log.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain"})


def is_loopback(host: str) -> bool:
    """Tell whether a host name or an IP address means this machine."""
    name = host.strip("[]").rstrip(".").lower()
    if name in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """Tell whether a host is an IP address that no public service has: private, link-local, loopback or reserved."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return is_loopback(host)


def is_link_local(host: str) -> bool:
    """Tell whether a host is given as a link-local IP address: there a cloud machine finds its own credentials."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0]).is_link_local
    except ValueError:
        return False


def service_base_url(text: str) -> str:
    """Return a base URL for signed requests without its trailing slash; ValueError says what is wrong with it.

    https to any host, plain http to a loopback address only; no user name, query or fragment.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise ValueError("must be a URL such as https://objectstorage.eu-frankfurt-1.oraclecloud.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a base URL without user name, query and fragment")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("plain http is accepted for loopback addresses only: use https")
    return text.rstrip("/")
