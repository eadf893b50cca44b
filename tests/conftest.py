"""Fixtures of the whole tree: one local cloud a worker process, brought back to its first state for each test."""

from __future__ import annotations

import importlib.abc
import os
import random
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from emulator.cloud import Cloud, CloudOptions

# Imported where they are installed, by libraries that do without: grammars of addresses, built by jsonschema for the
# Kubernetes client, took half the time of collecting all tests; Arrow's numpy and pandas, which no image has, a second.
# The live suite starts a database that needs numpy in this process.
ABSENT = frozenset({"rfc3987_syntax"} if "ORACLE_TEST_DSN" in os.environ else {"numpy", "pandas", "rfc3987_syntax"})


class _AbsentFinder(importlib.abc.MetaPathFinder):
    """Finds none of ABSENT. None in ``sys.modules`` would do as well, but Hypothesis takes that for a loaded numpy."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"{fullname} is not in any image", name=fullname)


sys.meta_path.insert(0, _AbsentFinder())

hypothesis.settings.register_profile("suite", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("suite")


def pytest_configure() -> None:
    """Choose the seed of the kill points, once for all workers, unless the environment brings one; hear Ctrl-C."""
    os.environ.setdefault("KILL_SEED", str(random.SystemRandom().randrange(10**9)))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        # A shell's `&` starts its commands deaf to Ctrl-C, and what the tests start inherits that.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, which `python -m pytest` of one file does without
def pytest_xdist_auto_num_workers() -> int:
    """Start two workers more than there are processors: a third of the tests' time goes by waiting for deadlines."""
    return (os.cpu_count() or 1) + 2


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seed, so that a run can be repeated."""
    terminalreporter.write_line(
        f"KILL_SEED={os.environ['KILL_SEED']}: what chance has chosen, in test_kills.py and others"
    )


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RSA keys and certificates of this worker: made once, because making them is slow."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def worker_cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    """The worker's cloud with the built-in services. Tests use `cloud`."""
    with Cloud(tmp_path_factory.mktemp("cloud"), options=CloudOptions(keys_folder=keys_folder)) as cloud:
        yield cloud


@pytest.fixture
def cloud(worker_cloud: Cloud) -> Iterator[Cloud]:
    """A cloud with no buckets, cards, faults, hooks or logged calls."""
    worker_cloud.reset()
    yield worker_cloud
    worker_cloud.faults.clear()
    worker_cloud.hooks.clear()


@pytest.fixture
def principal_env(cloud: Cloud) -> dict[str, str]:
    """The environment of a resource principal of the default tenancy."""
    return cloud.identity.mint_resource_principal()
