"""The verb `init`: a project folder from a corpus, ready for `bouture plan`."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.guide_draft import draft_guide
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.issue import Issue
from bouture.corpus.splits import grouped_split, shared_ids, temporal_split
from bouture.errors import InputError
from bouture.recipe.raw import read_raw
from bouture.verbs.initial_recipe import SEED, Wishes, initial_recipe

SHARES = (0.6, 0.2, 0.2)
"""Train, dev, test when only one corpus is given."""


class Initial(NamedTuple):
    """What `init` has written, and what it has to say of the corpus."""

    files: dict[str, str]
    """Path -> what it is."""
    issues: list[Issue]
    """What reading mended, left out or doubts."""


def init(  # noqa: PLR0913 (all but two are given by name)
    folder: str | Path,
    corpus: str | Path,
    *,
    held_out: Mapping[str, str | Path] | str | None = None,
    guide: str | Path | None = None,
    format: str | None = None,
    language: Literal["fr", "en"] = "fr",
    wishes: Wishes = Wishes(),
) -> Initial:
    """Writes recipe.yaml, guide.md and data/*.jsonl.

    `held_out` names the files of `dev` and `test`, or the key of `meta` that holds the date: the
    corpus is then split 60/20/20 by date, the split to prefer for live news. Without it the split is
    random; near-duplicate documents stay together. With a model in `wishes` the recipe asks it by the
    default mixture (science A.8.5); without one it makes do with operations that ask none, and the
    mixture stands beside in comments.

    Raises:
        FormatError, GuideError: a file that cannot be read.
        UnknownNameError: no such provider.
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
    if wishes.raw is not None:
        read_raw(Path(wishes.raw), [d for part in parts.values() for d in part])
    text, unfinished = "", True
    if guide:
        unfinished = bool(read_guide(guide).unfinished())
        text = Path(guide).read_text(encoding="utf-8-sig")
    guide_text = text or draft_guide(parts["train"], language)
    recipe = initial_recipe(folder.resolve(), parts, language, wishes, unfinished=unfinished)
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
