"""Settings: every fault at once, secrets hidden, documentation read from the class."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pytest

from shared.errors import MissingInputData
from shared.settings import Secret, describe_settings, load_settings, setting


@dataclass(frozen=True)
class Example:
    name: str
    """Who is asked. Required."""

    level: int = setting(default=3, minimum=1, maximum=5)
    """How far, in steps from 1 to 5."""

    password: Secret | None = None
    """Opens the door."""

    mode: Literal["fast", "slow"] = "fast"
    """How it goes."""

    parts: tuple[str, ...] = ("cost", "usage")
    """Which parts."""

    share: float = 0.5
    """A share of one."""

    loud: bool = False
    """Whether it is heard."""

    def check(self) -> dict[str, str]:
        return {"loud": "needs mode=fast"} if self.loud and self.mode == "slow" else {}


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Example, {"level": "nine", "mode": "odd", "share": "nan", "loud": "perhaps"})
    assert caught.value.keys == ["level", "loud", "mode", "name", "share"]
    assert caught.value.to_body()["error"]["keys"] == ["level", "loud", "mode", "name", "share"]  # type: ignore[index]


def test_faults_between_keys_are_reported_with_those_of_single_keys() -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Example, {"level": "nine", "mode": "slow", "loud": "true"})
    assert caught.value.faults == {
        "level": "must be a whole number, is 'nine'",
        "loud": "needs mode=fast",
        "name": "is not set",
    }


def test_a_check_that_needs_a_faulty_key_stays_silent() -> None:
    @dataclass(frozen=True)
    class Pair:
        low: int
        """Smaller."""

        high: int
        """Larger."""

        def check(self) -> dict[str, str]:
            return {"high": "is below low"} if self.high < self.low else {}

    with pytest.raises(MissingInputData) as caught:
        load_settings(Pair, {"low": "x", "high": "2"})
    assert caught.value.faults == {"low": "must be a whole number, is 'x'"}
    with pytest.raises(MissingInputData, match="high"):
        load_settings(Pair, {"low": "3", "high": "2"})


def test_bounds_are_inclusive() -> None:
    assert load_settings(Example, {"name": "x", "level": "5"}).level == 5
    with pytest.raises(MissingInputData, match="level"):
        load_settings(Example, {"name": "x", "level": "6"})


def test_unknown_keys_and_empty_texts_are_left_alone() -> None:
    loaded = load_settings(Example, {"name": "x", "HOME": "/", "level": "  "})
    assert loaded == Example("x")


def test_types_are_converted() -> None:
    loaded = load_settings(Example, {"name": " x ", "mode": "SLOW", "parts": "a, b,,", "share": "1.5", "password": "p"})
    assert (loaded.name, loaded.mode, loaded.parts, loaded.share) == ("x", "slow", ("a", "b"), 1.5)
    assert loaded.password is not None
    assert loaded.password.reveal() == "p"


def test_a_fault_of_several_keys_is_a_fault_of_the_key_named() -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Example, {"name": "x", "mode": "slow", "loud": "true"})
    assert caught.value.faults == {"loud": "needs mode=fast"}


@pytest.mark.parametrize("show", [str, repr, "{}".format, lambda secret: f"{secret:>20}", lambda secret: f"{[secret]}"])
def test_a_secret_is_never_shown(show: Callable[[Secret], str]) -> None:
    assert "hunter2" not in show(Secret("hunter2"))


def test_documentation_comes_from_the_class() -> None:
    rows = {row.name: row for row in describe_settings(Example)}
    assert rows["name"].required
    assert rows["level"].default == "3"
    assert rows["password"].secret
    assert rows["mode"].type == "`fast` or `slow`"
    assert rows["parts"].default == "cost,usage"
    assert rows["loud"].doc == "Whether it is heard."


def test_a_field_without_documentation_is_refused() -> None:
    @dataclass(frozen=True)
    class Bare:
        silent: str = ""

    with pytest.raises(ValueError, match="silent"):
        describe_settings(Bare)


def test_a_secret_shows_itself_nowhere_but_when_asked() -> None:
    secret = Secret("hunter2")
    assert {str(secret), repr(secret), f"{secret}", f"{secret:>9}", repr([secret])} == {"***", "[***]"}
    assert secret.reveal() == "hunter2"
    assert (secret == Secret("hunter2"), secret == "hunter2", bool(Secret(""))) == (True, False, False)
    assert len({secret, Secret("hunter2")}) == 1
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    ("text", "value"),
    [("Yes", True), ("1", True), ("ON", True), ("true", True), ("No", False), ("0", False), ("off", False)],
)
def test_words_for_true_and_false(text: str, value: bool) -> None:  # noqa: FBT001
    assert load_settings(Example, {"name": "x", "loud": text}).loud is value


@pytest.mark.parametrize("text", ["inf", "-Infinity", "nan", "1e999", "one", ""])
def test_a_number_is_finite(text: str) -> None:
    if text:
        with pytest.raises(MissingInputData, match="share"):
            load_settings(Example, {"name": "x", "share": text})
    else:
        assert load_settings(Example, {"name": "x", "share": text}).share == 0.5


def test_a_field_type_that_cannot_be_read_from_text_is_a_mistake_of_ours() -> None:
    @dataclass(frozen=True)
    class Odd:
        when: list[str]
        """A list."""

    with pytest.raises(TypeError, match="need setting"):
        load_settings(Odd, {"when": "x"})
