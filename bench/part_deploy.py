"""What a deployment costs: cold and warm calls of every function, and the gigabyte-seconds a month they come to.

The functions run as real `fdk` processes against the local cloud, deployed from the files of production
(tools/local_stack.py). CPU seconds are what counts: OCI gives a function a share of a CPU by its memory, so a call
takes its CPU seconds divided by that share, and its gigabyte-seconds are its CPU seconds times GB_PER_CPU whatever its
memory is.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from bench.table import Row
from tools.local_stack import local_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.fn_server.host import CallRecord
    from tools.local_stack import LocalStack

WARM_CALLS = 5
CALLS_A_MONTH = {"oke-autoscaler": 21_600, "adw-billing": 120, "codecard-avatar": 600, "request-context": 2_880}
"""A tick every two minutes, four loads and twenty presses of a button a day, a canary every quarter of an hour."""

GB_PER_CPU = 2.5
"""Memory that comes with one CPU: Oracle's own output shows 100 millicores at 256 MB (FN_CPUS in its samples)."""

FREE_GB_SECONDS = 400_000
"""Of a month and tenancy: https://www.oracle.com/cloud/price-list/ (Functions, execution time)."""

CARD = {"X-CODECARD-ID": "CC50E3CCBFFF", "X-CODECARD-BUTTON-LABEL": "a", "X-CODECARD-BUTTON-FUNCTION": "1"}


def rows() -> Iterator[Row]:
    """Measure a cold and a warm call of each function; sum the GB-seconds when every call is cold.

    adw-billing's cold call loads a day of reports, its warm ones find nothing new.
    """
    total = 0.0
    with (
        tempfile.TemporaryDirectory(prefix="bench-deploy-") as root,
        local_stack(Path(root).resolve()) as stack,
    ):
        for name in stack.functions:
            calls = _calls(stack, name)
            cold = calls[0].cpu_seconds
            warm = (calls[-1].cpu_seconds - cold) / WARM_CALLS
            month = CALLS_A_MONTH[name] * cold * GB_PER_CPU
            total += month
            yield Row(f"{name}: cold call", f"{cold:.2f} CPU-s, {calls[0].seconds:.2f} s here")
            yield Row(f"{name}: warm call, mean of {WARM_CALLS}", f"{warm * 1000:.0f} CPU-ms")
            yield Row(f"{name}: {CALLS_A_MONTH[name]} cold calls a month", f"{month:.0f} GB-s")
    yield Row("all functions, a month", f"{total:.0f} GB-s", f"<= {FREE_GB_SECONDS}", total <= FREE_GB_SECONDS)


def _calls(stack: LocalStack, name: str) -> list[CallRecord]:
    """Make one cold call and the warm ones after it."""
    for _ in range(1 + WARM_CALLS):
        answer = requests.post(f"{stack.cloud.gateway}/invoke/{name}", headers=CARD, timeout=320)
        answer.raise_for_status()
    return [call for call in stack.host.calls if call.function == name]
