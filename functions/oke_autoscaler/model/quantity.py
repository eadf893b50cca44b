"""Kubernetes quantities and times as numbers.

Quantities have the form that the API server takes and stores (k8s.io/apimachinery, pkg/api/resource/quantity.go,
``ParseQuantity``): a sign, digits around a point, then a suffix of SI or of powers of 1024, or an exponent of any
number of digits. A request is rounded up, as the scheduler does; times are Unix seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache

LARGEST = 2**63 - 1
"""Kubernetes caps larger quantities at this."""

MAX_CHARS = 400
"""Of a quantity's text: far above what anybody writes, far below what takes time to read."""

MAX_EXPONENT = 2**31 - 1
"""The API server keeps an exponent in 32 bits and drops the rest of a longer one."""

MAX_POWER = 500
"""Power of ten beyond which a number of MAX_CHARS digits is above LARGEST, or rounds up to the smallest amount."""

_FORM = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)")
_SUFFIX: dict[str | None, Fraction] = {
    None: Fraction(1),
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "k": Fraction(10**3),
    **{letter: Fraction(10 ** (3 * power)) for power, letter in enumerate("MGTPE", start=2)},
    **{f"{letter}i": Fraction(1024**power) for power, letter in enumerate("KMGTPE", start=1)},
}


def _exact(text: str) -> Fraction:
    """Return a quantity as an exact number, one beyond MAX_POWER as one at it; ValueError when it is none.

    Zeros may lead the number and the exponent (``1e003``), and digits may be missing on either side of the point, or
    on both: ``m`` is 0 to the API server, too.
    """
    text = text.strip()
    found = _FORM.fullmatch(text) if len(text) <= MAX_CHARS else None
    exponent = int(found[4] or 0) if found is not None else 0
    if found is None or not text or abs(exponent) > MAX_EXPONENT:
        raise ValueError(f"{text[:40]!r} is no quantity")
    sign, whole, decimals, _, suffix = found.groups()
    number = int(f"{whole}{decimals or ''}" or 0)
    power = max(-MAX_POWER, min(MAX_POWER, exponent - len(decimals or "")))
    scale = Fraction(10**power) if power >= 0 else Fraction(1, 10**-power)
    return (-number if sign == "-" else number) * scale * _SUFFIX[suffix]


@lru_cache(maxsize=4096)
def amount(resource: str, text: str | float) -> int:
    """Return a quantity in the unit that decisions count in: millicores for ``cpu``, else whole units, rounded up.

    ValueError when the text is no quantity.
    """
    exact = min(_exact(str(text)), Fraction(LARGEST)) * (1000 if resource == "cpu" else 1)
    return -((-exact.numerator) // exact.denominator)


@lru_cache(maxsize=4096)
def quantity_fault(resource: str, text: str | float) -> str:
    """Return what is wrong with the quantity of an object; empty when it is fit to be counted.

    An amount that is more than 64 bits hold is one that the scheduler itself counts as something else: its integers
    overflow without a word (quantity.go, ``Value``, ``MilliValue``). Only a binary suffix is capped before (``9Ei``).
    """
    try:
        exact = _exact(str(text))
    except ValueError:
        return "is no quantity"
    if exact < 0:
        return "is below 0"
    if str(text).strip().endswith("i"):
        exact = min(exact, Fraction(LARGEST))
    return "is more than the scheduler can count" if exact * (1000 if resource == "cpu" else 1) > LARGEST else ""


@lru_cache(maxsize=4096)
def unix_seconds(text: str) -> float:
    """Return an RFC 3339 time in Unix seconds; ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def is_time(text: str) -> bool:
    """Tell whether a text is an RFC 3339 time with which can be counted."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
