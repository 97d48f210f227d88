"""Verbs about a corpus as it is: describe, convert, validate, draft and check a guide."""

from collections.abc import Sequence
from pathlib import Path

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.guide_check import check_guide
from bouture.corpus.guide_draft import draft_guide
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.issue import Issue
from bouture.corpus.profile import Profile, profile


def describe(
    corpus: str | Path | Sequence[Document],
    guide: str | Path | None = None,
    format: str | None = None,
) -> Profile:
    """What is in a corpus (a file, or documents): counts, gaps, ambiguities, probable errors."""
    documents = formats.read(corpus, format) if isinstance(corpus, str | Path) else corpus
    return profile(documents, read_guide(guide) if guide else None)


def convert(
    source: str | Path,
    target: str | Path,
    *,
    from_format: str | None = None,
    to_format: str | None = None,
    lossy: bool = False,
) -> tuple[int, list[Issue]]:
    """Copies a corpus into another format; returns the number of documents and what there is to say.

    To say: what reading mended or ignored, and what writing left out.

    Raises:
        LossError: the target cannot carry everything and `lossy` is not set.
    """
    documents, said = formats.examine(source, from_format)
    return len(documents), [*said, *formats.write(documents, target, to_format, lossy)]


def validate(
    path: str | Path, guide: str | Path | None = None, format: str | None = None
) -> list[Issue]:
    """Every problem of a corpus file, with line, document id and what to do; never stops early."""
    return formats.validate(path, format, read_guide(guide) if guide else None)


def guide_check(guide: str | Path, corpus: str | Path | Sequence[str | Path]) -> list[Issue]:
    """Where guide and gold disagree, and where the guide contradicts itself."""
    paths = [corpus] if isinstance(corpus, str | Path) else corpus
    documents = [document for path in paths for document in formats.read(path)]
    return check_guide(read_guide(guide), documents)


def guide_draft(corpus: str | Path, language: str = "fr", format: str | None = None) -> str:
    """A guide skeleton in Markdown: every label and relation of the corpus, with examples from it."""
    return draft_guide(formats.read(corpus, format), language)
