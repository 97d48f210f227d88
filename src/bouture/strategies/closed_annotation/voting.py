"""Several annotations of one text become one: what most samples say is kept, what some say is masked (science A.5).

Agreement of 2/3; a missing annotation hurts most (X-4), so what is doubtful is neither an entity nor O.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import msgspec

from bouture.corpus.document import Document, Entity, Mask, Relation, Span
from bouture.strategies.closed_annotation.same_text import Placed
from bouture.strategies.masking import outside


class Annotation(msgspec.Struct):
    """What one sample says of a whole text."""

    placed: list[Placed] = []
    relations: set[Relation] = set()
    """Between the entity ids of this sample."""
    unread: list[Span] = []
    """Stretches for which it gave no usable answer, or which its answer left out."""

    def clusters(self) -> dict[str, set[tuple[Span, str]]]:
        """The labelled spans of each entity."""
        found: dict[str, set[tuple[Span, str]]] = {}
        for one in self.placed:
            found.setdefault(one.entity, set()).add((one.span, one.label))
        return found


class Vote(msgspec.Struct, frozen=True):
    """The outcome."""

    document: Document
    votes: dict[str, list[int]]
    """By entity: how many samples have each of its mentions."""
    relation_votes: dict[str, int]
    """By `head | LABEL | tail`."""
    doubtful: tuple[tuple[Span, str, int], ...]
    """Labelled spans without enough votes, with the number they have."""
    silent: tuple[Span, ...]
    """Stretches that too few samples could be read of."""


def vote(document: Document, samples: Sequence[Annotation], agreement: float) -> Vote:
    """One annotation of the text of `document` from those of several samples.

    Args:
        samples: at least one.
        agreement: share of the samples, over 1/2 and up to 1, that a span with its label, or a
            relation, must have; an id is shared by two mentions when as many samples share it.

    A kept mention stays whole; of a doubtful one the part outside kept ones is masked. Of a
    doubtful relation the pair is masked.
    """
    needed = math.ceil(agreement * len(samples) - 1e-9)
    counted = Counter(key for s in samples for key in {(p.span, p.label) for p in s.placed})
    sure = Counter(key for s in samples for key in {(p.span, p.label) for p in s.placed if p.sure})
    kept = [key for key, count in sure.items() if count >= needed]
    kept.sort(key=lambda key: (key[0].start, -key[0].end, key[1]))
    groups = _groups(kept, samples, needed)
    entities = tuple(
        Entity(f"E{n}", group[0][1], tuple(span for span, _ in group))
        for n, group in enumerate(groups, 1)
    )
    of_key = {key: f"E{n}" for n, group in enumerate(groups, 1) for key in group}
    related = _related(samples, of_key)
    relations = tuple(sorted(r for r, count in related.items() if count >= needed))
    stated = {(r.head, r.tail) for r in relations}
    pairs = sorted({(r.head, r.tail) for r, c in related.items() if c < needed} - stated)
    doubtful = tuple(
        (span, label, counted[span, label])
        for span, label in sorted(counted)
        if (span, label) not in of_key
    )
    silent = _silent(samples, needed)
    masked = [span for span, _, _ in doubtful]
    left = outside((*masked, *silent), [span for span, _ in kept])
    mask = Mask(tuple(s for s in left if document.mention_text(s).strip()), tuple(pairs))
    made = Document(document.id, document.text, entities, relations, mask=mask)
    votes = {e.id: [counted[s, e.label] for s in e.spans] for e in entities}
    said = {f"{r.head} | {r.label} | {r.tail}": related[r] for r in relations}
    return Vote(made, votes, said, doubtful, silent)


def _groups(
    kept: Sequence[tuple[Span, str]], samples: Sequence[Annotation], needed: int
) -> list[list[tuple[Span, str]]]:
    """Kept mentions by entity: two that enough samples give one id belong together."""
    together: Counter[tuple[tuple[Span, str], tuple[Span, str]]] = Counter()
    wanted = set(kept)
    for sample in samples:
        for cluster in sample.clusters().values():
            together.update(combinations(sorted(cluster & wanted), 2))
    group = {key: [key] for key in kept}
    for (one, other), count in together.items():
        if count >= needed and one[1] == other[1] and group[one] is not group[other]:
            joined = sorted({*group[one], *group[other]})
            for key in joined:
                group[key] = joined
    return list({id(g): g for g in (group[key] for key in kept)}.values())


def _related(
    samples: Sequence[Annotation], of_key: dict[tuple[Span, str], str]
) -> Counter[Relation]:
    """How many samples state each relation between kept entities."""
    found: Counter[Relation] = Counter()
    for sample in samples:
        names = {
            id: {of_key[key] for key in cluster if key in of_key}
            for id, cluster in sample.clusters().items()
        }
        said = {
            Relation(head, r.label, tail)
            for r in sample.relations
            for head in names.get(r.head, ())
            for tail in names.get(r.tail, ())
        }
        found.update(said)
    return found


def _silent(samples: Sequence[Annotation], needed: int) -> tuple[Span, ...]:
    """Stretches without enough readable answers for anything to be kept or left out."""
    bounds = sorted({at for s in samples for span in s.unread for at in (span.start, span.end)})
    found: list[Span] = []
    for piece in map(Span, bounds, bounds[1:]):
        read = sum(not any(span.contains(piece) for span in s.unread) for s in samples)
        if read >= needed:
            continue
        if found and found[-1].end == piece.start:
            piece = Span(found.pop().start, piece.end)
        found.append(piece)
    return tuple(found)
