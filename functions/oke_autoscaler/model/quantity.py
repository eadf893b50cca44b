"""Kubernetes quantities and times as numbers.

Quantities: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/. A request is rounded up,
as the scheduler does; times are Unix seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache

LARGEST = 2**63 - 1
"""Kubernetes caps larger quantities at this."""

_FORM = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)")
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
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is no quantity")
    number = Fraction(found[1]) * _SUFFIX[found[3]]
    return number * Fraction(10) ** int(found[2][1:]) if found[2] else number


@lru_cache(maxsize=4096)
def amount(resource: str, text: str | float) -> int:
    """Return a quantity in the unit that decisions count in: millicores for ``cpu``, else whole units, rounded up.

    ValueError when the text is no quantity.
    """
    exact = min(_exact(str(text)), Fraction(LARGEST)) * (1000 if resource == "cpu" else 1)
    return -((-exact.numerator) // exact.denominator)


@lru_cache(maxsize=4096)
def unix_seconds(text: str) -> float:
    """Return an RFC 3339 time in Unix seconds; ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
