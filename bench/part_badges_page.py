"""codecard-avatar's page: CPU of a panel for each name that is typed, of all layouts, of the page; and their bytes."""

from __future__ import annotations

import itertools
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from bench import badge_magick
from bench.table import Row
from emulator.cloud import Cloud
from emulator.fn_server.host import HostOptions
from emulator.functions_app import FunctionsApp
from tools.byte_compile import compile_all

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION = "codecard-avatar"
CONFIG = {"publish": "inline", "public_url": "https://cards.example.com", "card_names": '{"CC50E3CCBFFF": "Joan"}'}
TYPED = {"role": "Platform engineer", "company": "Example Corp", "event": "DevCon", "qr": "https://example.com/joan"}
GIVEN = ("Ada", "Grace", "Joan", "Katherine", "Margaret", "Radia", "Barbara", "Frances", "Karen", "Edith")
FAMILY = ("Lovelace", "Hopper", "Clarke", "Johnson", "Hamilton", "Perlman", "Liskov", "Allen", "Jones", "Clarke-Smith")
TIMES = 100
COLD_RUNS = 5
MAX_VIEW_MS = {"all layouts of it": 40.0}
MAX_USUAL_MS = 20.0
"""On the tenth of a CPU that OCI gives 256 MB that is 0.2 s: the panel is there before the next word is typed."""

VIEWS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("panel of what is typed", "/data", {"part": "preview"}),
    ("all layouts of it", "/data", {"part": "layouts"}),
    ("whole page", "", {}),
)


def rows() -> Iterator[Row]:
    """Measure CPU time (user and system) of the function's process; no name is drawn twice."""
    yield Row("", compile_all())
    with tempfile.TemporaryDirectory(prefix="bench-badges-") as folder:
        functions = FunctionsApp(lambda _: {}, options=HostOptions(environment={}, freeze=False), limit_rate=False)
        with Cloud(Path(folder) / "cloud", functions=functions, tls=False) as cloud:
            yield from _rows(_Pages(cloud, functions))


def _rows(pages: _Pages) -> Iterator[Row]:
    cold = statistics.median(pages.cpu("", 1, {}) for _ in range(COLD_RUNS))
    yield Row("badge page: cold call", f"{cold:.3f} s")
    for name, path, parts in VIEWS:
        few, many = (pages.cpu(path, times, parts) for times in (1, 1 + TIMES))
        milliseconds = 1000 * (many - few) / TIMES
        limit = MAX_VIEW_MS.get(name, MAX_USUAL_MS)
        yield Row(f"  {name}, warm", f"{milliseconds:.1f} ms", f"<= {limit:.0f} ms", milliseconds <= limit)
        yield Row("    its bytes", f"{len(pages.answer):,}")
    for part in re.findall(r'(?:href|src)="/codecard/badges(/static/[^"]+)"', pages.answer.decode()):
        pages.cpu(part, 1, {})
        yield Row(f"    {part.rpartition('/')[2].partition('-')[0]}{Path(part).suffix}", f"{len(pages.answer):,}")


class _Pages:
    """Asks for pages, and reads the CPU time of the function's process once that has ended."""

    def __init__(self, cloud: Cloud, functions: FunctionsApp) -> None:
        self._functions = functions
        self._address = f"{cloud.gateway}/codecard/badges"
        self._headers = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
        self.answer = b""
        self._names = (" ".join(names) for names in itertools.cycle(itertools.product(GIVEN, FAMILY)))

    def cpu(self, path: str, times: int, parts: dict[str, str]) -> float:
        """Return the CPU seconds of one process that is asked so many times, each for another name."""
        self._functions.host.configure(FUNCTION, CONFIG)
        before = badge_magick.children_seconds()
        for _ in range(times):
            query = {} if "static" in path else {"title": next(self._names), **TYPED, **parts}
            answer = requests.get(self._address + path, params=query, headers=self._headers, timeout=60)
            answer.raise_for_status()
            self.answer = answer.content
        self._functions.host.configure(FUNCTION, {})  # ends the process
        until = time.monotonic() + 10
        while badge_magick.children_seconds() == before and time.monotonic() < until:
            time.sleep(0.01)
        return badge_magick.children_seconds() - before
