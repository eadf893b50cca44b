"""The images, laid out as folders from their Dockerfiles: what is in them, and that functions run there as on Fn.

One layout serves all tests of the file: distribute tests by file.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import PIL.Image
import pytest
import yaml

from emulator.cloud import Cloud, CloudOptions
from emulator.example_data import CARD_ID, fill
from emulator.example_functions import configure
from emulator.fn_server.function_folders import FunctionFolder, find_functions
from emulator.fn_server.host import FunctionHost, HostOptions
from shared.oci.clients import SERVICES
from tools import image_sizes, layout, oci_services, suite
from tools.layout import FUNCTION_UID, Image
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.timeout(900)
"""The layout of the images counts as time of the first test that asks for it: a minute, many on a busy machine."""

ENTRIES = suite.read().present()
FUNCTIONS = [entry.folder for entry in ENTRIES]
BASES = {"lean": "request_context", "pages": "oke_autoscaler", "data": "adw_billing"}
"""A function of each base."""

BUILD_ARGS = {"SUITE_VERSION": "9.8.7", "SUITE_COMMIT": "abc1234"}
IS_ROOT = os.geteuid() == 0
HEADERS = {"codecard_avatar": [("X-CODECARD-ID", CARD_ID)]}
SERVICES_USED = {
    "oke_autoscaler": {"container_engine", "kubernetes"},
    "adw_billing": {"object_storage"},
    "codecard_avatar": {"codecard", "object_storage"},
}


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, Image]]:
    """Every function's image in the folder of its base, outside of pytest's own, which no other user may enter."""
    root = Path(tempfile.mkdtemp(prefix="image-"))
    root.chmod(0o755)
    bases = layout.build_bases(root, BUILD_ARGS)
    yield {entry.folder: layout.build_function(bases[entry.base], entry.folder) for entry in ENTRIES}
    subprocess.run(["/bin/chmod", "-R", "u+w", root], check=True)  # noqa: S603
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def image(images: dict[str, Image]) -> Image:
    """That of request-context, where any will do."""
    return images[BASES["lean"]]


@pytest.fixture(scope="module", params=BASES.values(), ids=BASES.keys())
def base(request: pytest.FixtureRequest, images: dict[str, Image]) -> Image:
    """An image of each base."""
    return images[request.param]


def run_as_function(image: Image, *command: str, stderr: bool = False) -> str:
    """What a command prints, or says on stderr, that runs as uid 1000 in the image's environment."""
    done = subprocess.run(  # noqa: S603
        command,
        env={**image.process_environment(), "PATH": str(image.python.parent)},
        cwd="/",
        user=FUNCTION_UID if IS_ROOT else None,
        group=FUNCTION_UID if IS_ROOT else None,
        extra_groups=[] if IS_ROOT else None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr if stderr else done.stdout


def call(
    image: Image, folder: str, body: bytes = b"", prepare: Callable[[FunctionHost], None] = lambda _: None
) -> tuple[int, Any, list[str]]:
    """Status and JSON of one call to a function as Fn makes it: the image's entry point, as uid 1000."""
    declared = next(each for each in find_functions(ROOT / "functions")[1] if each.folder.name == folder)
    function = replace(declared, folder=image.place(f"/function/functions/{folder}"))

    async def once() -> tuple[int, Any, list[str]]:
        def command(_: FunctionFolder) -> list[str]:
            return image.command()

        user = FUNCTION_UID if IS_ROOT else None
        options = HostOptions(image.process_environment(), command=command, user=user, start_seconds=60)
        host = FunctionHost(image.place("/function"), "app", [function], options)
        prepare(host)
        try:
            headers = [("Content-Type", "application/json"), *HEADERS.get(folder, [])]
            answer = await host.call(function.name, headers, body)
            return answer.status, json.loads(answer.body), [line.text for line in host.logs]
        finally:
            await host.close()

    return asyncio.run(once())


@pytest.mark.parametrize("folder", FUNCTIONS)
def test_a_function_answers_from_its_image_as_uid_1000(folder: str, images: dict[str, Image]) -> None:
    status, answer, log = call(images[folder], folder)
    assert status == 200, log
    assert isinstance(answer, dict | list)


@pytest.fixture(scope="module")
def open_cloud() -> Iterator[Cloud]:
    """A cloud in a folder that uid 1000 may read."""
    root = Path(tempfile.mkdtemp(prefix="cloud-"))
    with Cloud(root, options=CloudOptions(keys_folder=root / "keys")) as cloud:
        yield cloud
    shutil.rmtree(root)


@pytest.mark.parametrize("folder", FUNCTIONS)
def test_a_function_does_its_work_with_the_pruned_sdk(folder: str, images: dict[str, Image], open_cloud: Cloud) -> None:
    """Configured for the local cloud, with a resource principal, over the services that it is made for."""
    cloud = open_cloud
    cloud.reset()

    def prepare(host: FunctionHost) -> None:
        configure(cloud, host, fill(cloud))
        subprocess.run(["/bin/chmod", "-R", "a+rwX", cloud.root], check=True)  # noqa: S603

    status, answer, log = call(images[folder], folder, prepare=prepare)
    assert status == 200, log
    assert "error" not in answer, answer
    assert "Uh oh!" not in str(answer), answer
    assert {each.service for each in cloud.log.calls()} >= SERVICES_USED.get(folder, set())


def test_the_answer_and_the_labels_tell_version_and_commit(image: Image) -> None:
    _, answer, _ = call(image, "request_context")
    assert (answer["version"], answer["commit"]) == ("9.8.7", "abc1234")
    assert image.labels["org.opencontainers.image.version"] == "9.8.7"
    assert image.labels["org.opencontainers.image.revision"] == "abc1234"


@pytest.mark.skipif(not IS_ROOT, reason="needs root, which can become uid 1000")
def test_everything_is_readable_and_nothing_writable_for_the_functions_user(base: Image) -> None:
    for folder in (base.place("/function"), base.site_packages):
        find = ["/usr/bin/find", str(folder)]
        assert run_as_function(base, *find, "!", "-readable") == ""
        assert run_as_function(base, *find, "!", "-type", "l", "-writable") == ""
    assert base.user == str(FUNCTION_UID)


@pytest.mark.skipif(not IS_ROOT, reason="needs root, which owns what it copies")
def test_the_code_belongs_to_root(images: dict[str, Image]) -> None:
    """The owner of a file may give itself the write bit back: the function's user owns none of its code."""
    for image in images.values():
        folder = image.place("/function")
        owners = {(path.lstat().st_uid, path.lstat().st_gid) for path in [folder, *folder.rglob("*")]}
        assert owners == {(0, 0)}


def test_the_compiled_files_are_what_runs(images: dict[str, Image], tmp_path: Path) -> None:
    """With every source of ours spoilt the function answers the same, so it was not compiled again."""
    whole = images["request_context"]
    root = Path(tempfile.mkdtemp(prefix="spoilt-"))
    try:
        root.chmod(0o755)
        shutil.copytree(whole.place("/function"), root / "function")
        for source in (root / "function").rglob("*.py"):
            source.chmod(0o644)
            source.write_text("this is no Python\n")
        spoilt = replace(whole, root=root)
        spoilt_command = [str(whole.python.parent / "fdk"), *spoilt.command()[1:]]
        moved = SpoiltImage(**{**vars(spoilt), "own_command": spoilt_command})
        status, answer, log = call(moved, "request_context", b'{"name": "Joan"}')
        assert (status, answer["Message"]) == (200, "Hello Joan"), log
    finally:
        subprocess.run(["/bin/chmod", "-R", "u+w", root], check=True)  # noqa: S603
        shutil.rmtree(root)


class SpoiltImage(Image):
    """An image whose /function lies elsewhere than its Python."""

    def __init__(self, own_command: list[str], **fields: Any) -> None:
        super().__init__(**fields)
        self.own_command = own_command

    def command(self) -> list[str]:
        return self.own_command

    def process_environment(self) -> dict[str, str]:
        library = Path(self.own_command[0]).parents[2] / "python" / "lib"  # of the Python that it goes on with
        return {**super().process_environment(), "LD_LIBRARY_PATH": str(library)}


def test_every_module_is_compiled(base: Image) -> None:
    for folder in (base.place("/function"), base.site_packages):
        sources = list(folder.rglob("*.py"))
        compiled = [len(list((path.parent / "__pycache__").glob(f"{path.stem}.cpython-*.pyc"))) for path in sources]
        assert set(compiled) == {1}
        assert len(sources) > 10


@pytest.mark.parametrize("folder", FUNCTIONS)
def test_a_cold_start_compiles_nothing_the_standard_library_included(folder: str, images: dict[str, Image]) -> None:
    """What -v says of each module that it loads: the file whose code is used, and that a .pyc was found to fit."""
    program = f"import fdk, fdk.scripts.fdk, functions.{folder}.func, oci, requests, cryptography, msgspec"
    image = images[folder]
    said = run_as_function(image, str(image.python), "-v", "-c", program, stderr=True)
    used = re.findall(r"^# code object from '?([^'\n]+?)'?$", said, re.MULTILINE)
    compiled = [path for path in used if path.endswith(".pyc")]
    assert len(compiled) > 300
    assert set(used) == set(compiled)
    assert any("/asyncio/" in path for path in compiled)
    unchecked = b"\x01\x00\x00\x00"  # PEP 552: by hash, and the source is not looked at
    assert {Path(path).read_bytes()[4:8] for path in compiled} == {unchecked}


def test_no_build_tool_or_test_tool_is_left(base: Image) -> None:
    names = installed(base)
    assert names.isdisjoint({"pip", "setuptools", "wheel", "pbr", "pytest", "pytest_asyncio", "_pytest", "cython"})
    assert {"fdk", "oci", "pil", "cryptography", "requests", "msgspec"} <= names
    assert not [tests for folder in base.package_folders for tests in folder.glob("*/tests")]


def test_what_one_function_uses_is_in_its_base_alone(images: dict[str, Image]) -> None:
    ours = {"pyarrow", "duckdb", "oracledb", "isal"}
    assert installed(images[BASES["lean"]]).isdisjoint(ours)
    assert installed(images[BASES["data"]]) >= ours
    assert {entry.folder for entry in ENTRIES if entry.base == "data"} == {"adw_billing"}


def installed(image: Image) -> set[str]:
    """First parts of the names in the folders of packages."""
    return {path.name.split("-")[0].lower() for folder in image.package_folders for path in folder.iterdir()}


def test_the_drivers_of_both_warehouses_load_from_the_pruned_base(images: dict[str, Image]) -> None:
    image = images[BASES["data"]]
    program = "import duckdb, oracledb, isal.isal_zlib, pyarrow.compute, pyarrow.csv; print(oracledb.is_thin_mode())"
    assert run_as_function(image, str(image.python), "-c", program) == "True\n"


def test_a_photo_of_every_kind_is_drawn_with_the_pruned_pillow(images: dict[str, Image]) -> None:
    image = images["codecard_avatar"]
    files = {}
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP"):
        target = io.BytesIO()
        PIL.Image.linear_gradient("L").resize((40, 50)).save(target, kind)
        files[kind] = target.getvalue()
    program = (
        "from functions.codecard_avatar.draw import photo\n"
        f"for kind, data in {files!r}.items():\n"
        "    print(kind, photo.photo_picture(data, 80, 100).size)\n"
    )
    drawn = run_as_function(image, str(image.python), "-c", program)
    assert drawn.splitlines() == [f"{kind} (80, 100)" for kind in files]


def test_a_qr_code_is_drawn_in_the_image(images: dict[str, Image]) -> None:
    image = images["codecard_avatar"]
    program = "from functions.codecard_avatar.draw import qr_code; print(qr_code.qr_picture('@joan', 176).module_px)"
    assert run_as_function(image, str(image.python), "-c", program) == "6\n"


def test_a_manifest_is_read_as_yaml_in_the_pruned_image(images: dict[str, Image]) -> None:
    image = images["oke_autoscaler"]
    text = "kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c}]}"
    program = (
        "from functions.oke_autoscaler.explain.manifest import pods_of_manifest\n"
        f"print(pods_of_manifest({text!r}, 'm').pods[0].key)"
    )
    assert run_as_function(image, str(image.python), "-c", program) == "default/a\n"


def test_a_schedule_finds_its_command_and_no_command_line_of_people(images: dict[str, Image]) -> None:
    image = images[BASES["lean"]]
    assert run_as_function(image, "python3", "-m", "shared.invoke", "--help").startswith(
        "usage: python -m shared.invoke"
    )
    for folder, module in (
        ("adw_billing", "functions.adw_billing"),
        ("codecard_avatar", "functions.codecard_avatar"),
        ("request_context", "shared.preflight"),
    ):
        said = run_as_function(images[folder], "python3", "-m", module, "--help")
        assert said.startswith(f"usage: python -m {module}")
    assert image.place("/function/ops/invoke.py").exists()
    assert not image.place("/function/ops/cli").exists()
    assert not (image.site_packages / "click").exists()


def test_a_function_without_a_page_has_no_part_of_one(images: dict[str, Image]) -> None:
    for folder, image in images.items():
        parts = [path for each in ("html", "css", "js") for path in image.place("/function/shared").rglob(f"*.{each}")]
        serves_a_page = folder != "request_context"
        assert bool(parts) == image.place("/function/shared/pages").exists() == serves_a_page
        assert ({"jinja2", "markupsafe"} <= installed(image)) == serves_a_page


def test_only_code_is_copied(image: Image) -> None:
    found = {path.suffix for path in image.place("/function/shared").rglob("*") if path.is_file()}
    assert found <= {".py", ".pyc"}
    own = {path.name for path in image.place("/function/functions/request_context").iterdir()}
    assert {"func.py", "serve.py"} <= own
    assert own.isdisjoint({"func.yaml", "Dockerfile", ".dockerignore"})


def test_every_service_that_the_code_asks_for_works_in_the_pruned_sdk(image: Image) -> None:
    asked = oci_services.named(ROOT)
    wanted = [pair for pair in SERVICES.values() if pair[0].split(".")[1] in asked]
    program = (
        "import importlib\n"
        "from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key\n"
        "from oci.auth.signers import SecurityTokenSigner\n"
        "signer = SecurityTokenSigner('token', generate_private_key(65537, 2048))\n"
        f"for module, name in {wanted!r}:\n"
        "    client = getattr(importlib.import_module(module), name)\n"
        "    client({}, signer=signer, service_endpoint='http://127.0.0.1')\n"
        "    print(name)\n"
    )
    assert run_as_function(image, str(image.python), "-c", program).split() == [name for _, name in wanted]


def test_the_pruned_sdk_has_no_other_service(image: Image) -> None:
    sdk = image.site_packages / "oci"
    services = {path.name for path in sdk.iterdir() if (path / "models").is_dir()}
    assert services == set(oci_services.needed(ROOT)) > set()


def test_the_packages_take_at_most_60_mb_and_185_more_for_data(images: dict[str, Image]) -> None:
    lean, data = images[BASES["lean"]], images[BASES["data"]]
    assert image_sizes.size(lean.site_packages) <= 60e6
    assert image_sizes.size(data.package_folders[2]) <= 186e6


def run_build_step(folder: str, tmp_path: Path, **environment: str) -> list[str]:
    """The words that `docker` gets when the fn CLI runs a function's `build:`: sh, in the function's folder."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    docker.chmod(0o755)
    content = yaml.safe_load((ROOT / "functions" / folder / "func.yaml").read_text())
    (command,) = content["build"]
    return output(
        *("/bin/sh", "-c", command),
        cwd=ROOT / "functions" / folder,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **environment},
    ).splitlines()


def output(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """What a command prints; `unknown` when it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else "unknown\n"


@pytest.mark.parametrize("folder", FUNCTIONS)
def test_a_func_yaml_builds_the_base_that_its_dockerfile_starts_from(folder: str, tmp_path: Path) -> None:
    """With `docker build` alone, whatever the folder that fn was started in."""
    words = run_build_step(folder, tmp_path)
    assert words[0] == "build"
    here = ROOT / "functions" / folder
    assert (here / words[words.index("--file") + 1]).resolve() == ROOT / "Dockerfile.base"
    assert (here / words[-1]).resolve() == ROOT
    tag = words[words.index("--tag") + 1]
    (entry,) = [each for each in ENTRIES if each.folder == folder]
    assert words[words.index("--target") + 1] == entry.base
    suffix = {"lean": "", "pages": "-pages", "data": "-data"}[entry.base]
    text = (here / "Dockerfile").read_text()
    assert text.splitlines()[:2] == [f"ARG BASE_IMAGE={tag.removesuffix(suffix)}", f"FROM ${{BASE_IMAGE}}{suffix}"]
    assert tag.endswith(("-pages", "-data")) == bool(suffix)
    found = list(layout.instructions(text))
    assert 4 <= len(found) <= 8
    users = [rest for word, rest in found if word == "USER"]
    assert users[-1] == str(FUNCTION_UID)  # whatever built it, root does not run it


def test_the_base_is_built_with_version_and_commit_and_the_callers_arguments(tmp_path: Path) -> None:
    words = run_build_step("request_context", tmp_path, BASE_BUILD_ARGS="--build-arg OCI_SDK=full")
    commit = output("git", "rev-parse", "--short", "HEAD").strip()
    commit += "-dirty" if output("git", "status", "--porcelain", "--untracked-files=no").strip() else ""
    pairs = [words[position + 1] for position, word in enumerate(words) if word == "--build-arg"]
    assert pairs == [f"SUITE_VERSION={suite.read().version}", f"SUITE_COMMIT={commit}", "OCI_SDK=full"]


@pytest.mark.parametrize("path", [ROOT / "Dockerfile.base", *sorted(ROOT.glob("functions/*/Dockerfile"))], ids=str)
def test_a_dockerfile_needs_nothing_newer_than_docker_20_10(path: Path) -> None:
    """No syntax line, no BuildKit mounts or heredocs, COPY with --from alone, one image from outside."""
    text = path.read_text()
    assert not re.search(r"^#\s*syntax\s*=", text, re.IGNORECASE | re.MULTILINE)
    known = {"ARG", "FROM", "COPY", "RUN", "ENV", "LABEL", "WORKDIR", "USER", "ENTRYPOINT"}
    found = list(layout.instructions(text))
    assert {word for word, _ in found} <= known
    stages = [rest.partition(" AS ") for word, rest in found if word == "FROM"]
    assert len({image for image, _, _ in stages} - {name for _, _, name in stages}) == 1
    copy_options = [each for word, rest in found if word == "COPY" for each in rest.split() if each.startswith("--")]
    assert all(each.startswith("--from=") for each in copy_options)
    assert "--mount" not in text
    assert "<<" not in text
