"""Whether a tenancy's policies give each function what it needs. Pure: statements and matching rules are arguments.

Statements are compared by verb and resource type alone; conditions and compartments are not read. A right that is found
here may therefore still be missing, but one that is missing here is in no statement about the function's groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

VERBS = ("inspect", "read", "use", "manage")
"""Each verb includes those before it: https://docs.oracle.com/en-us/iaas/Content/Identity/Concepts/policysyntax.htm"""

FAMILIES = {
    "clusters": "cluster-family",
    "cluster-node-pools": "cluster-family",
    "cluster-work-requests": "cluster-family",
    "objects": "object-family",
    "ons-topics": "ons-family",
    "secret-bundles": "secret-family",
    "autonomous-databases": "autonomous-database-family",
}
"""The aggregate type that holds a resource type."""

_STATEMENT = re.compile(
    r"\s*(?:allow|endorse)\s+dynamic-group\s+(?:'?[\w.-]+'?\s*/\s*)?'?(?P<group>[\w.-]+)'?\s+to\s+"
    r"(?P<verb>\w+)\s+(?P<resource>[\w-]+)\s+in\s",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Right:
    """A verb on a resource type."""

    verb: str
    resource: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"


def needed(function: str, config: Mapping[str, str]) -> list[Right]:
    """Return what a function needs with its config; docs/operations.md gives the purpose of each."""
    rights: list[Right] = []
    if function == "oke-autoscaler":
        rights = [
            Right("use", "clusters"),
            Right("manage", "cluster-node-pools"),
            Right("read", "cluster-work-requests"),
        ]
        if config.get("node_pool_eval_cpu_load") or config.get("node_pool_eval_ram_load"):
            rights.append(Right("read", "metrics"))
    if function == "adw-billing":
        rights = [Right("read", "objects")]
        if config.get("db_ocid"):
            rights.append(Right("read", "autonomous-databases"))
    if function == "codecard-avatar":
        rights = [
            Right(verb, "objects")
            for key, verb in (("oss_bucket", "manage"), ("private_bucket", "read"))
            if "/p/" not in config.get(key, "/p/")
        ]
    if config.get("notification_topic"):
        rights.append(Right("use", "ons-topics"))
    if config.get("db_pass_secret_id") or config.get("secret_id"):
        rights.append(Right("read", "secret-bundles"))
    if config.get("publish_metrics", "").lower() == "true":
        rights.append(Right("use", "metrics"))
    return rights


def groups_of(function_id: str, compartment_id: str, rules: Mapping[str, str]) -> set[str]:
    """Return the dynamic groups that hold a function, by its OCID or by its compartment; ``rules`` are by name."""
    found = set()
    for name, rule in rules.items():
        # A rule that names the compartment holds every resource in it, unless it names a type: then only that type.
        by_compartment = compartment_id in rule and ("'fnfunc'" in rule or "resource.type" not in rule)
        if function_id in rule or by_compartment:
            found.add(name)
    return found


def missing(rights: Iterable[Right], groups: set[str], statements: Iterable[str]) -> list[Right]:
    """Return the rights that no statement about one of the groups gives."""
    given = [
        Right(found["verb"].lower(), found["resource"].lower())
        for found in map(_STATEMENT.match, statements)
        if found and found["group"].lower() in {group.lower() for group in groups}
    ]
    return [right for right in rights if not any(_covers(each, right) for each in given)]


def _covers(given: Right, wanted: Right) -> bool:
    if given.verb not in VERBS or VERBS.index(given.verb) < VERBS.index(wanted.verb):
        return False
    return given.resource in {wanted.resource, FAMILIES.get(wanted.resource), "all-resources"}
