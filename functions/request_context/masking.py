"""What is shown of a call, and what is told as type and length only: closed by default.

A value of the config or of a header is shown when its name is on the list; what the caller sent in this call is shown
under a name that cannot be a secret's. Whatever looks like a secret is not shown, wherever it stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from functions.request_context.secret_shapes import looks_secret, name_may_be_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_SHOWN_CHARACTERS = 1000
MAX_DEPTH = 20
"""Levels of a JSON value that are shown; deeper ones would exhaust the interpreter's stack when they are written."""

CONFIG_KEYS = frozenset(
    (
        # this function's own, and the identities that the suite's functions share through the app's config
        *("greeting", "publish_metrics", "oci_endpoint", "cluster_id", "node_pool_id", "dry_run"),
        # what Fn and OCI Functions put into every container
        *("FN_APP_ID", "FN_APP_NAME", "FN_FN_ID", "FN_FN_NAME", "FN_FORMAT", "FN_LISTENER", "FN_MEMORY", "FN_TYPE"),
        *("FN_CPUS", "FN_LOGFRAME_NAME", "FN_LOGFRAME_HDR", "OCI_RESOURCE_PRINCIPAL_VERSION"),
        *("OCI_RESOURCE_PRINCIPAL_REGION", "OCI_TRACING_ENABLED"),
        # the image and its shell
        *(
            "SUITE_VERSION",
            "SUITE_COMMIT",
            "PYTHON_VERSION",
            "PYTHONPATH",
            "PYTHONUNBUFFERED",
            "PYTHONDONTWRITEBYTECODE",
        ),
        *("PATH", "HOME", "HOSTNAME", "LANG", "LC_ALL", "PWD", "SHLVL", "TERM", "TZ"),
    )
)

HEADERS = frozenset(
    (
        *("accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length"),
        *("content-type", "date", "expect", "forwarded", "host", "origin", "te", "transfer-encoding", "user-agent"),
        *("via", "x-device-id", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"),
        *("x-real-ip", "x-codecard-id", "x-codecard-button-label", "x-codecard-button-function"),
        *("fn-call-id", "fn-deadline", "fn-http-method", "fn-intent", "fn-invoke-type"),
        *("oci-subject-id", "oci-subject-type", "oci-subject-tenancy-id", "opc-request-id", "x-content-sha256"),
    )
)

# Values that look drawn by chance and are no secret, each by its exact form under its own name.
_FORMS = {
    "fn-call-id": re.compile(r"[0-9A-Z]{26}"),
    "opc-request-id": re.compile(r"/?[0-9A-Fa-f]{32}(?:/[0-9A-Fa-f]{32})*"),
    "x-content-sha256": re.compile(r"[A-Za-z0-9+/]{43}="),
}
NAMING_FIELDS = frozenset(("name", "key", "id", "field", "header", "parameter", "variable", "label"))
VALUE_FIELDS = frozenset(("value", "values", "val", "content", "data", "text", "default"))
"""Fields of a JSON object of which the first names what is in the second."""

_KINDS = (
    ("empty", re.compile(r"")),
    ("true or false", re.compile(r"true|false", re.IGNORECASE)),
    ("number", re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")),
    ("OCID", re.compile(r"ocid1\..*", re.DOTALL)),
    ("URL", re.compile(r"[a-z][a-z0-9+.-]*://.*", re.IGNORECASE | re.DOTALL)),
)


def told(value: str) -> str:
    """Return type and length of a value that is not shown."""
    kind = next((name for name, form in _KINDS if form.fullmatch(value)), "text")
    unit = "character" if len(value) == 1 else "characters"
    return f"({kind}, {len(value)} {unit})"


def shown(value: str) -> str:
    """Return a value under a name that is no secret's, or its type and length where it looks like a secret."""
    return told(value) if len(value) > MAX_SHOWN_CHARACTERS or looks_secret(value) else value


def shown_config(config: Mapping[str, str]) -> dict[str, object]:
    """Return every config key, with the value of those that are known."""
    return {name: shown(value) if name in CONFIG_KEYS else told(value) for name, value in config.items()}


def shown_headers(headers: Mapping[str, object], sent_by_caller: Iterable[str]) -> dict[str, object]:
    """Return headers with the values of those that are known, or that the caller sent under a harmless name."""
    caller = {name.lower() for name in sent_by_caller}

    def one(name: str, value: str) -> str:
        form = _FORMS.get(name)
        if form and form.fullmatch(value):
            return value
        if name in HEADERS:
            return shown(value)
        return shown_from_caller(name, value) if name in caller else told(value)

    return {shown(name): _each(value, one, name.lower()) for name, value in headers.items()}


def shown_from_caller(name: str, value: str) -> str:
    """Return a value that the caller sent, where its name cannot be a secret's; of a web address, see shown_url."""
    if name_may_be_secret(name):
        return told(value)
    return shown_url(value) if "://" in value or value.startswith("/") else shown(value)


def shown_query(query: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each parameter in order, those of harmless names as they are."""
    result: dict[str, list[str]] = {}
    for name, value in query:
        result.setdefault(shown(name), []).append(shown_from_caller(name, value))
    return result


def shown_url(url: str) -> str:
    """Return an address with each parameter shown or told, as in shown_query; told as a whole if its path is secret."""
    path, mark, query = url.partition("?")
    if len(url) > MAX_SHOWN_CHARACTERS or looks_secret(path):
        return told(url)
    pieces = re.split(r"([&;#])", query)
    pieces[::2] = [_shown_parameter(piece) for piece in pieces[::2]]
    return path + mark + "".join(pieces)


def shown_json(value: object, name: str = "body", depth: int = 0) -> object:
    """Return a JSON value that the caller sent; all that lies below a secret's name is told."""
    if isinstance(value, dict | list) and depth >= MAX_DEPTH:
        return "(nested deeper)"
    if isinstance(value, dict):
        secret = name_may_be_secret(name)
        return {
            shown(key): shown_json(inner, name if secret else _name_beside(value, key), depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [shown_json(inner, name, depth + 1) for inner in value]
    if isinstance(value, str):
        return shown_from_caller(name, value)
    if value is None or isinstance(value, bool):
        return value
    return told(str(value)) if name_may_be_secret(name) else value


def _name_beside(value: Mapping[str, object], key: str) -> str:
    """Return the name that a field's value goes by: a secret's that stands beside it, else the field's own.

    ``{"name": "password", "value": "x"}``, as lists of settings have it, names its secret in another field.
    """
    if key.casefold() not in VALUE_FIELDS:
        return key
    beside = (inner for other, inner in value.items() if other.casefold() in NAMING_FIELDS and isinstance(inner, str))
    return next(filter(name_may_be_secret, beside), key)


def _shown_parameter(piece: str) -> str:
    name, equals, value = piece.partition("=")
    clear = unquote_plus(value)
    seen = shown_from_caller(name, clear) if equals else clear
    return shown(name) + equals + (value if seen == clear else seen)


def _each(value: object, one: Callable[[str, str], str], name: str) -> object:
    if isinstance(value, list | tuple):
        return [one(name, str(single)) for single in value]
    return one(name, str(value))
