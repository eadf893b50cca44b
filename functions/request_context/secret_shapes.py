"""Tells what may be a secret: by the words of a name, and by what a value looks like, however it is encoded.

Both err to one side, because a secret shown is worse than a harmless value told as type and length.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import unicodedata
from collections import Counter
from urllib.parse import unquote, unquote_plus

_DECODINGS = 4
"""How often a text is percent-decoded at most; one that still changes then is taken for a secret."""

# Words that mean a secret wherever they stand, also in one word with others and in "leet" (p4ssw0rd).
_LONG = re.compile(
    r"passw|passphrase|secret|token|credential|authori[sz]|authentic|bearer|cookie|signature|session|wallet|private|rpst"
)
_SHORT = re.compile(r"pass|pwd|pw|key|pem|cred|auth|jwt|hmac|dsn|conn|csrf|xsrf|saml|assertion")
_LAST = re.compile(r"(?:code|sig|pin|otp|sid|sas|pat|psk|nonce|salt|mfa|ticket)$")
# Ordinary words with a short word of the two lists above in them, taken out before these are looked for.
_HARMLESS = re.compile(
    r"monkey|compass|donkey|turkey|hockey|whiskey|keyboard|keyword|passive|passenger|author|codecard"
    r"|barcode|zipcode|postcode|unicode|geocode|compat|forensic|realmkey|regionkey"
)
_LEET = str.maketrans("0134578@$", "oleastbas")

_KNOWN_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]+-----"  # a PEM block
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"  # a JSON web token
    # an Authorization value under another name
    r"|\b(?:Bearer|Basic|Digest|Signature|AWS4-HMAC-SHA256|Negotiate|NTLM|Token|ApiKey|OAuth|Hawk|DPoP)\s+\S"
    r"|://[^/\s@]*@"  # somebody in a URL
    r"|://[^/\s@]*:[^\s@]*@"  # and with a password that has a slash in it
    r"|[^\s/@]+/[^\s/@]+@"  # user/password@database
    r"|/p/[A-Za-z0-9_-]{16,}/"  # a pre-authenticated request of Object Storage
    r"|\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{12,}"
    r"|\b(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|xapp-|sk-|sk_|rk_|pk_live|AIza|ya29\.|hf_|npm_|pypi-|dop_v1_|SG\.|shp[a-z]{2}_)"
    r"[A-Za-z0-9]",
    re.IGNORECASE,
)
_NAMED = re.compile(r"([\w.%+-]+)[\"']?\s*[=:]\s*[\"']?[^\s\"';,&]")
_PUBLIC_NAMES = re.compile(
    r"\bocid1\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9-]*\.[A-Za-z0-9._-]+"  # OCIDs
    r"|\b[a-z0-9]{20,40}\.apigateway\.[a-z0-9-]+\.oci\.customer-oci\.com"  # the host of a gateway
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_RUN = re.compile(r"[A-Za-z0-9+=]{16,}")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_LONG_RUN = 24
_BITS_PER_CHARACTER = 3.0


def name_may_be_secret(name: str) -> bool:
    """Tell whether a name can be that of a secret; true too where nobody can tell (no name, letters outside ASCII)."""
    plain = _decoded(name)
    if plain is None:
        return True
    text = unicodedata.normalize("NFKC", plain).casefold()
    letters = re.sub(r"[^a-z0-9@$]", "", text)
    if not letters or not text.isascii():
        return True
    if _LONG.search(letters) or _LONG.search(letters.translate(_LEET)):
        return True
    words = [_HARMLESS.sub(" ", word) for word in re.split(r"[^a-z0-9]+", text)]
    return any(_SHORT.search(word) or _LAST.search(word) for word in words)


def looks_secret(value: str) -> bool:
    """Tell whether a value looks like a secret or holds one, percent-encoded or in base64 too."""
    plain = _decoded(value)
    if plain is None:
        return True
    return any(_plainly_secret(text) or _hides_secret(text) for text in (value, plain))


def _decoded(text: str) -> str | None:
    """Return the text with every layer of percent-encoding taken off, None when there are too many."""
    # A plus may be a space (in a query) or itself (in base64): the first layer decides by what percent-decoding does.
    for _ in range(_DECODINGS):
        decoded = unquote_plus(text) if "%" in text else unquote(text)
        if decoded == text:
            return text
        text = decoded
    return None


def _plainly_secret(text: str) -> bool:
    if _KNOWN_SHAPES.search(text) or _UUID.search(text):
        return True
    if any(name_may_be_secret(found[1]) for found in _NAMED.finditer(text)):
        return True
    return any(_is_random(run) for run in _RUN.findall(_PUBLIC_NAMES.sub(" ", text)))


def _is_random(run: str) -> bool:
    """Tell whether a run of letters and digits looks drawn by chance: mixed and varied, or too long for a word."""
    mixed = any(each.isdigit() for each in run) and any(each.isalpha() for each in run)
    return (mixed or len(run) >= _LONG_RUN) and _entropy(run) >= _BITS_PER_CHARACTER


def _entropy(text: str) -> float:
    """Return Shannon's entropy of the characters, in bits a character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _hides_secret(text: str) -> bool:
    """Tell whether a run is base64 of `user:password`, or of something that is plainly secret."""
    runs = _ENCODED.findall(_PUBLIC_NAMES.sub(" ", text))
    # In a path the letters of base64 touch what stands around them, so each part of a run is tried too.
    for part in {each for run in runs for each in (run, *re.split(r"[/_-]", run))}:
        inner = _from_base64(part)
        if inner is not None and (":" in inner or _plainly_secret(inner)):
            return True
    return False


def _from_base64(run: str) -> str | None:
    bare = run.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        inner = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode().strip()
    except (binascii.Error, ValueError):
        return None
    return inner if inner.isprintable() else None
