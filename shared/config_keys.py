"""Config keys that no setting has: which names of a function's environment are meant as keys, and for which key.

Config reaches a function as environment variables, beside those of Fn, of OCI, of Python and of the container. The
platform's are known by name or prefix and left alone. Any other name with a lower-case letter is a config key. A name
in upper case is one only where it reads like a key that the function has (`DRY_RUN`), since containers bring others.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from shared.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLATFORM_PREFIXES = ("FN_", "OCI_", "PYTHON", "LC_", "SSL_", "SUITE_", "KUBERNETES_", "REQUESTS_", "GITHUB_", "XDG_")
"""Fn and its agent; resource principal and tracing of OCI Functions; interpreter, locale, trust and the image's own."""

_SHELL_NAMES = "PATH HOME HOSTNAME LANG LANGUAGE PWD OLDPWD SHLVL TERM TZ USER LOGNAME SHELL TMPDIR EDITOR PAGER MAIL _"
_IMAGE_NAMES = "GPG_KEY container HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy"

PLATFORM_NAMES = frozenset(f"{_SHELL_NAMES} {_IMAGE_NAMES}".split())
"""What images, Docker and shells set; proxies are read in lower case as well."""

CLOSE_LIKENESS = 0.8
"""Likeness from which a name is a misspelling of a key, and not just the nearest one."""


def unknown_keys(known: Iterable[str], config: Mapping[str, str]) -> dict[str, str]:
    """Return the names that are meant as config keys and are none, each with the nearest key or an empty text."""
    keys = set(known)
    found = {}
    for name in sorted(config):
        if name in keys or name in PLATFORM_NAMES or name.startswith(PLATFORM_PREFIXES) or not config[name].strip():
            continue
        near = nearest(name, keys, min_likeness=CLOSE_LIKENESS if name.isupper() else 0.6)
        if near or not name.isupper():
            found[name] = near
    return found


NOT_SET = "is not set"
"""How the fault of a missing key begins."""


def near_misses(cls: type[Any], config: Mapping[str, str], faults: Mapping[str, str]) -> Mapping[str, str]:
    """Return the same faults; that of a key that is not set names the misspelling of it that the config has."""
    missing = [key for key, fault in faults.items() if fault.startswith(NOT_SET)]
    if not missing:
        return faults
    given = unknown_keys([field.name for field in dataclasses.fields(cls)], config)
    hints = {key: ", ".join(name for name, near in given.items() if near == key) for key in missing}
    return {
        key: f"{NOT_SET} ({hints[key]} is given: is {key} meant?){fault.removeprefix(NOT_SET)}"
        if hints.get(key)
        else fault
        for key, fault in faults.items()
    }


def misspelt_safeguards(cls: type[Any], config: Mapping[str, str]) -> dict[str, str]:
    """Return the faults of names that are nearly a safeguard (``setting(safeguard=True)``).

    Left alone, such a name leaves the function without the limit that somebody has set.
    """
    fields = dataclasses.fields(cls)
    guards = [field.name for field in fields if field.metadata.get("safeguard")]
    if not guards:
        return {}
    near = {
        name: nearest(name, guards, min_likeness=CLOSE_LIKENESS)
        for name in unknown_keys([field.name for field in fields], config)
    }
    return {name: f"is no config key: the key is {key}" for name, key in near.items() if key}
