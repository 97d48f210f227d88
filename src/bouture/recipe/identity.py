"""What a study is, in writing: the recipe as used, and what must stay the same when a run is continued."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel

from bouture.corpus.document import Document
from bouture.recipe.build import Study
from bouture.recipe.members import Member
from bouture.recipe.models import asked_by, provider_options

PART = "strategy "
"""Begins the keys of a fingerprint that need only agree where both have them (see `RunFolder`)."""
MODEL = "model "
"""The same for the models that have a name of their own."""
RAW = "texts without annotation"
"""The same: they may be added later."""


def used(study: Study) -> dict[str, Any]:
    """The recipe as used, for its file in the run folder: every path absolute."""
    recipe = study.recipe
    written = recipe.model_dump(mode="json", exclude_defaults=True)
    for use, member in zip(written["strategies"], study.members.values(), strict=True):
        _write(use, member)
        for follower, after in zip(use.get("then", ()), member.followers, strict=False):
            _write(follower, after)
    for name, section in recipe.asked.items():
        if section.options:
            place = written["models"][name] if name else written["model"]
            options = provider_options(recipe, name)
            decoded = options.model_dump(mode="json", exclude_unset=True)
            place["options"] = {key: decoded[key] for key in section.options}
    return written


def _write(use: dict[str, Any], member: Member) -> None:
    """A use of a strategy or follower with what is relative to the recipe made absolute."""
    if "options" in use:
        use["options"] = member.options.model_dump(mode="json", exclude_unset=True)
    if member.file is not None:
        use["use"] = f"{member.file}:{member.cls.__name__}"
        use["name"] = member.label


def fingerprint(study: Study) -> str:
    """What must be the same when a run is continued, as JSON: what is asked of which data.

    Delivery (provider, concurrency, prices, budget), evaluation, the run folder and the names of files
    are left out; files count by their content. How many samples of how many sources is left out
    too, and strategies may come and go: what is done stays done, and only new jobs are added.
    """
    recipe = study.recipe
    kept = recipe.model_dump(mode="json", include={"language", "seed", "checks"})
    for use in recipe.strategies:
        member = study.members[use.label]
        kept[f"{PART}{use.label}"] = [_named(member), _content(member.options)]
        if member.followers:
            then = [[_named(one), _content(one.options)] for one in member.followers]
            kept[f"{PART}{use.label}"].append({"then": then})
        model = asked_by(recipe, use)
        if model is not None and use.label not in study.local:
            kept[f"{PART}{use.label}"].append([model.name, model.parameters])
    for name, section in recipe.models.items():
        kept[f"{MODEL}{name}"] = [section.name, section.parameters]
    kept["train"] = _digest(study.train)
    if study.raw:
        kept[RAW] = _digest(study.raw)
    kept["held_out"] = _digest([*study.dev, *study.test])
    kept["guide"] = _sha256((study.guide.text if study.guide else "").encode())
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def _named(member: Member) -> str:
    """A member by its name in the catalogue, or by what its file holds."""
    if member.file is None:
        return member.use.use
    return f"{member.cls.__name__} {_sha256(member.file.read_bytes())}"


def _content(options: BaseModel) -> dict[str, Any]:
    """Options with each file replaced by the digest of what it holds."""
    written: dict[str, Any] = options.model_dump(mode="json")
    for name in type(options).model_fields:
        value = getattr(options, name)
        if isinstance(value, Path) and value.is_file():
            written[name] = _sha256(value.read_bytes())
    return written


def _digest(documents: Sequence[Document]) -> str:
    """Of what documents hold; a mask counts only where there is one, so that older runs go on."""
    held = [
        {
            name: value
            for name, value in msgspec.structs.asdict(d).items()
            if name != "mask" or value
        }
        for d in documents
    ]
    return _sha256(msgspec.json.encode(held, order="sorted"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
