"""What must not be shown: secrets by the name of a key or header, and values that look like one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MASK = "***"

# Names are matched anywhere and in any spelling, because a secret shown is worse than a harmless value hidden. Two
# harmless families are let through: "passive", and "author" unless it goes on as "authoriz…".
_NAME = re.compile(
    r"pass(?!ive)|pwd|secret|token|key|pem|rpst|credential|auth(?!or(?!iz))|jwt|bearer|cookie|signature|session|wallet|private",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"-----BEGIN [A-Z ]+-----"  # a PEM block
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\."  # a JSON web token
    r"|\b(?:Bearer|Basic|Signature)\s+\S"  # an Authorization value under another name
    r"|://[^/\s:@]+:[^/\s@]+@"  # user:password@ in a URL
    r"|/p/[A-Za-z0-9_-]{16,}/n/"  # a pre-authenticated request of Object Storage
)
_QUERY = re.compile(r"(?P<start>[?&;])(?P<name>[^=&;#]+)=(?P<value>[^&;#]*)")


def is_secret(name: str, value: str = "") -> bool:
    """Tell whether a key, header or parameter is hidden, by its name or by what its value looks like."""
    return bool(_NAME.search(name) or _VALUE.search(value))


def masked(values: Mapping[str, object]) -> dict[str, object]:
    """Return the same names with every secret value as ``***``; lists are masked value by value."""
    return {name: _masked(name, value) for name, value in values.items()}


def masked_url(url: str) -> str:
    """Return a URL with the values of secret query parameters as ``***``, or ``***`` where the rest looks like one."""

    def hide(found: re.Match[str]) -> str:
        value = MASK if is_secret(found["name"], found["value"]) else found["value"]
        return f"{found['start']}{found['name']}={value}"

    # After the parameters, what is left may still hold a secret that has no name: a user's password, a link's token.
    hidden = _QUERY.sub(hide, url)
    return MASK if _VALUE.search(hidden) else hidden


def _masked(name: str, value: object) -> object:
    if isinstance(value, list | tuple):
        return [_masked(name, single) for single in value]
    text = str(value)
    if is_secret(name, text):
        return MASK
    return masked_url(text) if isinstance(value, str) and "?" in text else value
