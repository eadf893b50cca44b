"""The config keys of codecard-avatar."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from functions.codecard_avatar.model.badge_content import Layout
from functions.codecard_avatar.model.bucket_url import BucketUrl, parse_bucket_url
from functions.codecard_avatar.model.button_layout import parse_button_layouts
from functions.codecard_avatar.model.card_id import card_id_of
from shared.addresses import is_loopback, public_host, service_base_url
from shared.metrics_settings import MetricsSettings
from shared.settings import Secret, setting

CardNames = Mapping[str, str]
ButtonLayouts = Mapping[str, Layout]

MIN_KEY_CHARACTERS = 32

ORIGINAL_IDENTICON_HOST = "identicon-1132.appspot.com"
"""The identicon service of the original. Users still have it in their config."""


def _web_url(text: str) -> str:
    """Return an absolute http or https URL of printable ASCII, without user name and fragment."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or parts.fragment:
        raise ValueError("must be a URL such as https://host/path, without user name and fragment")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("must be printable ASCII: write other characters as %XX, and host names in punycode")
    return text


def _identicon_service(text: str) -> str:
    """Return any service but the original's, in whatever form users have that one in their config."""
    return "" if ORIGINAL_IDENTICON_HOST in text.lower() else _web_url(text)


def _public_url(text: str) -> str:
    """Return scheme and host; plain http for this machine only: over http the picture could be changed on its way."""
    url = _web_url(text).rstrip("/")
    parts = urlsplit(url)
    if parts.path or parts.query:
        raise ValueError("must be scheme and host only, such as https://gateway.example.com")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https")
    return url


def _hosts(text: str) -> tuple[str, ...]:
    """Return names of public hosts, each with its port where that is not 443."""
    return tuple(public_host(part.strip()) for part in text.split(",") if part.strip())


def _page_key(text: str) -> Secret:
    """Return a key that nobody guesses."""
    if len(text) < MIN_KEY_CHARACTERS:
        raise ValueError(f"must have at least {MIN_KEY_CHARACTERS} characters, drawn by chance: openssl rand -hex 32")
    return Secret(text)


def _card_names(text: str) -> CardNames:
    """Return the names by card id."""
    try:
        names = json.loads(text, object_pairs_hook=tuple)  # pairs: a card that stands there twice is seen
    except (ValueError, RecursionError):
        raise ValueError('is no JSON: write {"CC50E3CCBFFF": "Joan Citizen"}') from None
    if not isinstance(names, tuple) or not all(isinstance(name, str) for _, name in names):
        raise ValueError('must be a JSON object of texts: {"CC50E3CCBFFF": "Joan Citizen"}')
    return _by_card(names)


def _by_card(names: Iterable[tuple[str, str]]) -> CardNames:
    """Return the names by card id; ValueError names a key that is none, and a card that stands there twice."""
    cards: dict[str, str] = {}
    for key, name in names:
        try:
            card = card_id_of(key)
        except ValueError as fault:
            raise ValueError(f"has a key {key[:40]!r}, and every key {fault}") from None
        if cards.setdefault(card, name) != name:
            raise ValueError(f"has card {card} twice, with two names: keep one")
    return cards


@dataclass(frozen=True, kw_only=True)
class Settings(MetricsSettings):
    """Where the cards' names come from, and where the badge goes."""

    apex_url: str = setting(default="", parse=_web_url)
    """Address of the card backend (ORDS/APEX), asked with the card's own three headers. Default: none; then
    `card_registry` or `card_names` is needed."""

    card_registry: str = ""
    """Name of a JSON object in `private_bucket` that maps card ids to names, or to a card's fields; with a `/` at its
    end a folder of such objects, for more than 4 MB of cards. Read when `apex_url` is not set. Default: none."""

    card_names: CardNames | None = setting(default=None, parse=_card_names)
    """JSON map of card id to name, for a handful of cards. Used when neither `apex_url` nor `card_registry` is set.
    Default: none."""

    publish: Literal["bucket", "inline"] = "bucket"
    """`bucket` uploads the picture to `oss_bucket`; `inline` needs no bucket: the card fetches the picture from this
    function, route `…/badge/{picture}`. Default: `bucket`."""

    oss_bucket: BucketUrl | None = setting(default=None, parse=parse_bucket_url)
    """The bucket's URL, `https://objectstorage.<region>.oraclecloud.com/n/<namespace>/b/<bucket>` (also the form
    `https://<namespace>.objectstorage.<region>.oci.customer-oci.com/n/…`): signed with the function's resource
    principal. Or a pre-authenticated URL of the bucket, `…/p/<token>/n/…/b/…/o/`. Needed by `publish` = `bucket`.
    It is public, because a card has no credentials."""

    private_bucket: BucketUrl | None = setting(default=None, parse=parse_bucket_url)
    """The URL of the bucket of `card_registry`, `image_bg_name` and photos, in the same forms; a private one: the
    registry has people's names. Default: `oss_bucket`, as long as `publish` is `bucket` with a warning in the log."""

    public_url: str = setting(default="", parse=_public_url)
    """Scheme and host under which cards reach this function, for `publish` = `inline`. Its certificate is looked at on
    public addresses only. Default: https and the host name that the call was sent to, one of `allowed_hosts`."""

    allowed_hosts: tuple[str, ...] = setting(default=(), parse=_hosts)
    """Host names, separated by commas, that a call may have come under where `public_url` is not set, for a gateway
    with several. Default: none; then `publish` = `inline` needs `public_url`."""

    image_bg_name: str = ""
    """Name of a picture in `private_bucket` that is drawn behind names and identicon: PNG, JPEG, WebP, GIF or BMP, at
    most 1 MB, best of 264 x 176 pixels (another size is scaled and cut). Default: the built-in background."""

    layout: Layout | None = None
    """How a badge is laid out: `name-first` (the name as large as it goes), `classic` (as the original drew it), `qr`,
    `photo` or `details`; a card's own field `layout` goes before it. Default: `classic` where `image_bg_name` is set,
    since such a background was drawn for it, else `name-first`."""

    button_layouts: ButtonLayouts | None = setting(default=None, parse=parse_button_layouts)
    """Layouts by button, such as `a/2=qr,b/1=details`: a label (a, b) and a function (1 is a short press, 2 a long
    one). Default, for a button that is not named: a/2 `qr` where the card has a text for it, b/1 `details`
    where it has more than a name, b/2 `photo` where it has one, else `layout`."""

    event_name: str = ""
    """Name of the event, drawn by the layouts other than `classic` on badges whose card has no `event` of its own.
    Default: none."""

    card_keepers: tuple[str, ...] = ()
    """Who may see and change the registered cards on the badge page: users as their token calls them (`sub`), separated
    by commas, or `*` for everybody whom the gateway lets in. Default: none; then the page shows no cards."""

    page_key: Secret | None = setting(default=None, parse=_page_key)
    """Key of the page's tokens against forgery, at least 32 characters drawn by chance (`openssl rand -hex 32`), needed
    by `card_keepers`. Default: none."""

    identicon_service: str = setting(default="", parse=_identicon_service)
    """Address of an identicon service, asked as `<address>/<name>?s=8&p=30` for at most 0.8 s. The service of the
    original (`identicon-1132.appspot.com`) is gone: set to it, the key counts as not set. Default: drawn here."""

    oci_endpoint: str = setting(default="", parse=service_base_url)
    """Base URL of object storage and of OCI Monitoring, for the local cloud or a proxy of one's own; plain http for
    loopback addresses only. Default: the host of `oss_bucket`, and the region's endpoint."""

    def check(self) -> dict[str, str]:
        """Return the faults that concern several keys, by key."""
        faults = {}
        if not (self.apex_url or self.card_registry or self.card_names):
            faults["apex_url"] = "is not set: set apex_url, card_registry or card_names"
        if self.oss_bucket is None and self.publish == "bucket":
            faults["oss_bucket"] = "is not set: set it, or publish to inline"
        if self.private_keys and self.private_bucket is None and self.oss_bucket is None:
            faults["private_bucket"] = f"is not set: {' and '.join(self.private_keys)} need it"
        if self.publish == "bucket" and self.private_bucket and _same_bucket(self.private_bucket, self.oss_bucket):
            faults["private_bucket"] = "is the bucket of oss_bucket, which is public: name another one"
        if self.card_keepers and self.page_key is None:
            faults["page_key"] = "is not set: card_keepers needs it"
        if self.card_keepers and (self.apex_url or not self.card_registry):
            faults["card_keepers"] = "keep a registry in private_bucket: set card_registry, and not apex_url"
        return faults

    @property
    def usual_layout(self) -> Layout:
        """`layout`, or what stands in for it where it is not set."""
        return self.layout or ("classic" if self.image_bg_name else "name-first")

    @property
    def private_keys(self) -> list[str]:
        """The keys set that name an object of `private_bucket`."""
        return [key for key in ("card_registry", "image_bg_name") if getattr(self, key)]

    @property
    def warning(self) -> str:
        """What is wrong with a config that works: private objects in the public bucket. Empty for a good one."""
        if self.publish != "bucket" or self.private_bucket or not self.private_keys:
            return ""
        return f"{' and '.join(self.private_keys)} lie in oss_bucket, which everybody can read: set private_bucket"


def _same_bucket(one: BucketUrl, other: BucketUrl | None) -> bool:
    return other is not None and (one.namespace, one.bucket) == (other.namespace, other.bucket)
