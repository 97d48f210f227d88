"""JSON schemas as servers take them: flat, every reference replaced by what it refers to."""

from collections.abc import Mapping
from typing import Any

from bouture.errors import RequestRefused

_DEEPEST = 64
_DEFINITIONS = ("$defs", "definitions")
_NAMED = ("properties", "patternProperties")
"""Keywords whose keys are names that people choose, not keywords."""
_LITERAL = ("const", "enum", "default", "examples")
"""Keywords that hold data, where `$ref` means nothing."""


def flat(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema without `$ref` and `$defs`, which some servers refuse.

    References are read as JSON pointers into the schema itself (JSON Schema 2020-12, 8.2.3.1).

    Raises:
        RequestRefused: the schema refers to itself, to another file, or to nothing.
    """
    made: dict[str, Any] = _resolved(schema, schema, ())
    return made


def is_strict(schema: Any) -> bool:
    """Whether OpenAI's strict mode takes the schema: every object is closed and requires all it has.

    Source: https://platform.openai.com/docs/guides/structured-outputs
    """
    if isinstance(schema, list):
        return all(is_strict(part) for part in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        names = schema.get("properties") or {}
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required") or ()) != set(names):
            return False
        if not all(is_strict(part) for part in names.values()):
            return False
    others = {k: v for k, v in schema.items() if k not in (*_NAMED, *_LITERAL, "required")}
    return all(is_strict(part) for part in others.values())


def _resolved(part: Any, root: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    if len(inside) > _DEEPEST:
        raise _refused("it is nested too deeply")
    if isinstance(part, list | tuple):
        return [_resolved(one, root, (*inside, "")) for one in part]
    if not isinstance(part, Mapping):
        return part
    if isinstance(reference := part.get("$ref"), str):
        if reference in inside:
            raise _refused(f"{reference} refers to itself")
        target = _resolved(_target(reference, root), root, (*inside, reference))
        beside = {name: value for name, value in part.items() if name != "$ref"}
        return {**target, **_resolved(beside, root, inside)} if beside else target
    return {
        name: _under(name, value, root, inside)
        for name, value in part.items()
        if name not in _DEFINITIONS
    }


def _under(name: str, value: Any, root: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    if name in _LITERAL:
        return value
    if name in _NAMED and isinstance(value, Mapping):
        return {key: _resolved(one, root, (*inside, "")) for key, one in value.items()}
    return _resolved(value, root, (*inside, ""))


def _target(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = root
    path, mark, pointer = reference.partition("#")
    if path or not mark:
        raise _refused(f"{reference} is outside it")
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, Mapping) and name in found:
            found = found[name]
        else:
            raise _refused(f"{reference} refers to nothing")
    if not isinstance(found, Mapping):
        raise _refused(f"{reference} refers to what is no schema")
    return found


def _refused(what: str) -> RequestRefused:
    return RequestRefused(
        f"the JSON schema of the answer cannot be sent: {what}",
        hint="write the schema without recursion, each `$ref` to a place in the same schema",
    )
