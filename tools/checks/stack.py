"""deploy/terraform and the example: they parse, use what they declare, declare what they use, and are formatted.

There is no terraform in the package indexes, so an HCL parser and these rules hold the stack; where the command is on
the PATH, `terraform fmt` is asked too, and `terraform validate` after a `terraform init`.
``python -m tools.checks.stack`` prints every fault and exits 1 when there is one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2

from tools import suite
from tools.checks.faults import refuse_options, report

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = suite.ROOT / "deploy" / "terraform"
EXAMPLE = suite.ROOT / "examples" / "oke-with-terraform"
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_REFERENCE = re.compile(r"(?<![\w.\"-])(var|local|module|data\.(?:oci_\w+|external)|oci_\w+|terraform_data)\.(\w+)")


def documents(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Every file of the stack, parsed: file name to python-hcl2's document. Raises ValueError for a syntax error."""
    found = {}
    for path in sorted(folder.glob("*.tf")):
        try:
            found[path.name] = hcl2.loads(path.read_text(encoding="utf-8"))
        except Exception as fault:
            raise ValueError(f"{path.name}: {fault}") from fault
    return found


def declared(folder: Path = FOLDER) -> set[str]:
    """Return what the stack declares: `var.x`, `local.x`, `oci_type.x` and `data.oci_type.x`."""
    names: set[str] = set()
    for document in documents(folder).values():
        names.update(f"var.{_plain(name)}" for block in document.get("variable", []) for name in block)
        names.update(f"local.{name}" for block in document.get("locals", []) for name in block if name[:2] != "__")
        names.update(f"module.{_plain(name)}" for block in document.get("module", []) for name in block)
        for kind, prefix in (("resource", ""), ("data", "data.")):
            for block in document.get(kind, []):
                names.update(f"{prefix}{_plain(of)}.{_plain(name)}" for of, each in block.items() for name in each)
    return names


def used(folder: Path = FOLDER) -> set[str]:
    """Return what the stack refers to, in the same spelling."""
    texts = (_COMMENT.sub("", path.read_text(encoding="utf-8")) for path in folder.glob("*.tf"))
    return {f"{kind}.{name}" for text in texts for kind, name in _REFERENCE.findall(text)}


def every_fault(folder: Path = FOLDER) -> Iterator[str]:
    """Every fault of the stack."""
    names, references = declared(folder), used(folder)
    yield from (f"{name} is not declared" for name in sorted(references - names))
    idle = {name for name in names - references if name.startswith(("var.", "local."))}
    yield from (f"{name} is never used" for name in sorted(idle))
    yield from _terraform_faults(folder)


def _terraform_faults(folder: Path) -> Iterator[str]:
    terraform = shutil.which("terraform") or shutil.which("tofu")
    if terraform is None:
        return
    done = _run(terraform, f"-chdir={folder}", "fmt", "-check", "-list=true")
    if done.returncode:
        yield from (f"{line}: run `terraform fmt`" for line in done.stdout.splitlines())
    if (folder / ".terraform").exists():  # after `terraform init`, which fetches the provider
        done = _run(terraform, f"-chdir={folder}", "validate", "-no-color")
        if done.returncode:
            yield done.stderr.strip()


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env)  # noqa: S603


def _plain(text: str) -> str:
    return text.strip('"')


def main() -> int:
    """Print all faults; 1 when there is one."""
    return report(fault for folder in (FOLDER, EXAMPLE) for fault in every_fault(folder))


if __name__ == "__main__":
    refuse_options("tools.checks.stack", __doc__)
    sys.exit(main())
