"""Typed settings from a function's config: one frozen dataclass a function, all faults reported at once.

A settings class is a frozen dataclass whose fields are named like the config keys, each with a docstring below it
(meaning, unit, default, source). ``load_settings`` reads it from a mapping of texts; ``describe_settings`` reads its
documentation for the tables in the documents, func.yaml and the Terraform variables.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import itertools
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeGuard, TypeVar

from shared.config_keys import misspelt_safeguards, near_misses
from shared.errors import MissingInputData
from shared.nearest import did_you_mean

T = TypeVar("T")


class _Declaration(ast.AnnAssign):
    """`name: type = value` in a class body."""

    target: ast.Name


TRUE_WORDS = frozenset({"true", "1", "yes", "on"})
FALSE_WORDS = frozenset({"false", "0", "no", "off"})


class Secret:
    """A text that must not be shown: every way of printing it gives ``***``; ``reveal()`` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself; hand it to the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a secret is not to be pickled")


def setting(
    *,
    default: Any = dataclasses.MISSING,  # noqa: ANN401  (a field's default has the field's type, whatever it is)
    minimum: float | None = None,
    maximum: float | None = None,
    parse: Callable[[str], Any] | None = None,
    safeguard: bool = False,
) -> Any:  # noqa: ANN401
    """Return a settings field with inclusive bounds in its unit, or a parser that raises ValueError with the fault.

    A ``safeguard`` holds the function back: a config key that is nearly its name is a fault (shared/config_keys.py).
    """
    metadata = {"minimum": minimum, "maximum": maximum, "parse": parse, "safeguard": safeguard}
    return dataclasses.field(default=default, metadata=metadata)


FUNCTION_CONFIG_FIX = "set them with `fn config function`"
ENVIRONMENT_FIX = "set them as environment variables of this command: `key=value oci-functions …`"


def load_settings(cls: type[T], config: Mapping[str, str], *, fix: str = FUNCTION_CONFIG_FIX) -> T:
    """Build ``cls`` from config; an empty text counts as not set, and so does a key of another name.

    Field types: str, int, float, bool, Secret, Literal of texts, ``tuple[str, ...]`` (separated by commas), each also
    ``| None``; anything else through ``setting(parse=…)``. A method ``check(self) -> dict[str, str]`` adds faults
    that concern several keys. Raises MissingInputData with every fault and with ``fix``, how its keys are set.
    """
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    faults = misspelt_safeguards(cls, config)
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        text = str(config.get(field.name) or "").strip()
        if not text:
            if _required(field):
                faults[field.name] = "is not set"
            continue
        try:
            values[field.name] = _convert(field, hints[field.name], text)
        except ValueError as fault:
            faults[field.name] = str(fault)
    if not faults:
        loaded = cls(**values)
        _raise(near_misses(cls, config, _check(loaded)), fix)
        return loaded
    _raise(near_misses(cls, config, {**_check_despite(cls, config, values, faults), **faults}), fix)
    raise AssertionError("unreachable: there are faults")


def _check(loaded: object) -> Mapping[str, str]:
    """Return what the class's own ``check`` finds."""
    check: Callable[[], Mapping[str, str]] = getattr(loaded, "check", dict)
    return check()


def _check_despite(
    cls: type[Any], config: Mapping[str, str], values: Mapping[str, Any], faults: Mapping[str, str]
) -> Mapping[str, str]:
    """Return what ``check`` finds about the other keys while some are missing or wrong; nothing where it cannot tell.

    A faulty key stands in with the text given (a list with that as its only entry): it is set, so the keys that it
    replaces are not missing. A number or a switch stands in with its default, whatever is required with an empty text.
    """
    fields = [field for field in dataclasses.fields(cls) if field.name in faults]
    hints = typing.get_type_hints(cls)
    stand_ins: dict[str, Any] = {field.name: "" for field in fields if _required(field)}
    for field in fields:
        text, hint = config.get(field.name), hints[field.name]
        if text and not {int, float, bool} & {hint, *typing.get_args(hint)}:
            stand_ins[field.name] = (text,) if isinstance(field.default, tuple) else text
    with contextlib.suppress(AttributeError, LookupError, TypeError, ValueError):
        return _check(cls(**{**stand_ins, **values}))
    return {}


def _raise(faults: Mapping[str, str], fix: str) -> None:
    if faults:
        names = ", ".join(sorted(faults))
        raise MissingInputData(faults, f"config keys missing or wrong: {names}", fix=fix)


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _convert(field: dataclasses.Field[Any], hint: Any, text: str) -> Any:  # noqa: ANN401
    """Convert one value from its text; ValueError says what is wrong without repeating a secret."""
    parse = field.metadata.get("parse")
    value = parse(text) if parse else _by_type(hint, text)
    _check_bounds(value, field.metadata)
    return value


def _by_type(hint: Any, text: str) -> Any:  # noqa: ANN401
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is Literal:
        return _one_of(typing.get_args(hint), text)
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    converters: dict[Any, Callable[[str], Any]] = {
        str: str,
        int: _integer,
        float: _number,
        bool: _boolean,
        Secret: Secret,
    }
    if hint not in converters:
        raise TypeError(f"settings fields of type {hint} need setting(parse=…)")
    return converters[hint](text)


def _one_of(choices: tuple[str, ...], text: str) -> str:
    for choice in choices:
        if choice.lower() == text.lower():
            return choice
    raise ValueError(f"must be one of {', '.join(choices)}, is {text[:40]!r}{did_you_mean(text[:40], choices)}")


def _unquoted(text: str) -> str:
    r"""Return a number without what lets `fn config` take a negative one, `"-20"` in quotes, `\-20`, `minus 20`.

    It reads a value that begins with a hyphen as an option and refuses it.
    """
    bare = text.strip('"').strip()
    for sign in ("\\-", "minus"):
        if bare.lower().startswith(sign):
            return "-" + bare[len(sign) :].strip()
    return bare


def _integer(text: str) -> int:
    try:
        return int(_unquoted(text))
    except ValueError:
        raise ValueError(f"must be a whole number, is {text[:40]!r}") from None


def _number(text: str) -> float:
    try:
        value = float(_unquoted(text))
    except ValueError:
        raise ValueError(f"must be a number, is {text[:40]!r}") from None
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  (only NaN differs from itself)
        raise ValueError(f"must be a finite number, is {text[:40]!r}")
    return value


def _boolean(text: str) -> bool:
    word = text.lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(f"must be true or false, is {text[:40]!r}")


def _check_bounds(value: Any, metadata: Mapping[str, Any]) -> None:  # noqa: ANN401
    minimum, maximum = metadata.get("minimum"), metadata.get("maximum")
    if minimum is not None and value < minimum:
        raise ValueError(f"must be at least {minimum}, is {value}")
    if maximum is not None and value > maximum:
        raise ValueError(f"must be at most {maximum}, is {value}")


@dataclasses.dataclass(frozen=True, slots=True)
class SettingRow:
    """One config key as the documents show it; ``default`` is the text to set, empty where there is none."""

    name: str
    type: str
    default: str
    required: bool
    secret: bool
    doc: str


def describe_settings(cls: type[Any]) -> list[SettingRow]:
    """Return the rows of a settings class and its bases, in field order; ValueError for a field without a docstring."""
    hints = typing.get_type_hints(cls)
    docs = _field_docs(cls)
    rows = []
    for field in dataclasses.fields(cls):
        if field.name not in docs:
            raise ValueError(f"{cls.__qualname__}.{field.name} has no docstring")
        hint = hints[field.name]
        secret = Secret in (hint, *typing.get_args(hint))
        rows.append(
            SettingRow(field.name, _type_name(hint), _default_text(field), _required(field), secret, docs[field.name])
        )
    return rows


def _field_docs(cls: type[Any]) -> dict[str, str]:
    """Return the text literals that follow annotated assignments in the class body, bases first."""
    import inspect  # documentation only: a call must not pay for it

    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not dataclasses.is_dataclass(base):
            continue
        body = typing.cast("ast.ClassDef", ast.parse(inspect.cleandoc(inspect.getsource(base))).body[0]).body
        for statement, following in itertools.pairwise(body):
            text = following.value if isinstance(following, ast.Expr) else None
            if _declares(statement) and isinstance(text, ast.Constant) and isinstance(text.value, str):
                docs[statement.target.id] = " ".join(text.value.split())
    return docs


def _declares(statement: ast.stmt) -> TypeGuard[_Declaration]:
    return isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)


def _type_name(hint: Any) -> str:  # noqa: ANN401
    options = [option for option in typing.get_args(hint) if option is not type(None)]
    if isinstance(hint, types.UnionType):
        return _type_name(options[0])
    if typing.get_origin(hint) is Literal:
        return " or ".join(f"`{option}`" for option in options)
    if typing.get_origin(hint) is tuple:
        return "list"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false", Secret: "secret"}
    return names.get(hint, "text")


def _default_text(field: dataclasses.Field[Any]) -> str:
    value = field.default
    if value is dataclasses.MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
