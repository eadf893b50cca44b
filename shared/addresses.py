"""Addresses from config: which may be called, and how.

A request signed with the function's principal gives that principal's rights to whoever reads it, so plain http is for
this machine only (the local cloud), and an address inside a private network is named in the log. ``refusal`` is the one
judge of what a connection may be opened to; it is asked about resolved addresses, because a name may point anywhere and
an address has many spellings.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain"})

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""The only part of IPv6 from which public hosts have their addresses (RFC 4291, and IANA's registry since)."""

TRANSLATED = tuple(
    ipaddress.ip_network(text)
    for text in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "192.88.99.0/24")
)
"""Ranges whose addresses stand for others behind a translator: IPv4-compatible and mapped, NAT64, Teredo, 6to4."""

METADATA_IPV6 = (ipaddress.ip_network("fd00:c1::/32"), ipaddress.ip_network("fd00:ec2::/32"))
"""Where clouds give their machines' credentials over IPv6; OCI's address is fd00:c1::a9fe:a9fe."""


MAX_HOST_CHARACTERS = 253
"""Of a host name (RFC 1035, 2.3.4, without the length bytes of the first label and the root)."""

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*)(?::[0-9]{{1,5}})?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Reach(enum.Enum):
    """Which addresses a connection may be opened to."""

    CONFIGURED = "any address but those where a cloud machine finds its own credentials"
    PUBLIC = "addresses of the public internet alone"
    THIS_MACHINE = "addresses of this machine alone"


def is_loopback(host: str) -> bool:
    """Tell whether a host name or an IP address means this machine."""
    name = host.strip("[]").rstrip(".").lower()
    if name in LOOPBACK_NAMES:
        return True
    try:
        return _is_loopback(ipaddress.ip_address(name))
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """Tell whether a host is an IP address that no public service has: private, link-local, loopback or reserved."""
    try:
        return not is_public_address(ipaddress.ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        return is_loopback(host)


def is_link_local(host: str) -> bool:
    """Tell whether a host is an IP address, however written, where a cloud machine finds its own credentials."""
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if any(address in network for network in METADATA_IPV6):
        return True
    return any(each.is_link_local for each in (address, *_embedded(address)))


def refusal(address: str, reach: Reach) -> str:
    """Return why no connection may be opened to a resolved IP address, empty when one may."""
    try:
        resolved = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "has no IP address"
    if is_link_local(address):
        return "is a link-local address, which no service of the cloud has"
    if reach is Reach.PUBLIC and not is_public_address(resolved):
        return "is no address of the public internet"
    if reach is Reach.THIS_MACHINE and not _is_loopback(resolved):
        return "is no address of this machine"
    return ""


def is_public_address(address: IpAddress) -> bool:
    """Tell whether an IP address is a public host's own: closed by default, so what is not known is not public."""
    if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    if any(address in network for network in TRANSLATED):
        return False
    return address.is_global and not address.is_multicast


def public_host(text: str) -> str:
    """Return a host name of the public internet, with its port if it has one, in lower case; ValueError says why not.

    A name that the resolver would read as an address (``127.1``, ``2130706433``, ``0x7f.1``) is none: its last label
    is a number.
    """
    host = text.lower()
    found = _HOST.fullmatch(host)
    if found is None or len(found["name"]) > MAX_HOST_CHARACTERS:
        raise ValueError("must be host names such as gateway.example.com, each with its port where that is not 443")
    if _NUMBER.fullmatch(found["name"].rpartition(".")[2]) or "." not in found["name"] or is_loopback(found["name"]):
        raise ValueError("must be names of public hosts, no addresses and no names of this machine or network")
    return host.removesuffix(":443")


def _is_loopback(address: IpAddress) -> bool:
    # Python from 3.13 on takes a mapped ::ffff:127.0.0.1 for one too; here it is a translated address.
    return address.is_loopback and not any(address in network for network in TRANSLATED[1:])


def _embedded(address: IpAddress) -> Iterator[ipaddress.IPv4Address]:
    """Yield the IPv4 addresses that an IPv6 address of a translated range may stand for."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    packed = address.packed
    if packed[:2] == b"\x20\x02":  # 6to4 has it after its first two bytes, all others at the end
        yield ipaddress.IPv4Address(packed[2:6])
    if any(address in network for network in TRANSLATED):
        yield ipaddress.IPv4Address(packed[12:])


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
