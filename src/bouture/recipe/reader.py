"""Reads a recipe: YAML, overrides and paths; every problem with its line and the nearest known key."""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bouture.errors import RecipeError
from bouture.recipe.sections import Recipe

Model = TypeVar("Model", bound=BaseModel)


KINDS = {
    "tuple_type": "it should be a list: `- …` on lines of their own, or [a, b]",
    "list_type": "it should be a list: `- …` on lines of their own, or [a, b]",
    "dict_type": "it should be keys with values: `key: value`",
    "model_type": "it should be keys with values: `key: value`",
}
"""Said of a value of the wrong kind, in the words of YAML rather than of Python."""


def load_recipe(path: str | Path, settings: Mapping[str, str] | None = None) -> Recipe:
    """Reads a recipe; `settings` (dotted key -> YAML value) override what the file says.

    Paths in the file are relative to the file; paths in `settings` to the current folder.

    Raises:
        RecipeError: not YAML, an unknown key (the nearest known one is named), a wrong type or a
            file that does not exist; every problem with its line, all at once.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "recipe.yaml"
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = yaml.safe_load(text)
    except FileNotFoundError:
        hint = "`bouture init DIR --corpus FILE` writes one"
        raise RecipeError("there is no such recipe", path=path, hint=hint) from None
    except UnicodeDecodeError as error:
        raise RecipeError(
            f"not UTF-8 (byte {error.start})", path=path, hint="save as UTF-8"
        ) from None
    except RecursionError:
        raise RecipeError("an alias that contains itself", path=path, hint="write it out") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RecipeError(
            f"not valid YAML: {getattr(error, 'problem', None) or error}",
            path=path,
            line=mark.line + 1 if mark else None,
            hint="look at the indentation, the colons and the quotes near this line",
        ) from None
    if not isinstance(raw, dict):
        raise RecipeError("a recipe is a list of `key: value`", path=path, line=1)
    for key, value in (settings or {}).items():
        _override(raw, key, value)
    recipe = decode(Recipe, raw, path, Lines(text))
    recipe = _resolve(recipe, path.resolve().parent, frozenset(settings or {}), "")
    recipe._base = path.resolve().parent
    return recipe


def decode(model: type[Model], raw: Any, path: Path | None, lines: "Lines | None" = None) -> Model:
    """`raw` as a `model`, or a RecipeError that lists every problem with line and nearest key."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        # A list whose items are wrong is also said to be too short: that is no news.
        found = [
            one
            for one in error.errors(include_url=False)
            if one["type"] != "too_short" or not one["input"]
        ]
    problems: dict[tuple[int | None, str], None] = {}
    for one in found:
        problems.setdefault(_problem(model, one, lines))
    said = [text for _, text in problems]
    if len(said) > 1:
        said = [f"line {line}: {text}" if line else text for line, text in problems]
    raise RecipeError(
        said[0] if len(said) == 1 else f"{len(said)} problems\n  - " + "\n  - ".join(said),
        path=path,
        line=next(iter(problems))[0] if len(said) == 1 else None,
        hint="docs/recipe.md describes every key",
    )


def options_of(member: type[Any], raw: Mapping[str, Any], where: str, base: Path) -> Any:
    """The options of a member of a catalogue, decoded by its own `Options` model.

    Paths among them are relative to `base`.
    """
    try:
        decoded = decode(member.Options, dict(raw), None)
    except RecipeError as error:
        raise RecipeError(f"{where}: {error.message}", hint=error.hint) from None
    return _resolve(decoded, base, frozenset(), "")


class Lines:
    """Where each dotted key of a YAML text stands."""

    def __init__(self, text: str) -> None:
        self.lines: dict[tuple[str | int, ...], int] = {}
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            self._walk(node, ())

    def _walk(self, node: yaml.Node, key: tuple[str | int, ...]) -> None:
        self.lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                self.lines[(*key, name.value)] = name.start_mark.line + 1
                self._walk(value, (*key, name.value))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._walk(item, (*key, number))

    def find(self, key: Sequence[str | int]) -> int | None:
        """Line (from 1) of the key, or of the nearest part of it that the file has."""
        for length in range(len(key), 0, -1):
            if tuple(key[:length]) in self.lines:
                return self.lines[tuple(key[:length])]
        return None


def _problem(model: type[BaseModel], found: Any, lines: Lines | None) -> tuple[int | None, str]:
    key = tuple(part for part in found["loc"] if not _is_branch(part)) or found["loc"]
    said = ".".join(str(part) for part in key)
    if found["type"] == "extra_forbidden":
        fields = _fields_at(model, key[:-1])
        near = difflib.get_close_matches(str(key[-1]), fields, n=1)
        guess = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(fields))}"
        text = f"unknown key `{said}`" + (f"; {guess}" if fields else "")
    elif found["type"] == "missing":
        text = f"`{said}` is missing"
    else:
        message = KINDS.get(found["type"]) or found["msg"].removeprefix("Value error, ")
        text = f"`{said}`: {message[:1].lower()}{message[1:]}" if said else message
        # What stands there may be a key that went into the wrong place: it is not repeated.
        if said and not _may_be_secret(said, found["input"]):
            text += f"; it is {found['input']!r:.60}"
    return (lines.find(key) if lines else None), text


def _may_be_secret(place: str, value: Any) -> bool:
    """Whether what stands at a place of a recipe may be, or hold, a key or a password."""
    if any(word in place for word in ("key", "parameters", "options", "url", "proxy")):
        return True
    return not isinstance(value, int | float) and bool(
        re.search(r"sk-|://|@|key", str(value), re.I)
    )


def _is_branch(part: str | int) -> bool:
    """Whether pydantic put the name of a union's branch into the place of an error."""
    return isinstance(part, str) and ("[" in part or part in {"int", "str", "constrained-int"})


def _fields_at(model: type[BaseModel], key: Sequence[str | int]) -> list[str]:
    current: Any = model
    for part in key:
        if isinstance(part, int):
            continue
        field = getattr(current, "model_fields", {}).get(part)
        current = _model_in(field.annotation) if field else None
    return list(getattr(current, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found is not None), None)


def _override(raw: dict[str, Any], key: str, value: str) -> None:
    """Sets a dotted key, e.g. `strategies.0.samples`, creating the sections on the way."""
    try:
        decoded = yaml.safe_load(value)
    except yaml.YAMLError:
        raise RecipeError(f"--set {key}: {value!r} is not a YAML value", hint="quote it") from None
    *way, last = re.sub(r"\[(\w+)\]", r".\1", key).split(".")
    current: Any = raw
    for part in way:
        if isinstance(current, list):
            current = current[_index(current, part, key)]
        elif isinstance(current, dict):
            if not isinstance(current.get(part), dict | list):
                current[part] = {}
            current = current[part]
        else:
            raise RecipeError(f"--set {key}: there is nothing to set below a plain value")
    if isinstance(current, list):
        current[_index(current, last, key)] = decoded
    elif isinstance(current, dict):
        current[last] = decoded
    else:
        raise RecipeError(f"--set {key}: there is nothing to set below a plain value")


def _index(items: list[Any], part: str, key: str) -> int:
    named = [
        n
        for n, i in enumerate(items)
        if isinstance(i, dict) and part in (i.get("name"), i.get("use"))
    ]
    if named:
        return named[0]
    if part.isdecimal() and int(part) < len(items):
        return int(part)
    raise RecipeError(
        f"--set {key}: {part!r} is no item of that list",
        hint=f"give the name of an item, or a number from 0 to {len(items) - 1}",
    )


def _resolve(section: Model, base: Path, given: frozenset[str], prefix: str) -> Model:
    """The same section with every relative path made absolute."""
    changed: dict[str, Any] = {}
    for name in type(section).model_fields:
        value = getattr(section, name)
        key = f"{prefix}{name}"
        if isinstance(value, Path):
            changed[name] = ((Path.cwd() if key in given else base) / value.expanduser()).absolute()
        elif isinstance(value, BaseModel):
            resolved = _resolve(value, base, given, f"{key}.")
            if resolved is not value:  # What was not stated must not count as stated afterwards.
                changed[name] = resolved
    return section.model_copy(update=changed) if changed else section
