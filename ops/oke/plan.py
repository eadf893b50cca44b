"""What is to be done about a wanted cluster or node pool, from what is there under its name. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ops.oke.errors import NameTaken
from ops.oke.values import GONE, TAG, ClusterView, PoolView

Kind = Literal["cluster", "node pool"]


@dataclass(frozen=True, slots=True)
class Make:
    """Make it; ``token`` is the retry token of the request."""

    token: str


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Go on with what is there."""

    id: str


def cluster_step(found: Sequence[ClusterView], *, compartment: str, name: str, vcn: str) -> Make | TakeUp:
    """Return what to do about a cluster. Raises NameTaken."""
    step = _step("cluster", found, scope=compartment, name=name)
    if isinstance(step, TakeUp):
        there = next(each for each in found if each.id == step.id)
        if vcn and there.vcn and there.vcn != vcn:
            raise NameTaken(f"cluster {name} is in another VCN, {there.vcn}", [_shown(there)])
    return step


def pool_step(found: Sequence[PoolView], *, cluster: str, name: str) -> Make | TakeUp:
    """Return what to do about a node pool of a cluster. Raises NameTaken."""
    return _step("node pool", found, scope=cluster, name=name)


def retry_token(kind: Kind, scope: str, name: str, gone: Sequence[str]) -> str:
    """Return the token of a create: the same for the same wish, on any machine, until what it made is gone.

    A run that was killed before it read the answer, or before the list shows what was made, asks once more with the
    same token, and OKE answers with the work request that there is. What carries the name and is deleted counts in, as
    a token of something that is gone is refused; the other values do not, because the same token with other values is
    refused as well, where a second cluster would be worse.
    """
    text = "\n".join(["oci-functions oke", kind, scope, name, *sorted(gone)])
    return hashlib.sha256(text.encode()).hexdigest()


def _step(kind: Kind, found: Sequence[ClusterView | PoolView], *, scope: str, name: str) -> Make | TakeUp:
    there = [each for each in found if each.state not in GONE]
    if not there:
        return Make(retry_token(kind, scope, name, [each.id for each in found]))
    shown = [_shown(each) for each in there]
    if len(there) > 1:
        raise NameTaken(f"there are {len(there)} with the name {name}: {', '.join(shown)}", shown)
    (one,) = there
    if any(one.tags.get(key) != value for key, value in TAG.items()):
        tag = ", ".join(f"{key}: {value}" for key, value in TAG.items())
        fix = f"choose another name; or, if it is yours, put the freeform tag `{tag}` on it"
        raise NameTaken(f"a {kind} with the name {name} is there that this command did not make", shown, fix=fix)
    if one.state == "FAILED":
        fix = f"`oci-functions oke cluster delete --cluster {one.id}` when its trouble is over" * (kind == "cluster")
        raise NameTaken(f"the {kind} {name} has failed", shown, fix=fix)
    return TakeUp(one.id)


def _shown(one: ClusterView | PoolView) -> str:
    return f"{one.id} ({one.state})"
