"""codecard-avatar: CPU of a cold start and of a warm badge on all ways of publishing, and of the drawing itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import badge_config, badge_magick
from bench.table import Row
from emulator.card.card_client import Card
from emulator.cloud import Cloud
from emulator.fn_server.host import HostOptions
from emulator.functions_app import FunctionsApp
from functions.codecard_avatar.model.badge_content import LAYOUTS
from tools.byte_compile import ROOT, compile_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_COLD_CPU_SECONDS = 0.15
"""1.5 s at the 100 millicores that OCI gives 256 MB, of the classic layout; the card gives up at 5 s."""

MAX_COLD_LAYOUT_CPU_SECONDS = 0.20
"""Of every other layout: a QR encoder, or a photo's decoder, is loaded for those that have one."""

MAX_COLD_REGISTRY_CPU_SECONDS = 0.30
"""With a registry of 100,000 cards: 3 s at the 100 millicores that OCI gives 256 MB, and then the card's 5 are near."""

MAX_COLD_TIMES_BARE = 6
MAX_WARM_CPU_MS = 5.0
MAX_WARM_PHOTO_CPU_MS = 10.0
PICTURE_BYTES = 6402
MIN_TIMES_IMAGEMAGICK = 100
COLD_RUNS = 5
WARM_PRESSES = 200
DRAWINGS = 200
BADGE, BARE = "codecard-avatar", "bare"
BARE_CODE = """\
from fdk import response


def handler(ctx, data=None):
    return response.Response(ctx, response_data=b"{}", headers={"Content-Type": "application/json"})
"""
WITH_SDK = "badge-with-the-sdk"
WITH_SDK_CODE = """\
from functions.codecard_avatar.serve import Settings, on_error, serve
from functions.codecard_avatar.storage.bucket_client import BucketClient
from shared.addresses import Reach
from shared.handler import fdk_handler
from shared.oci.object_store import ObjectStore
from shared.oci.settings import OciSettings
from shared.tls import rsa_tls12_context


def put(self, name, body, content_type, deadline):
    store = ObjectStore(OciSettings(oci_endpoint=self.url.base), deadline, self.url.namespace, self.url.bucket)
    store.put(name, body, content_type=content_type)
    return self._http.certificate(self.url.base, deadline, reach=Reach.CONFIGURED, tls=rsa_tls12_context)


BucketClient.put = put
handler = fdk_handler("codecard-avatar", Settings, serve, on_error=on_error)
"""
"""The same function with its upload through the OCI SDK: what it would cost, had it no signature of its own."""

IMPORTS = {
    "python": "pass",
    "fdk": "import fdk.scripts.fdk",
    "fdk + http.client, ssl": "import fdk.scripts.fdk, http.client, ssl",
    "fdk + Pillow": "import fdk.scripts.fdk; from PIL import Image, ImageDraw, ImageFont",
    "fdk + the signature (cryptography)": (
        "import fdk.scripts.fdk; from cryptography.hazmat.primitives.serialization import load_pem_private_key;"
        "from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15"
    ),
    "fdk + requests": "import fdk.scripts.fdk, requests",
    "fdk + oci, object storage client": "import fdk.scripts.fdk; from oci.object_storage import ObjectStorageClient",
    "this function, whole": "import fdk.scripts.fdk; from functions.codecard_avatar import func, render",
}


def rows() -> Iterator[Row]:
    """Measure CPU time (user and system) only, so that a busy machine does not change a figure much."""
    yield Row("", compile_all())
    yield from _import_rows()
    with tempfile.TemporaryDirectory(prefix="bench-badge-") as root:
        yield from _cold_rows(Path(root) / "cold")
        yield from _warm_rows(Path(root) / "warm")
        yield from _layout_rows(Path(root) / "layouts")
        yield from _registry_rows(Path(root) / "registries")
        yield from _drawing_rows(Path(root))


def _import_rows() -> Iterator[Row]:
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
    for name, code in IMPORTS.items():
        command = [sys.executable, "-c", f"import logging; logging.disable(); {code}"]  # what the SDK says of itself
        subprocess.run(command, check=True, env=environment)  # noqa: S603  (the first run writes its .pyc files)
        seconds = statistics.median(_cpu_of_process(command, environment) for _ in range(3))
        yield Row(f"import: {name}", f"{seconds:.3f} s")


def _cpu_of_process(command: list[str], environment: Mapping[str, str]) -> float:
    before = badge_magick.children_seconds()
    subprocess.run(command, check=True, env=environment)  # noqa: S603  (the list above)
    return badge_magick.children_seconds() - before


def _cold_rows(root: Path, runs: int = COLD_RUNS) -> Iterator[Row]:
    """Measure from the start of `fdk` to the answer of its first call, beside a bare function; medians of runs."""
    with _bench(root) as bench:
        bare = statistics.median(bench.cpu(BARE, {}, bench.invoke_bare) for _ in range(runs))
        yield Row("bare FDK function, cold call", f"{bare:.3f} s")
        config = next(iter(bench.ways.values()))
        sdk = statistics.median(bench.cpu(WITH_SDK, config, lambda: bench.press(WITH_SDK)) for _ in range(runs))
        yield Row("the same with the OCI SDK's upload, cold call", f"{sdk:.3f} s, {sdk / bare:.1f} x bare")
        for name, config in bench.ways.items():
            cold = statistics.median(bench.cpu(BADGE, config, bench.press) for _ in range(runs))
            yield Row(
                f"{name}: cold call over https",
                f"{cold:.3f} s, {cold / bare:.1f} x bare",
                f"<= {MAX_COLD_CPU_SECONDS:.2f} s, <= {MAX_COLD_TIMES_BARE} x bare",
                cold <= min(MAX_COLD_CPU_SECONDS, MAX_COLD_TIMES_BARE * bare),
            )


def _warm_rows(root: Path) -> Iterator[Row]:
    """Measure a process with WARM_PRESSES badges more than another one."""
    with _bench(root) as bench:
        for name, config in bench.ways.items():
            few = bench.cpu(BADGE, config, lambda: bench.press_with_picture(1))
            many = bench.cpu(BADGE, config, lambda: bench.press_with_picture(1 + WARM_PRESSES))
            warm_ms = 1000 * (many - few) / WARM_PRESSES
            yield Row(
                f"{name}: warm badge, from press to panel",
                f"{warm_ms:.2f} ms",
                f"<= {MAX_WARM_CPU_MS:.0f} ms",
                warm_ms <= MAX_WARM_CPU_MS,
            )


def _layout_rows(root: Path) -> Iterator[Row]:
    """Measure each layout cold and warm, from the registry in a bucket and published inline."""
    with _bench(root) as bench:
        for layout in LAYOUTS:
            config = bench.registry | {"layout": layout}
            cold = statistics.median(bench.cpu(BADGE, config, bench.press) for _ in range(COLD_RUNS))
            few = bench.cpu(BADGE, config, lambda: bench.press_with_picture(1))
            many = bench.cpu(BADGE, config, lambda: bench.press_with_picture(1 + WARM_PRESSES))
            warm_ms = 1000 * (many - few) / WARM_PRESSES
            max_cold = MAX_COLD_CPU_SECONDS if layout == "classic" else MAX_COLD_LAYOUT_CPU_SECONDS
            max_warm = MAX_WARM_PHOTO_CPU_MS if layout == "photo" else MAX_WARM_CPU_MS
            yield Row(f"layout {layout}: cold call", f"{cold:.3f} s", f"<= {max_cold:.2f} s", cold <= max_cold)
            yield Row(f"layout {layout}: warm badge", f"{warm_ms:.2f} ms", f"<= {max_warm:.0f} ms", warm_ms <= max_warm)


def _registry_rows(root: Path) -> Iterator[Row]:
    """Measure presses of a card among a hundred thousand, cold and warm."""
    with _bench(root) as bench:
        for name, config in badge_config.large_registries(bench.cloud, bench.registry).items():
            cold = statistics.median(bench.cpu(BADGE, config, bench.press) for _ in range(COLD_RUNS))
            few = bench.cpu(BADGE, config, lambda: bench.press_with_picture(1))
            many = bench.cpu(BADGE, config, lambda: bench.press_with_picture(1 + WARM_PRESSES))
            warm_ms = 1000 * (many - few) / WARM_PRESSES
            limit = MAX_COLD_REGISTRY_CPU_SECONDS
            yield Row(f"{name}: cold call", f"{cold:.3f} s", f"<= {limit:.2f} s", cold <= limit)
            yield Row(
                f"{name}: warm badge", f"{warm_ms:.2f} ms", f"<= {MAX_WARM_CPU_MS:.0f} ms", warm_ms <= MAX_WARM_CPU_MS
            )


@contextlib.contextmanager
def _bench(root: Path) -> Iterator[_Bench]:
    functions = FunctionsApp(_environment, functions_folder=_folder(root), options=_OPTIONS, limit_rate=False)
    with Cloud(root / "cloud", functions=functions) as cloud:
        yield _Bench(cloud, functions)


_OPTIONS = HostOptions(environment={}, freeze=False)


class _Bench:
    """Calls functions and reads the CPU time of their processes once those have ended."""

    def __init__(self, cloud: Cloud, functions: FunctionsApp) -> None:
        self.cloud = cloud
        self._functions = functions
        self._card = Card(badge_config.CARD_ID, "LF")
        self.ways = badge_config.ways(cloud)
        self.registry = badge_config.registry(cloud)

    def press(self, function: str = BADGE) -> dict[str, str]:
        """Press the button once; RuntimeError when it does not give a badge."""
        fields = self._card.press(f"{self.cloud.gateway}/t/functions/{function}").fields
        if fields["template"] != "template8":
            raise RuntimeError(f"no badge: {fields}")
        return fields

    def press_with_picture(self, times: int) -> None:
        """Press so many times, each with the picture fetched and drawn."""
        for _ in range(times):
            picture = self._card.fetch_picture(self.press())
            if len(picture.file) != PICTURE_BYTES:
                raise RuntimeError(f"{len(picture.file)} bytes of picture")

    def invoke_bare(self) -> None:
        """Call the bare function once."""
        import requests  # of the bench's own process

        requests.post(f"{self.cloud.gateway}/invoke/{BARE}", timeout=20).raise_for_status()

    def cpu(self, function: str, config: Mapping[str, str], work: Callable[[], object]) -> float:
        """Return the CPU seconds of one process of a function, from its start over ``work`` to its end."""
        self._configure(function, config)
        before = badge_magick.children_seconds()
        work()
        self._configure(function, {})
        until = time.monotonic() + 10
        while badge_magick.children_seconds() == before and time.monotonic() < until:
            time.sleep(0.01)
        return badge_magick.children_seconds() - before

    def _configure(self, function: str, config: Mapping[str, str]) -> None:
        """Set the config, which ends the function's process."""
        self._functions.host.configure(function, config)


def _environment(cloud: Cloud) -> Mapping[str, str]:
    trust = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(cloud.ca_file))
    return {**cloud.identity.mint_resource_principal(), **trust}


def _folder(root: Path) -> Path:
    """Make a folder of functions with the badge's own func.py and a bare one, each behind a trigger."""
    folder = root / "functions"
    for name in (BADGE, BARE, WITH_SDK):
        (folder / name).mkdir(parents=True)
        (folder / name / "func.yaml").write_text(
            f"name: {name}\nmemory: 256\ntimeout: 15\ntriggers:\n- {{name: {name}, type: http, source: /{name}}}\n"
        )
    shutil.copy(ROOT / "functions" / "codecard_avatar" / "func.py", folder / BADGE)
    (folder / BARE / "func.py").write_text(BARE_CODE)
    (folder / WITH_SDK / "func.py").write_text(WITH_SDK_CODE)
    return folder


def _drawing_rows(root: Path) -> Iterator[Row]:
    """Measure the drawing alone, and beside it the eight ImageMagick processes of the original."""
    from functions.codecard_avatar.draw import badge_picture  # Pillow, in the bench's own process
    from functions.codecard_avatar.model.badge_content import content_of

    content = content_of({"title": "Joan Citizen"}, "classic")
    if content is None:
        raise RuntimeError("a name")
    badge_picture.bitmap_file(badge_picture.draw_badge(content).picture)
    before = time.process_time()
    for _ in range(DRAWINGS):
        badge_picture.bitmap_file(badge_picture.draw_badge(content).picture)
    ours_ms = 1000 * (time.process_time() - before) / DRAWINGS
    yield Row(
        "drawing and file, Pillow", f"{ours_ms:.2f} ms", f"<= {MAX_WARM_CPU_MS:.0f} ms", ours_ms <= MAX_WARM_CPU_MS
    )
    found = badge_magick.programs()
    if found is None:
        yield Row("drawing and file, eight ImageMagick processes", "skipped: ImageMagick is not installed")
        return
    with contextlib.suppress(OSError):
        badge_magick.draw(root, found)
    theirs_ms = 1000 * statistics.median(badge_magick.draw(root, found) for _ in range(3))
    times = theirs_ms / ours_ms
    yield Row(
        "drawing and file, eight ImageMagick processes",
        f"{theirs_ms:.0f} ms, {times:.0f} x Pillow",
        f">= {MIN_TIMES_IMAGEMAGICK} x",
        times >= MIN_TIMES_IMAGEMAGICK,
    )
