"""Run while a base is built: takes out of installed packages what no function uses.

``python3 prune.py full|pruned FOLDER SERVICES``. Always: the packages' own tests. With ``pruned``, of what FOLDER has:
of the OCI SDK every service that the file SERVICES does not name, and of the rest everything but bytecode without
docstrings, which make up most of the SDK; of Pillow the formats that no picture comes in; of Arrow what reads other
files than CSV or speaks to other clouds; of PyYAML its copy of libyaml; of
cffi what compiles. What is kept works as it did.
"""

import compileall
import py_compile
import shutil
import sys
from pathlib import Path

PILLOW_MODULES = {"_avif", "_imagingcms", "_imagingtk"}
PILLOW_LIBRARIES = {"libavif", "liblcms2"}
"""Loaded by those modules alone."""

CFFI_COMPILERS = ("cparser.py", "recompiler.py", "vengine_cpy.py", "vengine_gen.py", "verifier.py", "setuptools_ext.py")

ARROW_MODULES = {"_csv", "_compute"}
ARROW_LIBRARIES = {
    *("libarrow", "libarrow_compute", "libarrow_python"),
    *("libarrow_acero", "libarrow_dataset", "libarrow_substrait", "libparquet"),  # libarrow_python is linked to them
}


def drop_tests(packages: Path) -> None:
    """Return the test folders of the packages, one level down."""
    for folder in packages.glob("*/tests"):
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


def prune_pillow(packages: Path) -> None:
    """Drop Pillow's modules for AVIF, colour profiles and Tk, and the libraries that only those load."""
    for module in (packages / "PIL").glob("_*.so"):
        if module.name.split(".")[0] in PILLOW_MODULES:
            module.unlink()
    for library in (packages / "pillow.libs").glob("lib*.so*"):
        if library.name.split("-")[0] in PILLOW_LIBRARIES:
            library.unlink()


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


def prune_cffi(package: Path) -> None:
    """Drop what makes bindings out of C: it needs pycparser and a compiler, and the image has neither."""
    for name in CFFI_COMPILERS:
        (package / name).unlink(missing_ok=True)
    for header in package.glob("*.h"):
        header.unlink()


def prune_yaml(package: Path) -> None:
    """Drop the copy of libyaml: a manifest of some kilobytes is read by PyYAML's own Python."""
    for module in package.glob("_yaml.*.so"):
        module.unlink()


def prune(packages: Path, services: set[str]) -> None:
    """Drop what is not used of those packages that are there."""
    if (packages / "oci").is_dir():
        prune_sdk(packages / "oci", services)
    prune_pillow(packages)
    prune_arrow(packages / "pyarrow")
    prune_cffi(packages / "cffi")
    prune_yaml(packages / "yaml")


if __name__ == "__main__":
    how, installed, services_file = sys.argv[1:]
    if how not in {"pruned", "full"}:
        raise SystemExit(f"OCI_SDK must be pruned or full, is {how!r}")
    drop_tests(Path(installed))
    if how == "pruned":
        prune(Path(installed), set(Path(services_file).read_text(encoding="utf-8").split()))
