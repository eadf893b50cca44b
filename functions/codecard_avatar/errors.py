"""Expected failures of the badge; each one is shown on the card.

FunctionError
├── NotAKeeper               somebody who may not see or change the registered cards
└── CardFailure              what the card shows: title, subtitle and the message
    ├── BadCardId            header X-CODECARD-ID missing or malformed
    ├── BadButton            button headers with values that no card sends
    ├── NameMissing          the card has no name
    ├── NameUnreadable       the address of a picture is none of this function
    ├── BackendLate / BackendDown / BackendUnreadable
    ├── RegistryLate / RegistryUnreadable
    ├── BackgroundLate / BackgroundUnusable
    ├── UploadLate / UploadRefused / PictureNotPublic
    ├── CertificateLate / CertificateUnusable
    └── AddressUnknown       `publish: inline` under a host name that the config does not have
"""

from __future__ import annotations

from typing import ClassVar

from shared.errors import FunctionError


class NotAKeeper(FunctionError):
    """Somebody asks for the registered cards who may not have them."""

    reason = "not-a-keeper"
    meaning = (
        "The registered cards were asked for by nobody whom `card_keepers` names, or the gateway did not say by whom."
    )
    remedy = "Add the user to `card_keepers`, or deploy the routes of `deploy/api-gateway.json`, which tell who asks."


class CardFailure(FunctionError):
    """A failure with the two short lines above its message: at most 16 and 20 characters."""

    reason = "card-failure"
    meaning = "The badge could not be made."
    remedy = "Read the card's text, or message and fix in the log."
    title: ClassVar[str] = "Uh oh!"
    subtitle: ClassVar[str] = "No badge"


class BadCardId(CardFailure):
    """X-CODECARD-ID is missing or is no MAC address."""

    reason = "bad-card-id"
    meaning = "The header `X-CODECARD-ID` is missing, or it is no MAC address of 12 hex digits."
    remedy = "Send the card's MAC address, such as `CC50E3CCBFFF`, with or without colons, dashes or dots."
    subtitle = "Bad card id"


class BadButton(CardFailure):
    """The button headers have values that no card sends."""

    reason = "bad-button"
    meaning = "`X-CODECARD-BUTTON-LABEL` is not a or b, or `X-CODECARD-BUTTON-FUNCTION` is not 1 or 2."
    remedy = "Leave both headers out for button a, short press."
    subtitle = "Bad button"


class NameMissing(CardFailure):
    """The card is known and has no name."""

    reason = "name-missing"
    meaning = "The card's entry has an empty title, so there is no name to draw."
    remedy = "Save a name as the card's title."
    subtitle = "No name yet"


class NameUnreadable(CardFailure):
    """The last part of a picture's address has no form that this function gives."""

    reason = "name-unreadable"
    meaning = "The address is none that this function gives for a picture."
    remedy = "Use the address that the answer for the card gave as `backgroundImage`."
    subtitle = "Bad address"


class BackendLate(CardFailure):
    """The backend (apex_url) did not answer in time."""

    reason = "backend-late"
    meaning = "The card backend (`apex_url`) did not answer within the time that the card waits."
    remedy = "Press again; if it stays, look at the backend."
    subtitle = "Backend is late"


class BackendDown(CardFailure):
    """The backend could not be reached, or answered with an error status, a redirect or too many bytes."""

    reason = "backend-down"
    meaning = "The card backend could not be reached, or answered with an error, a redirect or far too much."
    remedy = "Open `apex_url` with curl as in the function's page."
    subtitle = "Backend is down"


class BackendUnreadable(CardFailure):
    """The backend's answer is not a card."""

    reason = "backend-unreadable"
    meaning = "The card backend's answer is no JSON object with a card's fields, even read leniently."
    remedy = "Check that `apex_url` is the address of the backend's card module."
    subtitle = "Backend unreadable"


class RegistryLate(CardFailure):
    """The JSON object of the cards did not arrive in time."""

    reason = "registry-late"
    meaning = "The object `card_registry` did not arrive from the bucket in time."
    remedy = "Press again; if it stays, look at the object storage service."
    subtitle = "Registry is late"


class RegistryUnreadable(CardFailure):
    """The JSON object of the cards is missing or has another shape."""

    reason = "registry-unreadable"
    meaning = (
        "The object `card_registry` cannot be read from `private_bucket`, has more than 4 MB, is not a map of card ids"
        " to names, or has this card twice."
    )
    remedy = "Compare name, policy, size and shape of the object with the function's page, section Registry."
    subtitle = "Registry unreadable"


class BackgroundLate(CardFailure):
    """The user's own background did not arrive in time."""

    reason = "background-late"
    meaning = "The background `image_bg_name` did not arrive from the bucket in time."
    remedy = "Press again; if it stays, look at the object storage service."
    subtitle = "Background is late"


class BackgroundUnusable(CardFailure):
    """The user's own background is missing, too large, no picture, or has another size."""

    reason = "background-unusable"
    meaning = "The background `image_bg_name` cannot be read, or is no picture that can be drawn."
    remedy = "Upload a PNG, JPEG, WebP, GIF or BMP of at most 1 MB and 2 million pixels, or unset `image_bg_name`."
    subtitle = "Background unusable"


class UploadLate(CardFailure):
    """The bucket did not take the picture in time."""

    reason = "upload-late"
    meaning = "The bucket did not take the picture in time."
    remedy = "Press again; if it stays, look at the object storage service."
    subtitle = "Upload is late"


class UploadRefused(CardFailure):
    """The bucket refused the picture, or could not be reached."""

    reason = "upload-refused"
    meaning = "The bucket refused the picture: no such bucket, no policy for the function, or the link has expired."
    remedy = "Compare bucket, dynamic group and policies with the function's page."
    subtitle = "Upload refused"


class PictureNotPublic(CardFailure):
    """The picture is stored, and cannot be read without a signature."""

    reason = "picture-not-public"
    meaning = "The picture was stored, but the card cannot read it; a link that can write is never shown to it."
    remedy = "Set the bucket's visibility to public, without listing (`ObjectReadWithoutList`)."
    subtitle = "Bucket is private"


class CertificateLate(CardFailure):
    """The picture's host did not show its certificate in time."""

    reason = "certificate-late"
    meaning = "The host of the picture did not show its certificate in time."
    remedy = "Press again; if it stays, check `public_url`."
    subtitle = "Certificate is late"


class CertificateUnusable(CardFailure):
    """The picture's host cannot be reached or has no certificate that the card could check."""

    reason = "certificate-unusable"
    meaning = (
        "The host of the picture cannot be reached at a public address, is not trusted, or has no RSA certificate over"
        " TLS 1.2; `certificate` in the log says which."
    )
    remedy = "Check `public_url` and the host's certificate: the card knows RSA and TLS up to 1.2 only."
    subtitle = "No certificate"


class AddressUnknown(CardFailure):
    """The function is called under a host name that its config does not have."""

    reason = "address-unknown"
    meaning = "With `publish: inline` neither `public_url` is set nor is the call's host name one of `allowed_hosts`."
    remedy = "Set `public_url` to scheme and host of the gateway."
    subtitle = "Set public_url"
