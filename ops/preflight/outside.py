"""What anybody can see of a deployment: the checks that send no signature and no token."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ops.preflight.row import Outcome, Row
from shared.addresses import Reach
from shared.deadline import Deadline
from shared.oci.retries import READ_SECONDS
from shared.oci.timed_session import end_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRIVATE_KEYS = ("card_registry", "image_bg_name")
"""Config keys of codecard-avatar that name objects with people's names."""

MAX_BODY_BYTES = 256 * 1024
"""Of an answer that is looked at: a gateway takes ten keys at most."""

_BUCKET = re.compile(r"(?P<link>/p/[^/]+)?/n/(?P<namespace>[^/]+)/b/(?P<bucket>[^/]+)(?:/o)?/?")


@dataclass(frozen=True, slots=True)
class NamedBucket:
    """A bucket of the config; ``is_link``: the config's URL is pre-authenticated."""

    base: str
    namespace: str
    bucket: str
    is_link: bool

    def object_url(self, name: str) -> str:
        """Return the plain URL of an object, by which it can be read where the bucket is public."""
        return f"{self.base}/n/{self.namespace}/b/{self.bucket}/o/{quote(name, safe='/')}"


def bucket_of(url: str) -> NamedBucket | None:
    """Return the bucket of a config value, None where it names none."""
    parts = urlsplit(url)
    found = _BUCKET.fullmatch(parts.path)
    if found is None:
        return None
    return NamedBucket(f"{parts.scheme}://{parts.netloc}", found["namespace"], found["bucket"], bool(found["link"]))


def private_objects(config: Mapping[str, str]) -> Iterator[Row]:
    """One row a private object of codecard-avatar's config, and a warning where it shares the pictures' bucket."""
    used = [key for key in PRIVATE_KEYS if config.get(key)]
    own = config.get("private_bucket", "")
    bucket = bucket_of(own or config.get("oss_bucket", ""))
    if bucket is None or not used:
        return
    if not own and config.get("publish", "bucket").lower() == "bucket":
        detail = f"{' and '.join(used)} lie in oss_bucket, which is public for the cards"
        yield Row("bucket", "private_bucket", "warning", detail, "set private_bucket to a private bucket")
    for key in used:
        yield _private_object(key, bucket, config[key])


def _private_object(key: str, bucket: NamedBucket, name: str) -> Row:
    # Of a registry that is a folder one part is asked for. It may not be there: where nobody may read the bucket, that
    # is not told.
    status, body = _get(bucket.object_url(f"{name}00.json" if name.endswith("/") else name))
    fix = "move it to a bucket without public access, and set private_bucket to that"
    if not status:
        return Row("bucket", key, "unknown", "no answer to a request without a signature", "ask from another network")
    if status in {401, 403, 404} and b'"ObjectNotFound"' not in body:
        return Row("bucket", key, "ok", "cannot be read without a signature")
    return Row("bucket", key, "FAILED", f"anybody can read {name}: {status} without a signature", fix)


def route(path: str, wanted: int, meaning: str, endpoint: str, seconds: float = READ_SECONDS) -> Row:
    """Whether a route answers a request without card id and token as it must."""
    status, _ = _get(endpoint.rstrip("/") + path, seconds)
    outcome: Outcome = "ok" if status == wanted else "FAILED"
    fix = "open port 443 of the gateway's subnet" if status == 0 else "deploy deploy/api-gateway.json"
    return Row("gateway", path, outcome, f"{meaning}: {status or 'no answer'}, wanted {wanted}", fix)


def stock_cards(endpoint: str) -> Row:
    """Whether a card with its first firmware can open the gateway, where its button's address is."""
    from shared.http import stock_cards as cards
    from shared.http.client import HttpClient

    parts = urlsplit(endpoint)
    until = Deadline.after(READ_SECONDS)
    found, fix = cards.look(HttpClient(), f"{parts.scheme}://{parts.netloc}", until, Reach.CONFIGURED)
    return Row("gateway", "stock cards", "warning" if fix else "ok", found, fix)


def token_keys(uri: str) -> Row:
    """Whether the keys by which the gateway checks tokens can be fetched as it does it: without a token."""
    if not uri:
        return Row(
            "gateway", "token keys", "FAILED", "the deployment checks no token", "deploy deploy/api-gateway.json"
        )
    status, body = _get(uri)
    if not status:
        return Row("gateway", "token keys", "FAILED", f"no answer from {uri}", "is identity_domain_url right?")
    keys = _keys(body) if status == 200 else 0
    if keys:
        return Row("gateway", "token keys", "ok", f"{keys} at {uri}")
    detail = f"{status} from {uri}: the gateway answers every token with 401"
    fix = "in the identity domain's settings: Configure client access (Access signing certificate)"
    return Row("gateway", "token keys", "FAILED", detail, fix)


def _keys(body: bytes) -> int:
    """How many keys a set holds; 0 for what is no set of keys."""
    try:
        document = json.loads(body)
    except ValueError:
        return 0
    found = document.get("keys") if isinstance(document, dict) else None
    return len(found) if isinstance(found, list) else 0


def _get(url: str, seconds: float = READ_SECONDS) -> tuple[int, bytes]:
    """Return status and first bytes of the answer to a request without credentials; 0 where none came in time."""
    from oci._vendor import requests  # the SDK's, whose connections can be timed as a whole; it knows of proxies
    from urllib3.exceptions import HTTPError

    with requests.Session() as session:
        end_with(session, Deadline.after(seconds).remaining_seconds)
        try:
            # `auth` that does nothing: without it the request would carry what a .netrc has for the host.
            with session.get(url, auth=lambda request: request, allow_redirects=False, stream=True) as answer:
                return answer.status_code, next(answer.iter_content(MAX_BODY_BYTES), b"")
        except (requests.RequestException, HTTPError, OSError, ValueError):  # ValueError: no host's name
            return 0, b""
