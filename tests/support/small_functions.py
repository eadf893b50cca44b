"""Functions of a few lines for tests of what lies between a caller and a function."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from emulator.cloud import Cloud, CloudOptions
from emulator.fn_server.host import HostOptions
from emulator.functions_app import FunctionsApp
from emulator.services.functions.service import FunctionsService

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ECHO = """
from fdk import response


def handler(ctx, data=None):
    return response.Response(ctx, response_data=data.getvalue(), headers={"Content-Type": "application/json"})
"""
FAILS = """
def handler(ctx, data=None):
    raise RuntimeError("a bug")
"""
SLEEPS = """
import time


def handler(ctx, data=None):
    time.sleep(30)
"""


def write_function(functions: Path, name: str, code: str, timeout_seconds: int = 20) -> None:
    """Put a function into a folder of functions, as the fn CLI reads it."""
    folder = functions / name.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "func.py").write_text(code)
    (folder / "func.yaml").write_text(
        f"schema_version: 20180708\nname: {name}\nmemory: 256\ntimeout: {timeout_seconds}\n"
    )


def function_ocid(name: str) -> str:
    """Return the OCID that the local cloud gives a function."""
    return f"ocid1.fnfunc.oc1..{name}"


@contextlib.contextmanager
def cloud_with(root: Path, keys: Path, codes: Mapping[str, str]) -> Iterator[tuple[Cloud, FunctionsApp]]:
    """Make a cloud whose Functions service has these functions (name to code); those called `sleeps` may take 1 s."""
    for name, code in codes.items():
        write_function(root / "functions", name, code, 1 if code is SLEEPS else 20)
    options = HostOptions(start_seconds=60)  # a busy machine may need more than Fn's 5 s
    functions = FunctionsApp(lambda _: {}, functions_folder=root / "functions", options=options)
    service = FunctionsService(lambda: functions.host)
    cloud_options = CloudOptions(keys_folder=keys)
    with Cloud(root / "cloud", services=[service], functions=functions, options=cloud_options) as cloud:
        yield cloud, functions
