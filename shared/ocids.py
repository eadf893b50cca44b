"""OCIDs in config keys: the type that one names is checked before a service answers 404 for it.

`ocid1.<type>.<realm>.[region][.future use].<unique id>`, as OCI documents it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_OCID = re.compile(r"ocid1\.(?P<type>[a-z0-9]+)\.[a-z0-9-]+\.[A-Za-z0-9-]*(?:\.[A-Za-z0-9-]*)?\.[A-Za-z0-9_-]+")

MAX_SHOWN_CHARACTERS = 60

WORDS = {
    "autonomousdatabase": "an Autonomous Database",
    "cluster": "an OKE cluster",
    "compartment": "a compartment",
    "nodepool": "a node pool",
    "onstopic": "a Notifications topic",
    "subnet": "a subnet",
    "tenancy": "a tenancy",
    "vaultsecret": "a Vault secret",
    "vcn": "a network (VCN)",
}
"""What the types are called that config keys name."""


def ocid_of(kind: str) -> Callable[[str], str]:
    """Return the parser of an OCID of one type, for ``setting(parse=…)``."""

    def parse(text: str) -> str:
        return check_ocid(kind, text)

    return parse


def ocids_of(kind: str) -> Callable[[str], tuple[str, ...]]:
    """Return the parser of OCIDs of one type, separated by commas."""

    def parse(text: str) -> tuple[str, ...]:
        return tuple(check_ocid(kind, part.strip()) for part in text.split(",") if part.strip())

    return parse


def check_ocid(kind: str, text: str) -> str:
    """Return the text. Raises ValueError, with the value and what is wanted, unless it is an OCID of that type."""
    found = _OCID.fullmatch(text)
    if found and found["type"] == kind:
        return text
    wanted = f"must be the OCID of {WORDS[kind]}, ocid1.{kind}.…"
    shown = repr(text[:MAX_SHOWN_CHARACTERS])
    if found:
        other = WORDS.get(found["type"], found["type"])
        raise ValueError(f"{wanted}; {shown} is that of {other}")
    raise ValueError(f"{wanted}; {shown} is {'a part of one' if text.startswith('ocid1.') else 'no OCID'}")
