"""Train, dev and test without leaks: by date, or at random with near-duplicates kept together; and k-shot samples.

A `Split` is a manifest: ids, and a hash of each text, so that a later run can tell that it is the same.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from random import Random
from typing import Any

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.k_shot import MOST, sample_k_shot
from bouture.corpus.near_duplicates import near_duplicate_groups
from bouture.errors import ExperimentError

PARTS = ("train", "dev", "test")
SHARES = (0.6, 0.2, 0.2)


class Split(msgspec.Struct, frozen=True):
    """Which document is in which part, by id, in the order of the corpus."""

    method: str
    """`temporal`, `grouped` or `k_shot`."""
    train: tuple[str, ...]
    dev: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    hashes: dict[str, str] = {}
    """SHA-256 of the text of each document, by id."""
    settings: dict[str, Any] = {}
    """What the split was made with, and what it could not satisfy."""

    def parts(self, documents: Sequence[Document]) -> dict[str, list[Document]]:
        """The documents of each part, in the order of the manifest.

        Raises:
            ExperimentError: a document of the manifest is missing or its text has changed.
        """
        known = {document.id: document for document in documents}
        for id, expected in self.hashes.items():
            if id not in known:
                raise ExperimentError(
                    f"document {id!r} of the split is not in the corpus",
                    hint="give the corpus the split was made from",
                )
            if text_hash(known[id]) != expected:
                raise ExperimentError(
                    f"the text of document {id!r} is not the one the split was made from",
                    hint="make the split again, or use the corpus as it was",
                )
        return {part: [known[id] for id in getattr(self, part)] for part in PARTS}


def text_hash(document: Document) -> str:
    """SHA-256 of the text of a document, in hexadecimal."""
    return hashlib.sha256(document.text.encode("utf-8")).hexdigest()


def temporal_split(
    documents: Sequence[Document],
    date_of: Callable[[Document], Any],
    shares: tuple[float, float, float] = SHARES,
) -> Split:
    """Train before dev before test; no date in two parts. The split to prefer for live news.

    Args:
        documents: with unique ids.
        date_of: the date of a document, of any kind that sorts; equal dates stay together.
        shares: of the documents, for train, dev and test; met as nearly as whole dates allow.

    Raises:
        ExperimentError: fewer dates than parts, shares that are no shares, or an id used twice.
    """
    _check(documents, shares)
    dates = sorted({date_of(document) for document in documents})
    wanted = [i for i, share in enumerate(shares) if share > 0]
    if len(dates) < len(wanted):
        raise ExperimentError(
            f"{len(dates)} different dates cannot fill {len(wanted)} parts",
            hint="give finer dates, fewer parts, or use a grouped split",
        )
    sizes = Counter(date_of(document) for document in documents)
    part_of: dict[Any, int] = {}
    position, seen, owed = 0, 0, 0.0
    for rank, part in enumerate(wanted):
        owed += shares[part] / sum(shares) * len(documents)
        parts_left = len(wanted) - rank - 1
        taken = 0
        while position < len(dates) - parts_left:
            size = sizes[dates[position]]
            # A date goes where more of it belongs; each part gets at least one.
            if taken and parts_left and seen + size / 2 > owed:
                break
            part_of[dates[position]] = part
            position, seen, taken = position + 1, seen + size, taken + 1
    return _split("temporal", documents, [part_of[date_of(d)] for d in documents], shares)


def grouped_split(
    documents: Sequence[Document],
    shares: tuple[float, float, float],
    rng: Random,
    group_of: Callable[[Document], Hashable] | None = None,
) -> Split:
    """At random, with near-duplicates (and documents of one `group_of`, e.g. one thread) in one part.

    Groups go, in random order but the largest first, to the part that lacks most.

    Raises:
        ExperimentError: shares that are no shares, or an id used twice.
    """
    _check(documents, shares)
    groups = _merged(near_duplicate_groups(documents), documents, group_of)
    rng.shuffle(groups)
    groups.sort(key=len, reverse=True)
    lacking = [share / sum(shares) * len(documents) for share in shares]
    part_of = [0] * len(documents)
    for group in groups:
        part = max(range(len(shares)), key=lambda p: (shares[p] > 0, lacking[p]))
        lacking[part] -= len(group)
        for i in group:
            part_of[i] = part
    return _split("grouped", documents, part_of, shares)


def k_shot_split(documents: Sequence[Document], k: int, rng: Random, most: float = MOST) -> Split:
    """A training set with at least `k` mentions of each label (see `bouture.corpus.k_shot`), as a split.

    `settings` holds `counts`, the labels the corpus has fewer than `k` of (`short`) and those above the
    cap of `most` * k (`over`).

    Raises:
        ExperimentError: k < 1, `most` < 1, or an id used twice.
    """
    sample = sample_k_shot(documents, k, rng, most)
    settings = {
        "k": k,
        "cap": most,
        "counts": sample.counts,
        "short": list(sample.short),
        "over": list(sample.over),
    }
    hashes = {document.id: text_hash(document) for document in sample.documents}
    return Split("k_shot", tuple(hashes), hashes=hashes, settings=settings)


def _merged(
    groups: list[list[int]],
    documents: Sequence[Document],
    group_of: Callable[[Document], Hashable] | None,
) -> list[list[int]]:
    """The groups, joined where they share a document with the same `group_of`."""
    if group_of is None:
        return groups
    home: dict[Hashable, list[int]] = {}
    for group in groups:
        keys = dict.fromkeys(group_of(documents[i]) for i in group)
        merged = list(group)
        for other in {id(home[key]): home[key] for key in keys if key in home}.values():
            merged += other
        for i in merged:
            home[group_of(documents[i])] = merged
    unique = {min(group): sorted(group) for group in home.values()}
    return [unique[first] for first in sorted(unique)]


def _split(
    method: str,
    documents: Sequence[Document],
    part_of: list[int],
    shares: tuple[float, float, float],
) -> Split:
    ids: list[list[str]] = [[], [], []]
    for document, part in zip(documents, part_of, strict=True):
        ids[part].append(document.id)
    hashes = {document.id: text_hash(document) for document in documents}
    train, dev, test = map(tuple, ids)
    return Split(method, train, dev, test, hashes, {"shares": list(shares)})


def _check(documents: Sequence[Document], shares: tuple[float, float, float]) -> None:
    if len(shares) != len(PARTS) or min(shares) < 0 or shares[0] <= 0:
        raise ExperimentError(
            f"shares {shares} are not shares of train, dev and test",
            hint="give three numbers, none negative, the first positive: 0.6, 0.2, 0.2",
        )
    twice = [id for id, n in Counter(document.id for document in documents).items() if n > 1]
    if twice:
        raise ExperimentError(f"document id {twice[0]!r} is used twice", hint="make ids unique")


def shared_ids(train: Iterable[Document], held_out: Iterable[Document]) -> list[str]:
    """Ids of documents that are on both sides, in the order of `held_out`: there should be none."""
    ids = {document.id for document in train}
    return [document.id for document in held_out if document.id in ids]
