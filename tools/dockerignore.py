"""A .dockerignore as Docker reads it: the last pattern that matches decides, ``!`` takes a path back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


_TOKEN = re.compile(r"\*\*/|\*\*|\[(?:\\.|[^\]\\])+\]|\\.|.", re.DOTALL)
"""A wildcard, a class of characters, an escaped character or a plain one."""
_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Ignored:
    """The patterns of one build context, each with whether it ignores (or takes back)."""

    rules: tuple[tuple[re.Pattern[str], bool], ...]

    @classmethod
    def of(cls, context: Path) -> Ignored:
        """Read the patterns of a context's own .dockerignore; none when it has no such file."""
        file = context / ".dockerignore"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        return cls(tuple((_compiled(pattern.removeprefix("!")), not pattern.startswith("!")) for pattern in patterns))

    def matches(self, path: Path) -> bool:
        """Tell whether a path, relative to the context, is left out; what is below a matching folder is matched too."""
        ignored = False
        for pattern, ignores in self.rules:
            if any(pattern.fullmatch(str(each)) for each in [path, *path.parents] if each.parts):
                ignored = ignores
        return ignored


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of Go's filepath.Match with Docker's ``**``.

    Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    return re.compile("".join(_regular(token) for token in _TOKEN.findall(pattern.strip("/"))))


def _regular(token: str) -> str:
    """Return the regular expression of one token of a pattern."""
    if token in _WILDCARDS:
        return _WILDCARDS[token]
    if token.startswith("[") and len(token) > 1:
        return token  # Go's classes are written as Python's
    return re.escape(token.removeprefix("\\") or token)
