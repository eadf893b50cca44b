"""Run while the base image is built: takes out of the installed packages what no function uses.

``python3 prune.py full|pruned SERVICES``. Always: the packages' own tests. With ``pruned`` also every service of the
OCI SDK that the file SERVICES does not name, and of the rest everything but bytecode without docstrings, which make
up most of the SDK; and of Arrow what reads other files than CSV or speaks to other clouds. What is kept works as it
did.
"""

import compileall
import py_compile
import shutil
import sys
import sysconfig
from pathlib import Path

ARROW_MODULES = {"_csv", "_compute"}
ARROW_LIBRARIES = {
    *("libarrow", "libarrow_compute", "libarrow_python"),
    *("libarrow_acero", "libarrow_dataset", "libarrow_substrait", "libparquet"),  # libarrow_python is linked to them
}
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


def prune_arrow(arrow: Path) -> None:
    """Drop Arrow's modules that no function imports, the libraries that only those load, and what compilers need."""
    for module in arrow.glob("_*.so"):
        if module.name.split(".")[0] not in ARROW_MODULES:
            module.unlink()
    for library in arrow.glob("lib*.so*"):
        name, _, version = library.name.partition(".so")
        if not library.name.startswith("lib.") and (name not in ARROW_LIBRARIES or version.count(".") != 1):
            library.unlink()  # each is there up to three times, under the names of its versions
    for folder in ("include", "includes", "src"):
        shutil.rmtree(arrow / folder, ignore_errors=True)
    for pattern in ("*.px*", "*.pyx"):
        for source in arrow.glob(pattern):
            source.unlink()


if __name__ == "__main__":
    how, services_file = sys.argv[1:]
    drop_tests()
    if how == "pruned":
        prune_arrow(PACKAGES / "pyarrow")
        prune_sdk(PACKAGES / "oci", set(Path(services_file).read_text(encoding="utf-8").split()))
    elif how != "full":
        raise SystemExit(f"OCI_SDK must be full or pruned, is {how}")
