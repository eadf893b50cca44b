"""Where the card can fetch a badge: an object in a bucket (signed or pre-authenticated), or this function itself."""

from __future__ import annotations

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
from functions.codecard_avatar.publish import picture_names
from functions.codecard_avatar.publish.fingerprints import fingerprint_of
from functions.codecard_avatar.publish.picture_route import called_host, picture_folder
from functions.codecard_avatar.storage.link_trouble import fix_of
from shared.addresses import Reach, is_loopback
from shared.http.client import HttpError
from shared.tls import rsa_tls12_context

if TYPE_CHECKING:
    from collections.abc import Collection

    from functions.codecard_avatar.model.bucket_url import BucketUrl
    from functions.codecard_avatar.publish.fingerprints import HostFingerprints
    from functions.codecard_avatar.storage.bucket_client import BucketClient
    from shared.deadline import Deadline
    from shared.http.client import HttpClient
    from shared.http_request import HttpRequest


MAX_STORED_NAMES = 256
"""Of pictures that a container remembers; the upload of a forgotten one is repeated, which changes nothing."""


@dataclass(frozen=True, slots=True)
class Published:
    """A picture's address, and the SHA-1 fingerprint of its host's certificate (empty over plain http)."""

    url: str
    fingerprint: str


class BucketPublisher:
    """Uploads to a bucket. ``stored`` are the names of pictures that this container has put there."""

    def __init__(self, bucket: BucketClient, stored: dict[str, None]) -> None:
        self._bucket = bucket
        self._stored = stored

    def publish(self, bitmap: bytes, deadline: Deadline) -> Published:
        """Put the picture where the card can read it, and look whether it can: the last request is one as the card's.

        Raises UploadLate, UploadRefused, PictureNotPublic or NotAuthorised.
        """
        # It is asked at each press, not once a container: a bucket is made private, or emptied by a rule, while the
        # function is warm, and a card that is then promised a picture leaves its panel white. That costs nothing where
        # it replaces the upload: the name is the content's hash, so a picture of this container that still lies there
        # unchanged need not be stored, nor a request be signed, again. Only a new picture takes two requests.
        name = picture_names.object_name(bitmap)
        try:
            if name in self._stored:
                seen = self._bucket.look(self._address, name, deadline)
                if seen.shows(bitmap):
                    return self._published(name, seen.certificate)
            self._bucket.put(name, bitmap, "image/bmp", deadline)
            seen = self._bucket.look(self._address, name, deadline)
        except HttpError as error:
            raise _refused(error) from None
        if seen.is_refused:
            fix = "make the bucket public, without listing"
            raise PictureNotPublic("The picture is stored, but nobody may read it", fix=fix, field="oss_bucket")
        self._remember(name)
        return self._published(name, seen.certificate)

    def look(self, bitmap: bytes, deadline: Deadline) -> Published:
        """Return where the picture would be, without storing it. Raises UploadLate or UploadRefused."""
        name = picture_names.object_name(bitmap)
        try:
            return self._published(name, self._bucket.look(self._address, name, deadline).certificate)
        except HttpError as error:
            raise _refused(error) from None

    def check(self, deadline: Deadline) -> None:
        """Ask whether the bucket would take a picture; nothing is stored. Raises as `publish`."""
        try:
            self._bucket.try_upload(deadline)
        except HttpError as error:
            raise _refused(error) from None

    @property
    def _address(self) -> BucketUrl:
        """The bucket as the card is told it."""
        # It is always the plain one: a pre-authenticated URL that takes an upload can write, and whoever presses a
        # button, or asks like a card, gets the answer.
        return self._bucket.url.without_token

    def _published(self, name: str, certificate: bytes) -> Published:
        return Published(self._address.object_url(name), fingerprint_of(certificate))

    def _remember(self, name: str) -> None:
        self._stored[name] = None
        if len(self._stored) > MAX_STORED_NAMES:
            del self._stored[next(iter(self._stored))]


def _refused(error: HttpError) -> UploadLate | UploadRefused:
    failure = UploadLate if error.late else UploadRefused
    return failure(f"The bucket did not take the picture: {error}", fix=fix_of(error), field="oss_bucket")


class InlinePublisher:
    """Points back to this function, under the config's own hosts only."""

    def __init__(
        self, http: HttpClient, public_url: str, allowed_hosts: Collection[str], fingerprints: HostFingerprints
    ) -> None:
        self._http = http
        self._public_url = public_url
        self._allowed_hosts = allowed_hosts
        self._fingerprints = fingerprints

    def publish(
        self, file_name: str, request: HttpRequest, deadline: Deadline, summary: dict[str, object]
    ) -> Published:
        """Return the address of a picture. Raises AddressUnknown, CertificateLate or CertificateUnusable.

        ``summary`` takes what was wrong with the host: the answer, which anybody gets, does not tell an open port from
        a closed one or from a name that nobody has.
        """
        base = self._public_url or f"https://{called_host(request, self._allowed_hosts)}"
        url = base + picture_folder(request.path) + file_name
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
        """Return the fingerprint of a host, looked at every ten minutes; empty over plain http. Raises HttpError."""
        if not base.startswith("https:"):
            return ""
        fresh = self._fingerprints.find(base)
        if fresh:
            return fresh
        try:
            certificate = self._http.certificate(base, deadline, reach=self._reach(), tls=rsa_tls12_context)
        except HttpError:
            # The call has just come through this host: that it cannot be looked at now is no reason against the
            # certificate that it had ten minutes ago.
            if stale := self._fingerprints.find(base, stale=True):
                return stale
            raise
        return self._fingerprints.keep(base, certificate)

    def _reach(self) -> Reach:
        """Return which addresses the picture's host may have: public ones.

        The local cloud is the one exception, and only where the config itself names this machine in `public_url`:
        no card can fetch a picture from there, so a deployment that has it by accident shows no badge from its first
        press on; a caller has no part in it; and it opens this machine alone, no private network.
        """
        return Reach.THIS_MACHINE if is_loopback(urlsplit(self._public_url).hostname or "") else Reach.PUBLIC
