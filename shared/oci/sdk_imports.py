"""Keeps two parts of the OCI SDK out of a cold start that it imports and nothing here uses: its DNS and PKCS #11."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import LazyLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

LAZY = "oci.dns"
"""Imported with `oci` by oci/pagination/pagination_utils.py, which asks it whether an answer is one of its lists."""
ABSENT = "pkcs11"
"""Keys in hardware tokens, optional to the SDK (oci/auth/signers/__init__.py); the images are without."""


class _LazyFinder:
    """Finds LAZY as Python does, to be run when its first attribute is asked for (importlib, "Lazy imports")."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how the module is loaded; None for every other one."""
        if fullname != LAZY:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found


def spare_imports() -> None:
    """Let the SDK's first import go without them: an eighth of the CPU of a cold call, each about half of it."""
    # Who asks the SDK's pagination for a list still gets `oci.dns`, whole. None in sys.modules is Python's own way of
    # saying that a module is not there (import system reference, "The module cache"); one that is loaded stays.
    if _LazyFinder not in sys.meta_path:
        sys.meta_path.insert(0, _LazyFinder)
    sys.modules.setdefault(ABSENT, None)  # type: ignore[arg-type]
