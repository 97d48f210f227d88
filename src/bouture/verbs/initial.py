"""The verb `init`: a project folder from a corpus, ready for `bouture plan`."""

import json
import random
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Literal, NamedTuple

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.guide_draft import draft_guide
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.issue import Issue
from bouture.corpus.splits import grouped_split, shared_ids, temporal_split
from bouture.errors import InputError

SHARES = (0.6, 0.2, 0.2)
"""Train, dev, test when only one corpus is given."""
SEED = 13
"""Of that split, and written into the recipe."""


class Initial(NamedTuple):
    """What `init` has written, and what it has to say of the corpus."""

    files: dict[str, str]
    """Path -> what it is."""
    issues: list[Issue]
    """What reading mended, left out or doubts."""


def init(
    folder: str | Path,
    corpus: str | Path,
    *,
    held_out: Mapping[str, str | Path] | str | None = None,
    guide: str | Path | None = None,
    format: str | None = None,
    language: Literal["fr", "en"] = "fr",
) -> Initial:
    """Writes recipe.yaml, guide.md and data/*.jsonl.

    `held_out` names the files of `dev` and `test`, or the key of `meta` that holds the date: the
    corpus is then split 60/20/20 by date, the split to prefer for live news. Without it the split is
    random; near-duplicate documents stay together.

    Raises:
        FormatError, GuideError: a file that cannot be read.
        InputError: the folder is not empty, or there are too few documents to split.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("the folder is not empty", path=folder, hint="name a new folder")
    documents, issues = formats.examine(corpus, format)
    given: dict[str, Sequence[Document]] = {}
    for name in ("dev", "test"):
        if isinstance(held_out, Mapping) and name in held_out:
            given[name], found = formats.examine(held_out[name], format)
            issues += found
    parts: dict[str, Sequence[Document]] = (
        {"train": documents, **given} if given else _split(documents, held_out)
    )
    if shared := shared_ids(documents, [d for part in given.values() for d in part]):
        raise InputError(
            f"{len(shared)} documents are in the corpus and in dev or test: {', '.join(shared[:5])}",
            path=corpus,
            hint="documents to measure on must not be among those to grow from: remove them from one side",
        )
    text = Path(guide).read_text(encoding="utf-8-sig") if guide and read_guide(guide) else ""
    guide_text = text or draft_guide(parts["train"], language)
    recipe = _recipe(folder.resolve().name, parts, language)
    made: dict[str, str] = {}
    (folder / "data").mkdir(parents=True)
    for name, part in parts.items():
        path = folder / "data" / f"{name}.jsonl"
        formats.write(part, path, "jsonl")
        made[str(path)] = f"{len(part)} document{'' if len(part) == 1 else 's'}"
    (folder / "guide.md").write_text(guide_text, encoding="utf-8")
    made[str(folder / "guide.md")] = "your guide" if text else "a skeleton, to complete"
    (folder / "recipe.yaml").write_text(recipe, encoding="utf-8")
    made[str(folder / "recipe.yaml")] = "the recipe, with comments"
    return Initial(made, issues)


def _split(
    documents: Sequence[Document], date: Mapping[str, str | Path] | str | None
) -> dict[str, Sequence[Document]]:
    if isinstance(date, str):
        for document in documents:
            if not isinstance(document.meta.get(date), str | int | float):
                raise InputError(
                    f"there is no date under meta.{date}",
                    document=document.id,
                    hint="name the key of `meta` that holds the date of each document",
                )
        split = temporal_split(documents, lambda d: str(d.meta[date])[:10], SHARES)
    else:
        split = grouped_split(documents, SHARES, random.Random(SEED))
    by_id = {document.id: document for document in documents}
    chosen: dict[str, Sequence[Document]] = {
        name: [by_id[id] for id in ids]
        for name, ids in (("train", split.train), ("dev", split.dev), ("test", split.test))
    }
    if not all(chosen.values()):
        raise InputError(
            f"{len(documents)} documents, near-duplicates kept together, are too few to make train, "
            "dev and test of",
            hint="give the documents to measure on with --test",
        )
    return chosen


def _recipe(name: str, parts: dict[str, Sequence[Document]], language: str) -> str:
    roles = {
        "fr": {"dev": "pour décider", "test": "pour mesurer ; jamais une source"},
        "en": {"dev": "to decide on", "test": "to measure on; never a source"},
    }[language]
    held_out = [f"  {part}: data/{part}.jsonl # {roles[part]}" for part in roles if part in parts]
    related = any(document.relations for document in parts["train"])
    template = files("bouture.verbs").joinpath("templates", f"recipe.{language}.yaml")
    return Template(template.read_text(encoding="utf-8")).substitute(
        name=json.dumps(name, ensure_ascii=False),
        seed=SEED,
        held_out="\n".join(held_out),
        half=max(1, len(parts["train"]) // 2),
        measure="test" if "test" in parts else "dev",
        tasks="entities, relations" if related else "entities",
    )
