"""A .dockerignore as Docker reads it: the last pattern that matches decides, ``!`` takes a path back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


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
    """Compile Go's filepath.Match with Docker's ``**``."""
    text = re.escape(pattern.strip("/"))
    text = text.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(text)
