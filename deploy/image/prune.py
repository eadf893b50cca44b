"""Run while the base image is built: takes out of the installed packages what no function uses.

``python3 prune.py full|pruned SERVICES``. Always: the packages' own tests. With ``pruned`` also every service of the
OCI SDK that the file SERVICES does not name, and of the rest everything but bytecode without docstrings, which make
up most of the SDK. A kept service works as before.
"""

import compileall
import py_compile
import shutil
import sys
import sysconfig
from pathlib import Path

PACKAGES = Path(sysconfig.get_path("purelib"))


def drop_tests() -> None:
    """The test folders of the packages, one level down."""
    for folder in PACKAGES.glob("*/tests"):
        shutil.rmtree(folder)


def is_service(folder: Path) -> bool:
    """Whether a folder of the SDK is a service's: it has clients and models."""
    return (folder / "models").is_dir() and any(folder.glob("*_client.py"))


def prune_sdk(sdk: Path, kept: set[str]) -> None:
    """Drop the services that are not kept, then the sources; SystemExit when a kept one does not exist."""
    services = {folder.name for folder in sdk.iterdir() if is_service(folder)}
    if kept - services:
        raise SystemExit(f"the SDK has no service {', '.join(sorted(kept - services))}")
    for name in services - kept:
        shutil.rmtree(sdk / name)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(sdk, quiet=1, force=True, legacy=True, optimize=2, invalidation_mode=mode):
        raise SystemExit(f"{sdk}: a module does not compile")
    for source in sdk.rglob("*.py"):
        source.unlink()


if __name__ == "__main__":
    how, services_file = sys.argv[1:]
    drop_tests()
    if how == "pruned":
        prune_sdk(PACKAGES / "oci", set(Path(services_file).read_text(encoding="utf-8").split()))
    elif how != "full":
        raise SystemExit(f"OCI_SDK must be full or pruned, is {how}")
