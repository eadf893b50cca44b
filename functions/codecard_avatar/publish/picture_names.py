"""Names of pictures: what stands in an address so that it cannot collide, go stale, or be too long."""

from __future__ import annotations

import bisect
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.badge_name import ELLIPSIS

if TYPE_CHECKING:
    from functions.codecard_avatar.model.badge_name import BadgeName

SUFFIX = ".bmp"
MAX_FILE_NAME_CHARACTERS = 1000
"""Of an address that is looked at; one that the function has given has a tenth of it."""

_PUNYCODE = "xn--"
_PLAIN = re.compile(r"[A-Za-z0-9 .,'_-]+")
_RESERVED_SIGNS = [sign for sign in map(chr, range(0x21, 0x7F)) if not _PLAIN.fullmatch(sign)]
_TO_PRIVATE_USE = {ord(sign): 0xE000 + ord(sign) for sign in _RESERVED_SIGNS}
"""Signs that mean something in an address, as characters of the private use area: punycode leaves ASCII as it is, and a
gateway may take even an encoded slash for a separator. No name has such characters itself (clean_title drops them), so
decoding is unambiguous."""

_FROM_PRIVATE_USE = {private: sign for sign, private in _TO_PRIVATE_USE.items()}
_HASH_HEX_DIGITS = 20
"""80 bits of SHA-256: enough that no two pictures of a bucket meet by chance (a million make it 1 in 10^12)."""


def object_name(bitmap: bytes) -> str:
    """Return the name of an object in a bucket, from its content: equal pictures share it, others cannot have it."""
    return f"badge-{hashlib.sha256(bitmap).hexdigest()[:_HASH_HEX_DIGITS]}{SUFFIX}"


def picture_address(folder_url: str, name: BadgeName, limit_characters: int) -> str:
    """Return the address of a picture that is drawn when it is fetched: it holds the name itself.

    A name of simple letters stands there as it is, any other in punycode (RFC 3492) as in a host name. A name that
    would make the address too long ends in an ellipsis.
    """
    text = name.full
    # A card shows what its address says, so nothing has to be stored between the press and the fetch, and an address
    # cannot show anything but its own name. Bisection is right as in draw/text_mask.shorten: what it returns was tried.
    room = limit_characters - len(folder_url)
    if len(text) <= room and len(_encoded(text)) <= room:
        return folder_url + _encoded(text)
    ends = range(min(len(text), room))
    end = bisect.bisect_right(ends, 0, key=lambda end: len(_shortened(text, end)) > room)
    return folder_url + _shortened(text, max(0, end - 1))


def name_of(file_name: str) -> BadgeName | None:
    """Return the name that an address's last part (percent-decoded) holds, or None when it holds none."""
    if not file_name.endswith(SUFFIX) or len(file_name) > MAX_FILE_NAME_CHARACTERS:
        return None
    text = file_name.removesuffix(SUFFIX)
    if text.startswith(_PUNYCODE):
        try:
            text = text.removeprefix(_PUNYCODE).encode("ascii").decode("punycode").translate(_FROM_PRIVATE_USE)
        except (UnicodeError, ValueError, OverflowError):
            return None
    return badge_name.from_title(text)


def _shortened(text: str, end: int) -> str:
    return _encoded(text[:end].rstrip() + ELLIPSIS)


def _encoded(text: str) -> str:
    if not _PLAIN.fullmatch(text) or text.startswith(_PUNYCODE):
        text = _PUNYCODE + text.translate(_TO_PRIVATE_USE).encode("punycode").decode("ascii")
    return quote(text, safe="'-._,") + SUFFIX
