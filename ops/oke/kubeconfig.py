"""A kubeconfig merged into another, and the command in it that makes tokens. Pure: documents in, documents out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from shared.errors import BadRequest, OciServiceError

Document = dict[str, Any]

EXEC_VERSION = "client.authentication.k8s.io/v1beta1"
"""Version of the exchange between kubectl and a token command, as the kubeconfigs of OKE have it."""

_LISTS = ("clusters", "users", "contexts")


def of_cluster(found: object, command: Sequence[str] | None) -> Document:
    """Return the kubeconfig that OKE made; with ``command`` that one makes the tokens instead of `oci`.

    Raises OciServiceError (``malformed``) for one without cluster, user and context.
    """
    if not isinstance(found, dict) or any(not _named(found.get(key)) for key in _LISTS):
        raise OciServiceError("OKE answered without a kubeconfig", code="malformed", service="container_engine")
    made: Document = copy.deepcopy(found)
    if command:
        program, *arguments = command
        for user in made["users"]:
            user["user"] = {"exec": {"apiVersion": EXEC_VERSION, "command": program, "args": arguments, "env": []}}
    return made


def merged(old: object, new: Document, file: str) -> Document:
    """Return the old document with the new one's entries in it, by their names; its context is the current one.

    Raises BadRequest for a document that is no kubeconfig: nothing of it is to be lost.
    """
    if old is None:
        return copy.deepcopy(new)
    if not isinstance(old, dict) or any(not _named(old.get(key) or []) and old.get(key) for key in _LISTS):
        raise BadRequest(f"{file} is no kubeconfig", field="--file", fix="name another file, or move that one away")
    made: Document = {"apiVersion": "v1", "kind": "Config", **copy.deepcopy(old)}
    for key in _LISTS:
        names = {entry["name"] for entry in new[key]}
        kept = [entry for entry in made.get(key) or [] if entry["name"] not in names]
        made[key] = [*kept, *copy.deepcopy(new[key])]
    made["current-context"] = new.get("current-context") or new["contexts"][0]["name"]
    return made


def _named(entries: object) -> bool:
    return (
        isinstance(entries, list)
        and bool(entries)
        and all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in entries)
    )
