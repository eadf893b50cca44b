"""What an address asks of the cluster page: which nodes, and what is to be otherwise; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_MANIFEST_BYTES = 7_000
"""Of a manifest as an address has it: servers and gateways commonly take 8,192 bytes of a request's first line."""
MAX_WHAT_IFS = 20
MAXIMUM = "max."
"""Before a pool in the name of a field that holds its maximum."""
MAX_PAGE = 1_000
STATES = ("ready", "joining", "not ready", "cordoned", "draining", "leaving")
"""What a node is, as it is shown and asked for."""
_KNOWN = ("what_if", "manifest", "pool", "state", "page")


@dataclass(frozen=True, slots=True)
class AskedCluster:
    """One view of the cluster.

    ``what_if`` are settings of the decision that are not the function's own, ``maxima`` pools with their maximum,
    ``manifest`` further pods; ``pool`` and ``state`` are of the nodes that are listed, ``page`` is which hundred.
    """

    what_if: tuple[str, ...] = ()
    maxima: tuple[tuple[str, str], ...] = ()
    manifest: str = ""
    pool: str = ""
    state: str = ""
    page: int = 1

    @property
    def settings(self) -> tuple[str, ...]:
        """Return what is to be otherwise, as `--what-if` takes it."""
        return (*self.what_if, *(f"{pool}.max_size={size}" for pool, size in self.maxima))

    @property
    def is_otherwise(self) -> bool:
        """Tell whether the decision is not the next tick's own."""
        return bool(self.what_if or self.maxima or self.manifest)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the view as parameters of an address."""
        pairs = (
            *(("what_if", each) for each in self.what_if),
            *((f"{MAXIMUM}{pool}", size) for pool, size in self.maxima),
            *(("manifest", self.manifest), ("pool", self.pool), ("state", self.state)),
            ("page", f"{self.page}" if self.page > 1 else ""),
        )
        return tuple(pair for pair in pairs if pair[1])

    def address(self, **changes: Any) -> str:  # noqa: ANN401  (of any field)
        """Return the address of the same view but for some fields."""
        return f"?{urlencode(replace(self, **changes).pairs)}"


def asked_of_cluster(pairs: Iterable[tuple[str, str]]) -> AskedCluster:
    """Return what an address asks for; empty fields of a form ask for nothing. BadRequest names what it has wrong."""
    fields: dict[str, str] = {}
    what_if, maxima = [], []
    for name, value in pairs:
        text = value.strip()
        if name.startswith(MAXIMUM) and len(name) > len(MAXIMUM):
            maxima += [(name.removeprefix(MAXIMUM), _size(name, text))] if text else []
        elif name not in _KNOWN:
            raise BadRequest(f"{name[:40]!r} is no parameter", fix=f"one of {', '.join(_KNOWN)}", field=name[:40])
        elif name == "what_if":
            what_if += [text] if text else []
        else:
            # Its first lines count: what is wrong with a manifest has a line.
            fields[name] = value.rstrip() if name == "manifest" else text
    asked = AskedCluster(
        tuple(what_if),
        tuple(maxima),
        fields.get("manifest", ""),
        fields.get("pool", ""),
        fields.get("state", ""),
        _page(fields.get("page", "")),
    )
    _check(asked)
    return asked


def _size(name: str, text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise BadRequest(f"{text[:40]!r} is no number of nodes", fix="a whole number from 0 up", field=name[:80])
    return text


def _page(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= MAX_PAGE):
        raise BadRequest(f"{text[:40]!r} is no page of nodes", fix=f"a whole number from 1 to {MAX_PAGE}", field="page")
    return int(text)


def _check(asked: AskedCluster) -> None:
    taken = len(quote_plus(asked.manifest, errors="replace"))
    if taken > MAX_MANIFEST_BYTES:
        fix = (
            f"at most {MAX_MANIFEST_BYTES:,}: leave out what asks for no room (env, probes, args), "
            "or run `oci-functions autoscaler explain --live --what-if add=FILE`"
        )
        raise BadRequest(f"the manifest takes {taken:,} bytes of the address", fix=fix, field="manifest")
    if len(asked.settings) > MAX_WHAT_IFS:
        raise BadRequest(f"{len(asked.settings)} settings", fix=f"at most {MAX_WHAT_IFS}", field="what_if")
    # A file of the function's own machine is no pod of the asker's.
    if any(each.partition("=")[0].strip() == "add" for each in asked.what_if):
        raise BadRequest("`add` names a file", fix="paste the manifest into its own field", field="what_if")
    if asked.state and asked.state not in STATES:
        raise BadRequest(f"{asked.state[:40]!r} is no state", fix=f"one of {', '.join(STATES)}", field="state")
