"""Role-based access control: who may do what, and what was really done.

Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.kubernetes.store import Store

MASTERS = "system:masters"
"""The group that may do everything."""


@dataclass(frozen=True)
class User:
    """Who calls: a name and its groups."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Permission:
    """One thing done or allowed. `resource` carries a subresource (`pods/eviction`); empty `namespace`: the cluster."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""


@dataclass
class AccessControl:
    """Decides from the roles and bindings in the store; `used` holds what was allowed since `reset_used`."""

    store: Store
    used: set[Permission] = field(default_factory=set)

    def allows(self, user: User, access: Permission) -> bool:
        """Tell whether a user may do something, and remember that it was done."""
        if not self.would_allow(user, access):
            return False
        self.used.add(access)
        return True

    def would_allow(self, user: User, access: Permission) -> bool:
        """Tell whether a user may do something."""
        # A RoleBinding reaches only its own namespace, even when it refers to a ClusterRole; a list over all namespaces
        # (empty `namespace`) therefore needs a ClusterRoleBinding.
        rules = self._rules(user, access.namespace)
        return MASTERS in user.groups or any(_rule_allows(rule, access) for _, rule in rules)

    def unused(self, user: User) -> set[Permission]:
        """Return each single permission of a user that nothing in `used` needed."""
        return {one for one in self.granted(user) if not any(_covers(one, used) for used in self.used)}

    def granted(self, user: User) -> set[Permission]:
        """Return a user's permissions one by one: each verb on each resource (and name) of each rule."""
        namespaces = {item["metadata"]["namespace"] for item in self.store.all(ROLE_BINDING)}
        return {
            access
            for namespace in ("", *namespaces)
            for scope, rule in self._rules(user, namespace)
            for access in _single(rule, scope)
        }

    def _rules(self, user: User, namespace: str) -> Iterator[tuple[str, Object]]:
        """Yield (namespace it is limited to, rule) of all bindings that reach a user."""
        for binding in self.store.all(CLUSTER_ROLE_BINDING):
            if _reaches(binding, user):
                yield from (("", rule) for rule in self._role(binding["roleRef"], ""))
        for binding in self.store.all(ROLE_BINDING):
            where = binding["metadata"]["namespace"]
            if where == namespace and _reaches(binding, user):
                yield from ((where, rule) for rule in self._role(binding["roleRef"], where))

    def _role(self, reference: Object, namespace: str) -> Iterable[Object]:
        kind, inside = (ROLE, namespace) if reference["kind"] == "Role" else (CLUSTER_ROLE, "")
        role = self.store.find(kind, reference["name"], inside)
        return (role or {}).get("rules") or []


def _reaches(binding: Object, user: User) -> bool:
    return any(_is_subject(subject, user) for subject in binding.get("subjects") or [])


def _is_subject(subject: Object, user: User) -> bool:
    if subject["kind"] == "ServiceAccount":
        return user.name == f"system:serviceaccount:{subject['namespace']}:{subject['name']}"
    if subject["kind"] == "Group":
        return subject["name"] in user.groups
    return bool(subject["name"] == user.name)


def _rule_allows(rule: Object, access: Permission) -> bool:
    # A create or list carries no name, so a rule with resourceNames never allows it.
    names = rule.get("resourceNames") or []
    return (
        _lists(rule.get("verbs"), access.verb)
        and _lists(rule.get("apiGroups"), access.group)
        and _lists(rule.get("resources"), access.resource)
        and (not names or access.name in names)
    )


def _lists(values: list[str] | None, wanted: str) -> bool:
    return values is not None and ("*" in values or wanted in values)


def _single(rule: Object, namespace: str) -> Iterator[Permission]:
    parts = (rule.get("verbs"), rule.get("apiGroups"), rule.get("resources"), rule.get("resourceNames") or [""])
    for verb, group, resource, name in itertools.product(*(part or [] for part in parts)):
        yield Permission(verb, group, resource, namespace, name)


def _covers(granted: Permission, used: Permission) -> bool:
    """Tell whether a use needed this permission."""
    return (
        (granted.verb, granted.group, granted.resource) == (used.verb, used.group, used.resource)
        and granted.namespace in {"", used.namespace}
        and granted.name in {"", used.name}
    )
