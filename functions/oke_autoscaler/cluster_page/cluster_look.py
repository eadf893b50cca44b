"""A look at a cluster for the page: live as a dry tick sees it, or a snapshot file; as it is, or as it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.act.flapping import with_flapping
from functions.oke_autoscaler.cluster_page.cluster_view import Looked
from functions.oke_autoscaler.explain.command import explain
from functions.oke_autoscaler.explain.save import snapshot_bytes
from functions.oke_autoscaler.explain.what_if import pods_of_manifest, read_what_if
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.tick import Tick

MAX_MANIFEST_CHARACTERS = 6000
"""Of a manifest in an address: gateways and browsers take about 8,000 characters in all."""
MAX_WHAT_IFS = 20
_KNOWN = ("what_if", "manifest")


def look_at_cluster(tick: Tick, config: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> Looked:
    """Read a live cluster, nothing written, and decide as the address asks. Raises BadRequest, BadSnapshot."""
    what_if, manifest = asked_of_cluster(pairs)
    observed, decision, now = tick.observe()
    snapshot = observed.snapshot
    if not (what_if or manifest):
        return Looked(snapshot, with_flapping(decision, snapshot, tick.settings, now), now)
    return _otherwise(snapshot, config, now, what_if, manifest)


def asked_of_cluster(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], str]:
    """Return the settings and the manifest that an address asks for. BadRequest names what it has wrong."""
    what_if: list[str] = []
    manifest = ""
    for name, value in pairs:
        if name not in _KNOWN:
            raise BadRequest(f"{name[:40]!r} is no parameter", fix=f"one of {', '.join(_KNOWN)}", field=name[:40])
        if name == "manifest":
            manifest = value.strip()
        elif value.strip():
            what_if.append(value.strip())
    if len(manifest) > MAX_MANIFEST_CHARACTERS:
        fix = f"at most {MAX_MANIFEST_CHARACTERS}, or `autoscaler explain --what-if add=FILE`"
        raise BadRequest(f"the manifest has {len(manifest)} characters", fix=fix, field="manifest")
    if len(what_if) > MAX_WHAT_IFS:
        raise BadRequest(f"{len(what_if)} settings", fix=f"at most {MAX_WHAT_IFS}", field="what_if")
    # A file of the function's own machine is no pod of the asker's.
    if any(each.partition("=")[0].strip() == "add" for each in what_if):
        raise BadRequest("`add` names a file", fix="paste the manifest into its own field", field="what_if")
    return tuple(what_if), manifest


def _otherwise(
    snapshot: Snapshot, config: Mapping[str, str], now: float, what_if: tuple[str, ...], manifest: str
) -> Looked:
    otherwise = read_what_if(what_if)
    if manifest:
        otherwise.pods += pods_of_manifest(manifest, "the manifest")
    # Decided on what was read, as a saved snapshot would be: nothing is read twice.
    decision = explain(snapshot_bytes(snapshot, config, now), now, otherwise)
    return Looked(snapshot, decision, now, what_if, manifest)
