"""Where the card can fetch a badge: an object in a bucket (signed or pre-authenticated), or this function itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.errors import (
    CertificateLate,
    CertificateUnusable,
    PictureNotPublic,
    UploadLate,
    UploadRefused,
)
from functions.codecard_avatar.model.card_fields import MAX_URL_CHARACTERS
from functions.codecard_avatar.publish import picture_names
from functions.codecard_avatar.publish.picture_route import called_host, picture_folder
from shared.http.client import HttpError
from shared.tls import rsa_tls12_context

if TYPE_CHECKING:
    from functions.codecard_avatar.model.badge_name import BadgeName
    from functions.codecard_avatar.model.bucket_url import BucketUrl
    from functions.codecard_avatar.storage.bucket_client import BucketClient
    from shared.deadline import Deadline
    from shared.http.client import HttpClient
    from shared.http_request import HttpRequest

MAX_FINGERPRINTS = 16
"""Hosts remembered in a container: a caller who sends another Host header each time must not fill its memory."""


@dataclass(frozen=True, slots=True)
class Published:
    """A picture's address, and the SHA-1 fingerprint of its host's certificate (empty over plain http)."""

    url: str
    fingerprint: str


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-1 of a certificate (DER) as 20 hex bytes with blanks between them, as the card prints one."""
    # SHA-1 is no choice of ours: it is all that the firmware's verify(fingerprint, host) compares. It is sent with each
    # answer, taken from the certificate that the host shows, because one in the config would be stale after a rotation.
    digest = hashlib.sha1(certificate, usedforsecurity=False).digest()
    return digest.hex(" ").upper() if certificate else ""


class BucketPublisher:
    """Uploads to a bucket. ``readable_urls`` remembers for the container how an object of a bucket can be read."""

    def __init__(self, bucket: BucketClient, readable_urls: dict[BucketUrl, BucketUrl]) -> None:
        self._bucket = bucket
        self._readable_urls = readable_urls

    def publish(self, bitmap: bytes, deadline: Deadline) -> Published:
        """Upload the picture. Raises UploadLate, UploadRefused, PictureNotPublic or NotAuthorised."""
        name = picture_names.object_name(bitmap)
        try:
            certificate = self._bucket.put(name, bitmap, "image/bmp", deadline)
            readable = self._readable_url(name, deadline)
        except HttpError as error:
            failure = UploadLate if error.late else UploadRefused
            raise failure(f"The bucket did not take the picture: {error}", field="oss_bucket") from None
        return Published(readable.object_url(name), fingerprint_of(certificate))

    def _readable_url(self, name: str, deadline: Deadline) -> BucketUrl:
        """Return the form of the bucket's URL by which the card can read an object; asked once a container.

        The plain URL is tried first: a pre-authenticated one may also allow writing, and the answer is not a secret.
        """
        own = self._bucket.url
        if own not in self._readable_urls:
            choices = [own.without_token, own] if own.is_preauthenticated else [own]
            found = next((each for each in choices if self._bucket.is_readable(each, name, deadline)), None)
            if found is None:
                raise PictureNotPublic("The picture is stored, but nobody may read it", fix="make the bucket public")
            self._readable_urls[own] = found
        return self._readable_urls[own]


class InlinePublisher:
    """Points back to this function. ``fingerprints`` are kept for the life of the container, one a host."""

    def __init__(self, http: HttpClient, public_url: str, request: HttpRequest, fingerprints: dict[str, str]) -> None:
        self._http = http
        self._public_url = public_url
        self._request = request
        self._fingerprints = fingerprints

    def publish(self, name: BadgeName, deadline: Deadline) -> Published:
        """Return the address of the name's picture. Raises AddressUnknown, CertificateLate or CertificateUnusable."""
        base = self._public_url or f"https://{called_host(self._request)}"
        url = picture_names.picture_address(base + picture_folder(self._request.path), name, MAX_URL_CHARACTERS)
        return Published(url, self._fingerprint(base, deadline))

    def _fingerprint(self, base: str, deadline: Deadline) -> str:
        """Return the fingerprint of a host, asked for once a container; empty over plain http."""
        if base not in self._fingerprints and base.startswith("https:"):
            try:
                certificate = self._http.certificate(base, deadline, tls=rsa_tls12_context)
            except HttpError as error:
                failure = CertificateLate if error.late else CertificateUnusable
                raise failure(f"The card needs the picture host's certificate: {error}", field="public_url") from None
            if len(self._fingerprints) >= MAX_FINGERPRINTS:
                self._fingerprints.clear()
            self._fingerprints[base] = fingerprint_of(certificate)
        return self._fingerprints.get(base, "")
