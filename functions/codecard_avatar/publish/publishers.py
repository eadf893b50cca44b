"""Where the card can fetch a badge: an object in a bucket (signed or pre-authenticated), or this function itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
from shared.addresses import Reach, is_loopback
from shared.http.client import HttpError
from shared.tls import rsa_tls12_context

if TYPE_CHECKING:
    from collections.abc import Collection

    from functions.codecard_avatar.model.badge_name import BadgeName
    from functions.codecard_avatar.model.bucket_url import BucketUrl
    from functions.codecard_avatar.storage.bucket_client import BucketClient
    from shared.deadline import Deadline
    from shared.http.client import HttpClient
    from shared.http_request import HttpRequest


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
    """Uploads to a bucket. ``readable`` remembers for the container the buckets whose objects the card can read."""

    def __init__(self, bucket: BucketClient, readable: set[BucketUrl]) -> None:
        self._bucket = bucket
        self._readable = readable

    def publish(self, bitmap: bytes, deadline: Deadline) -> Published:
        """Upload the picture. Raises UploadLate, UploadRefused, PictureNotPublic or NotAuthorised."""
        # The address is always the plain one: a pre-authenticated URL that has just taken an upload can write, and
        # whoever presses a button, or asks like a card, gets the answer.
        address = self._bucket.url.without_token
        name = picture_names.object_name(bitmap)
        try:
            certificate = self._bucket.put(name, bitmap, "image/bmp", deadline)
            self._check_readable(address, name, deadline)
        except HttpError as error:
            raise _refused(error) from None
        return Published(address.object_url(name), fingerprint_of(certificate))

    def check(self, deadline: Deadline) -> None:
        """Ask whether the bucket would take a picture; nothing is stored. Raises as `publish`."""
        try:
            self._bucket.try_upload(deadline)
        except HttpError as error:
            raise _refused(error) from None

    def _check_readable(self, address: BucketUrl, name: str, deadline: Deadline) -> None:
        """Ask once a container whether the card can read an object. Raises PictureNotPublic or HttpError."""
        if address in self._readable:
            return
        if not self._bucket.is_readable(address, name, deadline):
            fix = "make the bucket public, without listing"
            raise PictureNotPublic("The picture is stored, but nobody may read it", fix=fix, field="oss_bucket")
        self._readable.add(address)


def _refused(error: HttpError) -> UploadLate | UploadRefused:
    failure = UploadLate if error.late else UploadRefused
    return failure(f"The bucket did not take the picture: {error}", field="oss_bucket")


class InlinePublisher:
    """Points back to this function, under the config's own hosts only.

    ``fingerprints`` are kept for the life of the container, one a host of the config, so there are no more than it has.
    """

    def __init__(
        self, http: HttpClient, public_url: str, allowed_hosts: Collection[str], fingerprints: dict[str, str]
    ) -> None:
        self._http = http
        self._public_url = public_url
        self._allowed_hosts = allowed_hosts
        self._fingerprints = fingerprints

    def publish(
        self, name: BadgeName, request: HttpRequest, deadline: Deadline, summary: dict[str, object]
    ) -> Published:
        """Return the address of the name's picture. Raises AddressUnknown, CertificateLate or CertificateUnusable.

        ``summary`` takes what was wrong with the host: the answer, which anybody gets, does not tell an open port from
        a closed one or from a name that nobody has.
        """
        base = self._public_url or f"https://{called_host(request, self._allowed_hosts)}"
        url = picture_names.picture_address(base + picture_folder(request.path), name, MAX_URL_CHARACTERS)
        try:
            return Published(url, self._fingerprint(base, deadline))
        except HttpError as error:
            summary["certificate"] = str(error)
            failure = CertificateLate if error.late else CertificateUnusable
            raise failure("The card needs the certificate of the picture's host", field="public_url") from None

    def check(self, deadline: Deadline) -> list[str]:
        """Look at the certificate of every host that pictures may have, and return these hosts.

        Raises CertificateLate or CertificateUnusable with what is wrong: a preflight's answer is for its owner alone.
        """
        hosts = [self._public_url] if self._public_url else [f"https://{host}" for host in self._allowed_hosts]
        try:
            for each in hosts:
                self._fingerprint(each, deadline)
        except HttpError as error:
            failure = CertificateLate if error.late else CertificateUnusable
            raise failure(f"The card needs the host's certificate: {error}", field="public_url") from None
        return hosts

    def _fingerprint(self, base: str, deadline: Deadline) -> str:
        """Return the fingerprint of a host, asked for once a container; empty over plain http. Raises HttpError."""
        if base not in self._fingerprints and base.startswith("https:"):
            certificate = self._http.certificate(base, deadline, reach=self._reach(), tls=rsa_tls12_context)
            self._fingerprints[base] = fingerprint_of(certificate)
        return self._fingerprints.get(base, "")

    def _reach(self) -> Reach:
        """Return which addresses the picture's host may have: public ones.

        The local cloud is the one exception, and only where the config itself names this machine in `public_url`:
        no card can fetch a picture from there, so a deployment that has it by accident shows no badge from its first
        press on; a caller has no part in it; and it opens this machine alone, no private network.
        """
        return Reach.THIS_MACHINE if is_loopback(urlsplit(self._public_url).hostname or "") else Reach.PUBLIC
