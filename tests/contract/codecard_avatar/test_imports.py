"""What a press loads: a large package costs more CPU than a cold start may have (`make bench` measures the seconds)."""

from __future__ import annotations

import os
import subprocess
import sys

from tools.suite import ROOT

LARGE_PACKAGES = ("oci", "requests", "urllib3", "pydantic", "duckdb", "oracledb", "kubernetes")


FONTS = "functions.codecard_avatar.draw.fonts."
FOR_SOME_SCRIPTS = ("ctypes", f"{FONTS}shaper", f"{FONTS}enlarge", f"{FONTS}placeholder")


def loaded(imports: str, packages: tuple[str, ...]) -> str:
    """Which of the packages a new process has after these imports."""
    return loaded_by(f"import {imports}", packages)


def loaded_by(statements: str, packages: tuple[str, ...]) -> str:
    """Which of the packages a new process has after these statements."""
    code = f"{statements}\nimport sys; print(*[name for name in {packages} if name in sys.modules])"
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def test_no_large_package_is_imported_for_a_press() -> None:
    everything = "functions.codecard_avatar.func, functions.codecard_avatar.render, shared.oci.signature"
    assert loaded(everything, LARGE_PACKAGES) == ""


def test_pillow_and_the_signature_are_left_to_the_calls_that_need_them() -> None:
    assert loaded("functions.codecard_avatar.func", ("PIL", "cryptography")) == ""
    assert loaded("functions.codecard_avatar.render", ("PIL",)) == "PIL"


def drawn(name: str, layout: str) -> str:
    """Draw a badge, as statements."""
    return (
        "from functions.codecard_avatar.draw.badge_picture import draw_badge\n"
        "from functions.codecard_avatar.model.badge_content import content_of\n"
        f"draw_badge(content_of({{'title': {name!r}, 'role': 'Engineer'}}, {layout!r}))"
    )


def test_the_classic_layout_loads_none_of_the_other_layouts_fonts() -> None:
    of_others = (f"{FONTS}line_fonts", "functions.codecard_avatar.draw.typesetting", *FOR_SOME_SCRIPTS)
    assert loaded_by(drawn("Joan Citizen", "classic"), of_others) == ""


def test_a_script_loads_what_it_needs_and_a_latin_name_nothing_of_it() -> None:
    assert loaded_by(drawn("Joan Citizen", "name-first"), FOR_SOME_SCRIPTS) == ""
    assert loaded_by(drawn("דוד כהן", "name-first"), FOR_SOME_SCRIPTS) == ""
    assert loaded_by(drawn("محمد", "name-first"), FOR_SOME_SCRIPTS) == f"ctypes {FONTS}shaper"
    assert loaded_by(drawn("山田太郎", "name-first"), FOR_SOME_SCRIPTS) == f"{FONTS}enlarge"
    assert loaded_by(drawn("བོད", "name-first"), FOR_SOME_SCRIPTS) == f"{FONTS}placeholder"


def test_what_a_press_may_do_without_is_not_loaded_for_it() -> None:
    """Each module costs a third of a millisecond and more, at a tenth of a CPU ten times that."""
    rare = (
        "card.backend_registry",
        "card.object_registry",
        "card.registry_document",
        "card.unknown_card",
        "draw.notice",
        "draw.photo",
        "draw.qr_code",
        "keep_warm",
        "model.contact",
        "preflight",
        "publish.picture_answers",
    )
    names = tuple(f"functions.codecard_avatar.{name}" for name in rare)
    assert loaded("functions.codecard_avatar.func, functions.codecard_avatar.render", names) == ""
    assert loaded(", ".join(names), names).split() == list(names)
