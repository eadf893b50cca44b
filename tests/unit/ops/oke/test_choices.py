"""What is chosen where nothing is named: by number and date, never by the order of a list."""

from __future__ import annotations

import random

import pytest

from emulator.oke.model.offers import image_names
from ops.oke.choices import kubernetes_version, node_image, node_shape, placements
from ops.oke.values import SubnetView
from shared.errors import BadRequest

SOURCES = {name: f"id:{name}" for name in image_names()}
DOMAINS = ("AD-1", "AD-2", "AD-3")
AMD, ARM, GPU = "VM.Standard.E4.Flex", "VM.Standard.A1.Flex", "VM.GPU.A10.1"


@pytest.mark.parametrize("seed", range(5))
def test_the_newest_version_is_the_highest_number(seed: int) -> None:
    offered = ["v1.9.9", "v1.31.1", "v1.31.10", "v1.31.9", "odd", "v1.30.12"]
    random.Random(seed).shuffle(offered)  # noqa: S311
    assert kubernetes_version("", offered) == "v1.31.10"


def test_a_version_is_taken_with_or_without_its_letter_and_refused_with_what_there_is() -> None:
    assert kubernetes_version("1.31.1", ["v1.31.1"]) == kubernetes_version("v1.31.1", ["v1.31.1"]) == "v1.31.1"
    with pytest.raises(BadRequest) as error:
        kubernetes_version("v1.10.3", ["v1.31.9", "v1.31.10"])
    assert error.value.fix == "one of v1.31.10, v1.31.9"
    with pytest.raises(BadRequest):
        kubernetes_version("", ["odd"])


@pytest.mark.parametrize(
    ("pattern", "version", "shape", "image"),
    [
        ("Oracle-Linux-8", "v1.33.1", AMD, "Oracle-Linux-8.10-2025.05.19-0-OKE-1.33.1-870"),
        ("Oracle-Linux", "v1.31.10", AMD, "Oracle-Linux-8.10-2025.03.18-0-OKE-1.31.10-758"),
        ("Oracle-Linux", "v1.31.1", AMD, "Oracle-Linux-7.9-2024.11.30-0-OKE-1.31.1-540"),
        ("Oracle-Linux-8", "v1.33.1", ARM, "Oracle-Linux-8.10-aarch64-2025.05.19-0-OKE-1.33.1-870"),
        ("Oracle-Linux-8", "v1.33.1", GPU, "Oracle-Linux-8.10-Gen2-GPU-2025.05.19-0-OKE-1.33.1-870"),
        ("*2025.03.18*", "v1.33.1", AMD, "Oracle-Linux-8.10-2025.03.18-0-OKE-1.33.1-760"),
        ("Oracle-Linux-8.10-2025.06.17-0", "v1.33.1", AMD, "Oracle-Linux-8.10-2025.06.17-0"),
    ],
)
def test_the_newest_image_that_fits_and_suits_is_taken(pattern: str, version: str, shape: str, image: str) -> None:
    names = list(SOURCES)
    random.Random(1).shuffle(names)  # noqa: S311
    assert node_image(pattern, {name: SOURCES[name] for name in names}, version, shape) == f"id:{image}"


@pytest.mark.parametrize(("pattern", "version"), [("Ubuntu", "v1.33.1"), ("*OKE-1.32*", "v1.33.1")])
def test_an_image_that_is_not_there_is_told_with_some_that_are(pattern: str, version: str) -> None:
    with pytest.raises(BadRequest) as error:
        node_image(pattern, SOURCES, version, AMD)
    assert error.value.fix.startswith("one of Oracle-Linux-8.10-2025.05.19-0-OKE-1.33.1-870")
    with pytest.raises(BadRequest):
        node_image("Oracle", {}, version, AMD)


def test_a_mistyped_shape_is_told_with_the_nearest() -> None:
    assert node_shape(AMD, [AMD]) == AMD
    with pytest.raises(BadRequest, match=r"did you mean VM\.Standard\.E4\.Flex\?"):
        node_shape("VM.Standard.E4.flexx", [AMD, ARM])


def subnet(name: str, domain: str = "") -> SubnetView:
    return SubnetView(name, "vcn", domain, takes_public=False)


@pytest.mark.parametrize(
    ("subnets", "placed"),
    [
        ([subnet("r")], [("AD-1", "r"), ("AD-2", "r"), ("AD-3", "r")]),
        ([subnet("r"), subnet("s")], [("AD-1", "r"), ("AD-2", "s"), ("AD-3", "r")]),
        ([subnet("x", "AD-2")], [("AD-2", "x")]),
        ([subnet("x", "AD-2"), subnet("r")], [("AD-1", "r"), ("AD-2", "x"), ("AD-3", "r")]),
    ],
)
def test_a_domain_has_one_placement(subnets: list[SubnetView], placed: list[tuple[str, str]]) -> None:
    assert placements(subnets, DOMAINS) == placed


@pytest.mark.parametrize(
    "subnets",
    [
        [subnet("x", "AD-1"), subnet("y", "AD-1")],
        [subnet(name) for name in "rstu"],
        [subnet("x", "AD-1"), subnet("r"), subnet("s"), subnet("t")],
    ],
)
def test_a_subnet_that_no_domain_is_left_for_is_refused(subnets: list[SubnetView]) -> None:
    with pytest.raises(BadRequest, match="no availability domain is left"):
        placements(subnets, DOMAINS)
