"""Numbers in the spellings of the real files: Java's BigDecimal for costs, Java's double for usage."""

from __future__ import annotations

COST_SCALE = 18
QUANTITY_SCALE = 12
PRICE_SCALE = 8
"""Decimals of a unit price, as in the real cost file."""

_ONE: int = 10**COST_SCALE
_PLAIN_FROM: int = 10 ** (COST_SCALE - 6)
_CENTRE: int = 10 ** (QUANTITY_SCALE + PRICE_SCALE - COST_SCALE)


def line_item_cost(quantity_e12: int, price_e8: int) -> int:
    """Return quantity times unit price in 1E-18, rounded half up: off by at most 5E-19, as in the real file."""
    product = quantity_e12 * price_e8
    sign = -1 if product < 0 else 1
    return sign * ((abs(product) + _CENTRE // 2) // _CENTRE)


def big_decimal(value_e18: int) -> str:
    """Return the text of a BigDecimal of scale 18 as toString writes it: plain from 1E-6 on, else `2.323760000E-9`.

    Source: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/math/BigDecimal.html#toString()
    """
    if value_e18 == 0:
        return "0.000000000000000000"
    sign, size = ("-", -value_e18) if value_e18 < 0 else ("", value_e18)
    # BigDecimal.toString uses an exponent when the adjusted exponent is below -6, and keeps the trailing zeros of the
    # scale in the digits: 2.323760000E-9, not 2.32376E-9.
    if size >= _PLAIN_FROM:
        whole, part = divmod(size, _ONE)
        return f"{sign}{whole}.{part:018d}"
    digits = str(size)
    point = "." if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}{digits[1:]}E-{COST_SCALE + 1 - len(digits)}"


def java_double(value: float) -> str:
    """Return text of a double as Java writes it: `7.0`, `1.67676224E8`.

    Source: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)
    """
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e7:
        return repr(value)
    # Python and Java (since JDK 19) both write the shortest digits that read back as the same double. They differ in
    # where the exponent begins: Java from 1E7 up and below 1E-3, Python from 1E16 up and below 1E-4.
    mantissa, _, exponent = repr(value).partition("e")
    if exponent:
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"
    sign = "-" if value < 0 else ""
    whole, _, part = mantissa.lstrip("-").partition(".")
    digits = (whole + part).strip("0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{len(whole) - 1}" if whole.strip("0") else _small(sign, part)


def _small(sign: str, part: str) -> str:
    """Return Java's text of a double below 1E-3 that Python still writes without an exponent."""
    digits = part.lstrip("0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E-{len(part) - len(digits) + 1}"
