"""Where the card can fetch a badge: an object in a bucket (signed or through a link), or this function itself."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.card_json import URL_CHARACTERS
from functions.codecard_avatar.errors import (
    AddressUnknown,
    CertificateLate,
    CertificateUnusable,
    PictureNotPublic,
    UploadLate,
    UploadRefused,
)
from functions.codecard_avatar.publish import picture_names
from shared.http.client import HttpError
from shared.tls import rsa_tls12_context

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.names import BadgeName
    from functions.codecard_avatar.publish.bucket import Bucket
    from functions.codecard_avatar.publish.bucket_url import BucketUrl
    from shared.deadline import Deadline
    from shared.http.client import HttpClient
    from shared.http_request import HttpRequest

ROUTE = "badge"
"""Last folder of the addresses of pictures: `…/badge/<name>.bmp`."""

QUERY = "badge"
"""Parameter with the picture's name where a path of its own cannot reach the function (an Fn trigger)."""

TRIGGERS = "/t/"
"""Where Fn has its triggers; each serves one exact path."""

DEFAULT_FOLDER = "/codecard"
MOST_FINGERPRINTS = 16

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*)(?::[0-9]{{1,5}})?")
_HOST_CHARACTERS = 253


@dataclass(frozen=True, slots=True)
class Published:
    """A picture's address, and the SHA-1 fingerprint of its host's certificate (empty over plain http)."""

    url: str
    fingerprint: str


def fingerprint_of(certificate: bytes) -> str:
    """20 hex bytes with blanks between them, as the card's serial commands show one."""
    digest = hashlib.sha1(certificate, usedforsecurity=False).digest()  # what the card's firmware compares
    return digest.hex(" ").upper() if certificate else ""


class BucketPublisher:
    """Uploads to a bucket. ``readable`` remembers for the container how an object of a bucket can be read."""

    def __init__(self, bucket: Bucket, readable: dict[BucketUrl, BucketUrl]) -> None:
        self._bucket = bucket
        self._readable = readable

    def publish(self, card_file: bytes, deadline: Deadline) -> Published:
        """Upload the picture. Raises UploadLate, UploadRefused, PictureNotPublic or NotAuthorised."""
        name = picture_names.object_name(card_file)
        try:
            certificate = self._bucket.put(name, card_file, "image/bmp", deadline)
            readable = self._readable_url(name, deadline)
        except HttpError as error:
            failure = UploadLate if error.late else UploadRefused
            raise failure(f"The bucket did not take the picture: {error}", field="oss_bucket") from None
        return Published(readable.object_url(name), fingerprint_of(certificate))

    def _readable_url(self, name: str, deadline: Deadline) -> BucketUrl:
        """How the card can read it: by the plain URL if the bucket is public, by the link if that may read.

        The link is the second choice, because it may also write, and the answer is not a secret.
        """
        own = self._bucket.url
        if own not in self._readable:
            choices = [own.without_link, own] if own.is_link else [own]
            found = next((each for each in choices if self._bucket.is_readable(each, name, deadline)), None)
            if found is None:
                raise PictureNotPublic("The picture is stored, but nobody may read it", fix="make the bucket public")
            self._readable[own] = found
        return self._readable[own]


class InlinePublisher:
    """Points back to this function. ``fingerprints`` are kept for the life of the container, one a host."""

    def __init__(self, http: HttpClient, public_url: str, request: HttpRequest, fingerprints: dict[str, str]) -> None:
        self._http = http
        self._public_url = public_url
        self._request = request
        self._fingerprints = fingerprints

    def publish(self, name: BadgeName, deadline: Deadline) -> Published:
        """The address of the name's picture. Raises AddressUnknown, CertificateLate or CertificateUnusable."""
        base = self._public_url or f"https://{own_host(self._request)}"
        url = picture_names.address(base + picture_folder(self._request.path), name, URL_CHARACTERS)
        return Published(url, self._fingerprint(base, deadline))

    def _fingerprint(self, base: str, deadline: Deadline) -> str:
        if base not in self._fingerprints and base.startswith("https:"):
            try:
                certificate = self._http.certificate(base, deadline, tls=rsa_tls12_context)
            except HttpError as error:
                failure = CertificateLate if error.late else CertificateUnusable
                raise failure(f"The card needs the picture host's certificate: {error}", field="public_url") from None
            if len(self._fingerprints) >= MOST_FINGERPRINTS:
                self._fingerprints.clear()
            self._fingerprints[base] = fingerprint_of(certificate)
        return self._fingerprints.get(base, "")


def own_host(request: HttpRequest) -> str:
    """The host name (with port, if any) that the call was sent to. Raises AddressUnknown for an address or nothing."""
    host = _HOST.fullmatch(request.host)
    if host is None or len(request.host) > _HOST_CHARACTERS or _is_ip_address(host["name"]):
        raise AddressUnknown(
            "publish is inline, and the call does not say under which host name it came",
            fix="set public_url to the gateway's https://host",
            field="public_url",
        )
    return request.host


def picture_folder(path: str) -> str:
    """Path (and query) before the picture's name: beside a route that ends in ``/avatar``, else a parameter of it."""
    folder, _, last = path.rstrip("/").rpartition("/")
    if not path.strip("/"):
        return f"{DEFAULT_FOLDER}/{ROUTE}/"
    return f"{folder}/{ROUTE}/" if last == "avatar" and not path.startswith(TRIGGERS) else f"{path}?{QUERY}="


def picture_name(request: HttpRequest) -> str | None:
    """The picture that a call asks for, or None when it is a card's call."""
    folder, _, last = request.path.rpartition("/")
    if folder.rpartition("/")[2] == ROUTE:
        return last
    return request.query_value(QUERY)


def _is_ip_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False
