"""Which mentions of a document a judge is asked about: those that something already speaks against, new surfaces, or all."""

from collections.abc import Iterable
from typing import Literal

from bouture.corpus.document import Document, Mention
from bouture.corpus.issue import Severity
from bouture.strategies.followers.usage import Usage

Asked = Literal["doubtful", "new", "all"]


def asked_of(document: Document, asked: Asked, usage: Usage) -> dict[str, list[Mention]]:
    """The mentions to ask about, by label.

    `doubtful`: not all samples of an annotation agreed on it, an issue for review lies on it, or gold
    annotates its surface otherwise, or more often not at all. `new`: these, and surfaces that gold
    does not have under the label. `all`: every mention. (ProgGen chooses by log-probabilities, which
    a document does not carry.)
    """
    unanimous = _unanimous(document)
    reviewed = set(_reviewed(document))
    found: dict[str, list[Mention]] = {}
    for mention in document.mentions():
        labels = usage.labels(mention.text)
        own = labels[mention.label]
        doubtful = (
            (mention.entity, mention.start) in reviewed
            or unanimous.get((mention.entity, mention.start)) is False
            or any(count >= own for label, count in labels.items() if label != mention.label)
            or usage.plain(mention.text) > labels.total()
        )
        if asked == "all" or doubtful or (asked == "new" and not own):
            found.setdefault(mention.label, []).append(mention)
    return found


def _unanimous(document: Document) -> dict[tuple[str, int], bool]:
    """By (entity, start): whether all samples had the mention; of documents that were voted on."""
    parameters = document.origin.parameters if document.origin else {}
    votes, samples = parameters.get("votes"), parameters.get("samples")
    if not isinstance(votes, dict) or not isinstance(samples, int):
        return {}
    return {
        (entity.id, span.start): counts[i] >= samples
        for entity in document.entities
        if isinstance(counts := votes.get(entity.id), list) and len(counts) == len(entity.spans)
        for i, span in enumerate(entity.spans)
    }


def _reviewed(document: Document) -> Iterable[tuple[str, int]]:
    """By (entity, start): mentions on which an issue for review lies."""
    for issue in document.origin.issues if document.origin else ():
        if issue.severity is not Severity.REVIEW:
            continue
        place = issue.place
        for mention in document.mentions():
            within = place.start is not None and place.start < mention.end
            if (within and mention.start < (place.end or 0)) or (
                place.start is None and place.entity == mention.entity
            ):
                yield mention.entity, mention.start
