"""What DBMS_CLOUD.COPY_DATA does with a report, as far as its documentation says; it refuses what is not known here."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib

OPTIONS = {
    "type": {"csv"},
    "delimiter": {","},
    "quote": {'"'},
    "characterset": {"AL32UTF8"},
    "skipheaders": {1},
    "trimspaces": {"notrim"},
    "conversionerrors": {"reject_record"},
    "rejectlimit": {0},
    "logretention": {1},
    "compression": {"gzip"},
}
FIELD = re.compile(r'"([A-Z][A-Z0-9_]*)" (?:(RECNUM)|CHAR\((\d+)\))')
REJECTED = 20003
"""ORA-20003: the reject limit was reached."""


class CopyError(Exception):
    """An error of DBMS_CLOUD; ``code`` is the ORA number."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"ORA-{code}: {text}")
        self.code = code


def copied(body: bytes, field_list: str, copy_format: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """The names of the columns and their values, row by row, empty fields as None. Raises CopyError."""
    options = json.loads(copy_format)
    for name, value in options.items():
        if value not in OPTIONS.get(name, ()):
            raise CopyError(20000, f"format option {name} = {value!r} is not known here")
    found = [FIELD.fullmatch(each) for each in field_list.split(", ")]
    fields = [each for each in found if each]
    if len(fields) != len(found):
        raise CopyError(20000, "the field list cannot be read")
    names = [field[1] for field in fields]
    rows = [tuple(_row(number, texts, fields)) for number, texts in _records(body, options)]
    return names, rows


def _records(body: bytes, options: dict[str, object]) -> list[tuple[int, list[str]]]:
    """Records are lines; one within quotes goes over no line end. The header is a record, too."""
    try:
        text = (gzip.decompress(body) if options.get("compression") == "gzip" else body).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise CopyError(29913, "error in executing ODCIEXTTABLEFETCH callout") from None
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []
    numbered = list(enumerate(lines, 1))[1:]
    try:
        return [(number, next(csv.reader(io.StringIO(line), strict=True), [""])) for number, line in numbered]
    except csv.Error:
        raise CopyError(REJECTED, "reject limit reached") from None


def _row(number: int, texts: list[str], fields: list[re.Match[str]]) -> list[object]:
    """The values of a record; what stands behind the last field is not looked at."""
    values: list[object] = []
    rest = iter(texts)
    for field in fields:
        if field[2]:
            values.append(number)
            continue
        value = next(rest, None)
        if value is None or len(value) > int(field[3]):
            raise CopyError(REJECTED, "reject limit reached")
        values.append(value or None)
    return values
