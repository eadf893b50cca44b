"""Names of pictures: what stands in an address so that it cannot collide, go stale, or be too long."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from functions.codecard_avatar.model.badge_name import clean_title

SUFFIX = ".bmp"
MAX_FILE_NAME_CHARACTERS = 1000
"""Of an address that is looked at; one that the function gives has 36."""

_OBJECT_HEX_DIGITS = 20
"""80 bits of SHA-256: enough that no two pictures of a bucket meet by chance (a million make it 1 in 10^12)."""

_CARD_HEX_DIGITS = 16
"""64 bits: they only tell the pictures of one button of one card apart."""

_CARD_PICTURE = re.compile(
    rf"(?P<card_id>[0-9A-F]{{12}})-(?P<label>[ab])(?P<function>[12])-[0-9a-f]{{{_CARD_HEX_DIGITS}}}{re.escape(SUFFIX)}"
)

_PUNYCODE = "xn--"
_RESERVED_SIGNS = [sign for sign in map(chr, range(0x21, 0x7F)) if not re.fullmatch(r"[A-Za-z0-9.,'_-]", sign)]
_FROM_PRIVATE_USE = {0xE000 + ord(sign): sign for sign in _RESERVED_SIGNS}
"""Signs that mean something in an address, from the characters of the private use area that stood for them there."""


class PictureOwner(NamedTuple):
    """The button of a card whose badge an address shows: card id, label and function."""

    card_id: str
    label: str
    function: str


def object_name(bitmap: bytes) -> str:
    """Return the name of an object in a bucket, from its content: equal pictures share it, others cannot have it."""
    return f"badge-{_digest(bitmap)[:_OBJECT_HEX_DIGITS]}{SUFFIX}"


def card_picture_name(owner: PictureOwner, bitmap: bytes) -> str:
    """Return the last part of the address of a picture that this function sends: whose it is, and its content's hash.

    The hash makes another address of another picture, so that nothing on the way shows an old one.
    """
    # The name on the badge is no part of it. An address that holds the name grows with it, threefold in a script that
    # is not Latin, and behind a gateway's host name of 60 characters it had to be cut: another surname, another
    # identicon. It also stands in every log on its way. What the address leaves out is looked up when it is fetched.
    return f"{owner.card_id}-{owner.label}{owner.function}-{_digest(bitmap)[:_CARD_HEX_DIGITS]}{SUFFIX}"


def picture_owner(file_name: str) -> PictureOwner | None:
    """Return whose picture an address's last part asks for, or None when it is of another form."""
    found = _CARD_PICTURE.fullmatch(file_name)
    return PictureOwner(*found.group("card_id", "label", "function")) if found else None


def title_of(file_name: str) -> str | None:
    """Return the name that an address of former versions holds (its last part, percent-decoded), or None.

    A name of simple letters stands there as it is, any other in punycode (RFC 3492) as in a host name, with signs that
    mean something in an address replaced by characters of the private use area.
    """
    if not file_name.endswith(SUFFIX) or len(file_name) > MAX_FILE_NAME_CHARACTERS:
        return None
    text = file_name.removesuffix(SUFFIX)
    if text.startswith(_PUNYCODE):
        try:
            text = text.removeprefix(_PUNYCODE).encode("ascii").decode("punycode").translate(_FROM_PRIVATE_USE)
        except (UnicodeError, ValueError, OverflowError):
            return None
    return clean_title(text) or None


def etag_of(bitmap: bytes) -> str:
    """Return the strong entity tag of a picture."""
    return f'"{_digest(bitmap)[:_OBJECT_HEX_DIGITS]}"'


def _digest(bitmap: bytes) -> str:
    return hashlib.sha256(bitmap).hexdigest()
