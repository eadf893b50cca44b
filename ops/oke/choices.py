"""What is chosen where nothing is named: the newest version and the newest image, and where nodes are placed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from shared.errors import BadRequest
from shared.nearest import did_you_mean

if TYPE_CHECKING:
    from ops.oke.values import SubnetView

SHOWN_NAMES = 8
"""Of what could have been named, in an error."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_IMAGE_DATE = re.compile(r"-(\d{4})\.(\d{2})\.(\d{2})-(\d+)")
_IMAGE_KUBERNETES = re.compile(r"-OKE-(\d+\.\d+\.\d+)(?:-(\d+))?")
_ARM_SHAPE = re.compile(r"\.Standard\.A\d+\.")  # not VM.GPU.A10.1, whose A10 is a GPU


def kubernetes_version(wanted: str, offered: Sequence[str]) -> str:
    """Return the version that is wanted, with nothing wanted the newest. Raises BadRequest for one not offered."""
    numbered = {each: _numbers(each) for each in offered if _VERSION.fullmatch(each)}
    if wanted:
        version = wanted if wanted.startswith("v") else f"v{wanted}"
        if version in offered:
            return version
        shown = ", ".join(sorted(numbered, key=lambda each: numbered[each], reverse=True)) or "none"
        raise BadRequest(f"OKE does not offer Kubernetes {wanted}", fix=f"one of {shown}", field="--kubernetes-version")
    if not numbered:
        raise BadRequest("OKE offers no version of Kubernetes", field="--kubernetes-version")
    return max(numbered, key=lambda each: numbered[each])


def node_shape(wanted: str, offered: Sequence[str]) -> str:
    """Return the shape. Raises BadRequest for one that OKE does not offer."""
    if wanted in offered:
        return wanted
    near = did_you_mean(wanted, offered)
    raise BadRequest(f"OKE does not offer the shape {wanted}{near}", field="--node-shape", fix=_some(offered))


def node_image(pattern: str, sources: Mapping[str, str], version: str, shape: str) -> str:
    """Return the OCID of the newest image whose name fits; ``sources`` are OCIDs by name. Raises BadRequest for none.

    A pattern with `*`, `?` or `[` fits whole names, any other text their beginning. An image must be for the shape's
    processors, for its GPU or for none, and, where its name says so, for that version of Kubernetes.
    """
    usable = [name for name in sources if _suits(name, version, shape)]
    fitting = [name for name in usable if _fits(name, pattern)]
    if fitting:
        return sources[max(fitting, key=_age_key)]
    shown = sorted(usable or sources, key=_age_key, reverse=True)
    raise BadRequest(
        f"no image for {shape} and Kubernetes {version} has a name like {pattern!r}",
        fix=_some(shown) if shown else "",
        field="--node-image",
    )


def placements(subnets: Sequence[SubnetView], domains: Sequence[str]) -> list[tuple[str, str]]:
    """Return where nodes may be, as availability domain and subnet: one placement a domain, as OKE takes them.

    A subnet of one domain is used there; regional ones share the other domains in turn. Raises BadRequest for a subnet
    that no domain is left for.
    """
    taken: dict[str, str] = {}
    for each in subnets:
        if each.domain and taken.setdefault(each.domain, each.id) != each.id:
            raise _no_room(each.id, f"{each.domain} has another already")
    regional = [each.id for each in subnets if not each.domain]
    free = [domain for domain in domains if domain not in taken]
    if len(regional) > len(free):
        raise _no_room(regional[len(free)], f"there are {len(domains)} availability domains")
    if regional:
        taken.update({domain: regional[number % len(regional)] for number, domain in enumerate(free)})
    return [(domain, taken[domain]) for domain in sorted(taken)]


def _no_room(subnet: str, why: str) -> BadRequest:
    fix = "a node pool has one subnet an availability domain: name fewer, or make another pool"
    return BadRequest(f"no availability domain is left for {subnet}: {why}", fix=fix, field="--worker-subnet")


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.fullmatch(version)
    return tuple(int(part) for part in found.groups()) if found else ()


def _suits(name: str, version: str, shape: str) -> bool:
    """Tell whether an image is for a shape and a version."""
    built_for = _IMAGE_KUBERNETES.search(name)
    return (
        ("aarch64" in name) == bool(_ARM_SHAPE.search(shape))
        and ("GPU" in name) == (".GPU" in shape)
        and (built_for is None or f"v{built_for[1]}" == version)
    )


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern if any(each in pattern for each in "*?[") else f"{pattern}*")


def _age_key(name: str) -> tuple[object, ...]:
    """Return what sorts names by age: those with OKE's own software last, by date, then build."""
    # An image with OKE's software boots into the cluster without installing anything: it is preferred to a platform
    # image of a later day. https://docs.oracle.com/en-us/iaas/Content/ContEng/Reference/contengimagesshapes.htm
    date, built_for = _IMAGE_DATE.search(name), _IMAGE_KUBERNETES.search(name)
    day = tuple(int(part) for part in date.groups()) if date else (0, 0, 0, 0)
    return built_for is not None, day, int(built_for[2] or 0) if built_for else 0, name


def _some(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - SHOWN_NAMES} more" if len(found) > SHOWN_NAMES else ""
    return f"one of {', '.join(found[:SHOWN_NAMES])}{more}" if found else ""
