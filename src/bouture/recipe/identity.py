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
from bouture.recipe.models import asked_by, provider_options

PART = "strategy "
"""Begins the keys of a fingerprint that need only agree where both have them (see `RunFolder`)."""
MODEL = "model "
"""The same for the models that have a name of their own."""


def used(study: Study) -> dict[str, Any]:
    """The recipe as used, for its file in the run folder: every path absolute."""
    recipe = study.recipe
    written = recipe.model_dump(mode="json", exclude_defaults=True)
    for use in written["strategies"]:
        if "options" in use:
            options = study.options[use.get("name") or use["use"]]
            use["options"] = options.model_dump(mode="json", exclude_unset=True)
    for name, section in recipe.asked.items():
        if section.options:
            place = written["models"][name] if name else written["model"]
            options = provider_options(recipe, name)
            decoded = options.model_dump(mode="json", exclude_unset=True)
            place["options"] = {key: decoded[key] for key in section.options}
    return written


def fingerprint(study: Study) -> str:
    """What must be the same when a run is continued, as JSON: what is asked of which data.

    Delivery (provider, concurrency, prices, budget), evaluation, the run folder and the names of files
    are left out; files count by their content. How many samples of how many sources is left out
    too, and strategies may come and go: what is done stays done, and only new jobs are added.
    """
    recipe = study.recipe
    kept = recipe.model_dump(mode="json", include={"language", "seed", "checks"})
    for use in recipe.strategies:
        kept[f"{PART}{use.label}"] = [use.use, _content(study.options[use.label])]
        model = asked_by(recipe, use)
        if model is not None and use.label not in study.local:
            kept[f"{PART}{use.label}"].append([model.name, model.parameters])
    for name, section in recipe.models.items():
        kept[f"{MODEL}{name}"] = [section.name, section.parameters]
    kept["train"] = _digest(study.train)
    kept["held_out"] = _digest([*study.dev, *study.test])
    kept["guide"] = _sha256((study.guide.text if study.guide else "").encode())
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def _content(options: BaseModel) -> dict[str, Any]:
    """Options with each file replaced by the digest of what it holds."""
    written: dict[str, Any] = options.model_dump(mode="json")
    for name in type(options).model_fields:
        value = getattr(options, name)
        if isinstance(value, Path) and value.is_file():
            written[name] = _sha256(value.read_bytes())
    return written


def _digest(documents: Sequence[Document]) -> str:
    return _sha256(msgspec.json.encode(documents, order="sorted"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
