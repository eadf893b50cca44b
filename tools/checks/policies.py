"""The IAM statements of deploy/terraform: they parse, use real verbs and resource types, and give no more than allowed.

oci-lexer-parser takes any word for a permission, so verbs and types are compared with lists. ``python -m
tools.checks.policies`` prints every fault and exits 1 when there is one; with ``--list`` it prints the statements.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2
from oci_lexer_parser import parse_dynamic_group_matching_rule, parse_policy_statements

from tools import suite
from tools.checks.faults import report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = suite.ROOT / "deploy" / "terraform"
VERBS = ("inspect", "read", "use", "manage")
"""Each holds those before it: https://docs.oracle.com/en-us/iaas/Content/Identity/Concepts/policysyntax.htm"""

RESOURCE_TYPES = frozenset(
    {
        # https://docs.oracle.com/en-us/iaas/Content/Identity/Reference/policyreference.htm and the pages it links
        "all-resources",
        "api-gateway-family",
        "api-gateways",
        "autonomous-database-family",
        "autonomous-databases",
        "buckets",
        "cluster-family",
        "cluster-node-pools",
        "cluster-virtualnode-pools",
        "cluster-work-requests",
        "clusters",
        "compartments",
        "database-connections",
        "dynamic-groups",
        "fn-app",
        "fn-function",
        "fn-invocation",
        "functions-family",
        "instance-family",
        "instances",
        "keys",
        "log-content",
        "log-groups",
        "metrics",
        "object-family",
        "objects",
        "ons-topics",
        "organizations-links",
        "organizations-subscription",
        "policies",
        "repos",
        "resource-schedule-family",
        "secret-bundles",
        "secret-family",
        "secrets",
        "subnets",
        "subscribed-services",
        "tenancies",
        "vaults",
        "vcns",
        "virtual-network-family",
        "vnics",
    }
)

WORKLOAD = ("request.principal.cluster_id", "request.principal.namespace", "request.principal.service_account")
"""What tells a pod's identity from that of all other pods."""

LIMITS: Mapping[str, Mapping[str, str]] = {
    "oke-autoscaler": {
        "clusters": "use",
        "cluster-node-pools": "manage",
        "cluster-work-requests": "read",
        "instance-family": "manage",
        "subnets": "use",
        "vnics": "use",
        "virtual-network-family": "read",
        "compartments": "inspect",
        "metrics": "use",
        "secret-bundles": "read",
    },
    "adw-billing": {
        "objects": "read",
        "autonomous-databases": "read",
        "secret-bundles": "read",
        "database-connections": "use",
        "metrics": "use",
        "compartments": "inspect",
        "tenancies": "inspect",
        "organizations-subscription": "inspect",
        "subscribed-services": "inspect",
        "all-resources": "inspect",
        "ons-topics": "use",
    },
    "codecard-avatar": {"objects": "manage", "metrics": "use"},
    "request-context": {"metrics": "use"},
    "ApiGateway": {"fn-invocation": "use"},
    "workload": {"fn-invocation": "use", "fn-function": "read"},
    "resourceschedule": {"fn-invocation": "use", "fn-function": "read"},
    "FaaS": {"repos": "read", "virtual-network-family": "use"},
}
"""The strongest verb that a caller may have on a resource type; a type that is not here it may not have at all."""

CONDITIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("oke-autoscaler", "clusters"): ("target.cluster.id",),
    ("oke-autoscaler", "cluster-node-pools"): ("target.nodepool.id",),
    ("oke-autoscaler", "metrics"): ("target.metrics.namespace",),
    ("oke-autoscaler", "secret-bundles"): ("target.secret.id",),
    ("adw-billing", "secret-bundles"): ("target.secret.id",),
    ("adw-billing", "metrics"): ("target.metrics.namespace",),
    ("codecard-avatar", "objects"): ("target.bucket.name",),
    ("codecard-avatar", "metrics"): ("target.metrics.namespace",),
    ("request-context", "metrics"): ("target.metrics.namespace",),
    ("ApiGateway", "fn-invocation"): ("request.principal.id", "target.function.id"),
    ("workload", "fn-invocation"): (*WORKLOAD, "target.function.id"),
    ("workload", "fn-function"): (*WORKLOAD, "target.function.id"),
    ("resourceschedule", "fn-invocation"): ("request.principal.id", "target.function.id"),
    ("resourceschedule", "fn-function"): ("request.principal.id", "target.function.id"),
}
"""The variables that each of these rights must be limited by: which caller, and which resource by its name.

`target.function.id`: https://docs.oracle.com/en-us/iaas/Content/Functions/Tasks/functionsrestrictinguseraccess.htm
"""

WIDER: Mapping[tuple[str, str], str] = {
    ("oke-autoscaler", "cluster-work-requests"): "IAM has no variable that names a work request's cluster; read only.",
    ("oke-autoscaler", "instance-family"): "A managed node pool makes and ends instances in the caller's name; their"
    " OCIDs are not known before.",
    ("oke-autoscaler", "subnets"): "The node pool's own configuration names the subnets, and may change.",
    ("oke-autoscaler", "vnics"): "They are made with the instances.",
    ("oke-autoscaler", "virtual-network-family"): "What the instances are attached to is looked up; read only.",
    ("oke-autoscaler", "compartments"): "The compartment is the named resource.",
    ("adw-billing", "objects"): "Oracle's tenancy holds one bucket a customer, and shows each customer its own alone.",
    ("adw-billing", "autonomous-databases"): "The policy reference names no variable for one database"
    " (`target.workloadType` only); read only, made where `db_ocid` is set.",
    ("adw-billing", "database-connections"): "A DSN without a wallet gives no OCID to name; a database takes only the"
    " users that were made in it.",
    (
        "adw-billing",
        "compartments",
    ): "The whole tree is what is read, names and places only; made where `dimensions`"
    " has `compartments`, as by default.",
    (
        "adw-billing",
        "tenancies",
    ): "The tenancy itself is the resource, its name and home region; made where"
    " `dimensions` has `tenancies`, as by default.",
    ("adw-billing", "organizations-subscription"): "Subscriptions belong to the tenancy; made where `dimensions` has"
    " `subscriptions`.",
    ("adw-billing", "subscribed-services"): "Subscribed services and commitments belong to the tenancy; made where"
    " `dimensions` has `subscriptions`.",
    (
        "adw-billing",
        "all-resources",
    ): "Search shows the names of what may be inspected, and no more; made where `dimensions` has `resources`.",
    ("adw-billing", "ons-topics"): "The policy reference names no variable for one topic; limited to reading and"
    " publishing by `request.permission`, made where `notification_topic` is set.",
    ("FaaS", "repos"): "The service pulls the image that a function names; read only.",
    ("FaaS", "virtual-network-family"): "The service attaches functions to the subnet of the app.",
}
"""Every right that is wider than a named resource, and why: (caller, resource type) to reason."""

TENANCY_WIDE = frozenset(
    ("adw-billing", resource)
    for resource in ("compartments", "tenancies", "organizations-subscription", "subscribed-services", "all-resources")
)
"""Rights to inspect what belongs to the tenancy, or lies in all of its compartments: a bill is the whole tenancy's."""

LISTS: Mapping[tuple[str, str], str] = {
    ("oke-autoscaler", "cluster-node-pools"): "A list has no pool to name; it shows names and tags, made where"
    " `node_pool_tag` is set.",
}
"""Rights that are limited to named resources by CONDITIONS, but for `inspect`, which lists them, and why."""

SAMPLES = {
    r'local\.group\["([a-z-]+)"\]': r"'Default'/'oci-functions-\1'",
    r"local\.group\[name\]": "'Default'/'oci-functions-request-context'",
    r"local\.node_pools": "target.nodepool.id = 'ocid1.nodepool.oc1.iad.a', target.nodepool.id = 'ocid1.x.oc1.iad.b'",
    r"local\.(?:routed|invoked|scheduled)_functions": "target.function.id = 'ocid1.fnfunc.oc1.iad.a'",
    r"local\.loader_budgets_bucket": "budgets",
    r"local\.card_objects": "cards.json",
    r"local\.usage_report_tenancy": "ocid1.tenancy.oc1..aaaaaaaausage",
    r"(?:local|var)\.\w*compartment\w*": "ocid1.compartment.oc1..aaaa",
    r"(?:local|var)\.\w+_id": "ocid1.resource.oc1.iad.aaaa",
    r"oci_\w+\.suite(?:\[[^]]*\])?\.id": "ocid1.resource.oc1.iad.aaaa",
    r"var\.(badge_bucket|badge_private_bucket|cronjob_namespace|cronjob_service_account)": r"\1",
}
"""What an expression in a statement is replaced with to be parsed: pattern to text."""


def statements(folder: Path = FOLDER) -> dict[str, str]:
    """Purpose to statement, with samples for all expressions. Raises ValueError for an expression without a sample."""
    found: dict[str, str] = {}
    for block in hcl2.loads((folder / "policies.tf").read_text(encoding="utf-8"))["locals"]:
        for name, value in block.items():
            if name.endswith("_policy"):
                found.update(_of_local(value))
    return found


def _of_local(value: Any) -> dict[str, str]:  # noqa: ANN401  (what python-hcl2 makes of a local)
    if isinstance(value, dict):
        pairs = {_plain(key): text for key, text in value.items() if key not in {"__comments__", "__is_block__"}}
        return {purpose: sampled(_plain(text)) for purpose, text in pairs.items()}
    found = re.search(r'"(?P<purpose>[^"]*)" => "(?P<text>.*)"\}', value)  # a `for` over functions
    if found is None:
        raise ValueError(f"no statement in: {value}")
    return {found["purpose"]: sampled(found["text"])}


def sampled(text: str) -> str:
    """Return a statement with a sample for each `${…}`."""

    def replace(found: re.Match[str]) -> str:
        for pattern, sample in SAMPLES.items():
            if match := re.fullmatch(pattern, found[1]):
                return match.expand(sample)
        raise ValueError(f"no sample for {found[0]}")

    return re.sub(r"\$\{([^}]*)\}", replace, text)


def faults(purpose: str, text: str) -> Iterator[str]:
    """Yield what is wrong with one statement, each with its purpose before it."""
    for fault in _faults(text):
        yield f"{purpose}: {fault}"


def _faults(text: str) -> Iterator[str]:
    try:
        parsed: Any = parse_policy_statements(text)
    except Exception as fault:  # noqa: BLE001  (the parser raises errors of its own and of its grammar)
        yield f"does not parse: {fault}"
        return
    for statement in parsed["statements"]:
        if statement["kind"] != "define":
            yield from _right_faults(statement)


def _right_faults(statement: Mapping[str, Any]) -> Iterator[str]:
    actions, resources = statement["actions"], statement["resources"]["values"]
    if actions["type"] != "verbs" or not set(actions["values"]) <= set(VERBS):
        yield f"verb: {actions['values']} is none of {VERBS}"
        return
    caller = subject(statement)
    limits = LIMITS.get(caller, {})
    named = _names_in(statement.get("conditions"))
    for verb in actions["values"]:
        for resource in resources:
            if resource not in RESOURCE_TYPES:
                yield f"resource type: {resource} is not known"
            elif resource not in limits or VERBS.index(verb) > VERBS.index(limits[resource]):
                yield f"{caller or 'anybody'} may not {verb} {resource}"
            yield from _width_faults(caller, verb, resource, named)
    of_tenancy = set(actions["values"]) == {"inspect"} and all((caller, one) in TENANCY_WIDE for one in resources)
    if statement["kind"] == "allow" and statement["location"]["type"] == "tenancy" and not of_tenancy:
        yield "in tenancy: name a compartment"


def _width_faults(caller: str, verb: str, resource: str, named: Mapping[str, str]) -> Iterator[str]:
    """Say what a right lacks to be about a named resource; the list of the wider ones is closed."""
    if verb == "inspect" and (caller, resource) in LISTS:
        return
    needed = CONDITIONS.get((caller, resource), ())
    yield from (f"{verb} {resource} must be limited by {variable}" for variable in needed if variable not in named)
    if not needed and (caller, resource) not in WIDER:
        yield f"{verb} {resource} is limited to no named resource: name one, or give the reason in WIDER"
    if (verb, resource) == ("manage", "objects") and "request.permission" not in named:
        yield "manage objects must be limited by request.permission: else it can delete them"


def subject(statement: Mapping[str, Any]) -> str:
    """Who is given the right: a function's name, a service's, or the kind of principal that any-user is limited to."""
    who = statement["subject"]
    if who["type"] == "any-user":
        return _names_in(statement.get("conditions")).get("request.principal.type", "")
    return str(who["values"][0]["label"]).removeprefix("oci-functions-")


def _names_in(conditions: Mapping[str, Any] | None) -> dict[str, str]:
    """Every variable of a condition with its (last) value."""
    if conditions is None:
        return {}
    if conditions["type"] == "clause":
        return {conditions["node"]["lhs"]: str(conditions["node"]["rhs"]["value"])}
    found: dict[str, str] = {}
    for item in conditions["items"]:
        found.update(_names_in(item))
    return found


def group_rules(folder: Path = FOLDER) -> list[str]:
    """Return the matching rules of the dynamic groups, with samples."""
    resources = hcl2.loads((folder / "dynamic_groups.tf").read_text(encoding="utf-8"))["resource"]
    return [
        sampled(_plain(body["matching_rule"]))
        for block in resources
        for of_type in block.values()
        for body in of_type.values()
    ]


def every_fault() -> Iterator[str]:
    """Every fault of every statement and every matching rule."""
    for purpose, text in statements().items():
        yield from faults(purpose, text)
    for rule in group_rules():
        try:
            parse_dynamic_group_matching_rule(rule)
        except Exception as fault:  # noqa: BLE001  (as above)
            yield f"{rule}: {fault}"


def _plain(text: str) -> str:
    return text.removeprefix('"').removesuffix('"')


def main(arguments: list[str] | None = None) -> int:
    """Print all faults, with ``--list`` the statements before them; 1 when there is a fault."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.checks.policies", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--list", action="store_true", help="print the statements first")
    if parser.parse_args(arguments).list:
        for purpose, text in statements().items():
            print(f"# {purpose}\n{text}\n")
    return report(every_fault())


if __name__ == "__main__":
    sys.exit(main())
