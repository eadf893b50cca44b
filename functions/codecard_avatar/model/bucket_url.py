"""The config key `oss_bucket`: a bucket's URL, plain or pre-authenticated."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlencode, urlsplit

from shared.addresses import is_loopback

_PATH = re.compile(
    r"(?P<token>/p/[A-Za-z0-9_-]+)?/n/(?P<namespace>[A-Za-z0-9_-]+)/b/(?P<bucket>[A-Za-z0-9_.%-]+)(?:/o)?/?"
)


@dataclass(frozen=True, slots=True)
class BucketUrl:
    """Scheme and host, namespace, bucket (decoded) and ``token_path`` (``/p/<token>`` if pre-authenticated, or empty).

    The token of a pre-authenticated request gives its rights to whoever has it, so it is left out of every way of
    printing this.
    """

    base: str
    namespace: str
    bucket: str
    token_path: str = ""

    def __repr__(self) -> str:
        return f"BucketUrl({self.base}{'/p/***' if self.token_path else ''}/n/{self.namespace}/b/{self.bucket})"

    __str__ = __repr__

    @property
    def is_preauthenticated(self) -> bool:
        """Whether requests to this URL need no signature."""
        return bool(self.token_path)

    @property
    def without_token(self) -> BucketUrl:
        """The plain URL of the same bucket."""
        return replace(self, token_path="")

    def at(self, base: str) -> BucketUrl:
        """Return the same bucket on another scheme and host; ``base`` may be empty."""
        return replace(self, base=base) if base else self

    def object_url(self, name: str) -> str:
        """Return the URL of an object."""
        path = f"{self.token_path}/n/{self.namespace}/b/{quote(self.bucket, safe='')}/o/{quote(name, safe='/')}"
        return self.base + path

    def list_url(self, prefix: str, start: str) -> str:
        """Return the URL of a page of the names that lie directly in a folder, from ``start`` on."""
        query = {"prefix": prefix, "delimiter": "/", "fields": "name", **({"start": start} if start else {})}
        return f"{self.base}/n/{self.namespace}/b/{quote(self.bucket, safe='')}/o?{urlencode(query)}"


def parse_bucket_url(text: str) -> BucketUrl:
    """Read the config value; ValueError says what is wrong, without the value: it may hold a token."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    path = _PATH.fullmatch(parts.path)
    if parts.scheme not in {"http", "https"} or not host or port == 0 or not host.isascii():
        raise ValueError("must be an https URL")
    if path is None or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("must end in /n/<namespace>/b/<bucket>, or be a link /p/<token>/n/<namespace>/b/<bucket>/o/")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("plain http is accepted for loopback addresses only: use https")
    return BucketUrl(
        base=f"{parts.scheme}://{parts.netloc}",
        namespace=path["namespace"],
        bucket=unquote(path["bucket"]),
        token_path=path["token"] or "",
    )
