"""Words that state a relation: those the options give, and those that in gold stand between related mentions and hardly elsewhere."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bouture.corpus.document import Document, Mention
from bouture.corpus.normalise import fold
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences, tokenize
from bouture.strategies.function_words import function_words

SEEN, SURE, LIFT = 3, 0.8, 2.0
"""Documents in which a word must stand between related mentions; share of the related among all pairs that the
relation could tie and that have the word between them; how many times that of all such pairs it must be."""
SHORT = 3
"""Letters of the shortest trigger."""


class Triggers:
    """Tells the words of a stretch that speak of a relation.

    Args:
        gold: training documents.
        schema: which labels a relation could tie.
        stated: words by relation; `*` at the end stands for any ending.
        language: of the function words, which trigger nothing; `fr` or `en`.
    """

    def __init__(
        self,
        gold: Sequence[Document],
        schema: Schema,
        stated: Mapping[str, Sequence[str]],
        language: str = "fr",
    ) -> None:
        self._stop = function_words(language)
        self._stated = {name: [fold(word) for word in words] for name, words in stated.items()}
        self._learnt = self._learn(gold, schema)

    def _learn(self, gold: Sequence[Document], schema: Schema) -> dict[str, frozenset[str]]:
        """For each relation the words between its mentions that other pairs hardly have. The empty word counts all pairs."""
        tied: Counter[tuple[str, str]] = Counter()
        compatible: Counter[tuple[str, str]] = Counter()
        documents: Counter[tuple[str, str]] = Counter()
        for document in gold:
            own: set[tuple[str, str]] = set()
            related = {(*_ends(r.head, r.tail), r.label) for r in document.relations}
            for one, other in _pairs(document):
                words = {"", *self._between(document, one, other)}
                for label in possible(schema, one.label, other.label):
                    keys = {(label, word) for word in words}
                    compatible.update(keys)
                    if (*_ends(one.entity, other.entity), label) in related:
                        tied.update(keys)
                        own |= keys
            documents.update(own)
        found: dict[str, set[str]] = {}
        for key, times in documents.items():
            label, word = key
            share, base = tied[key] / compatible[key], tied[label, ""] / compatible[label, ""]
            if word and times >= SEEN and share >= max(SURE, LIFT * base):
                found.setdefault(label, set()).add(word)
        return {label: frozenset(words) for label, words in found.items()}

    def learnt(self, relation: str) -> frozenset[str]:
        """The words that gold taught."""
        return self._learnt.get(relation, frozenset())

    def said(self, document: Document, relation: str) -> list[str]:
        """The stated triggers of a relation anywhere in the text, and the learnt ones between mentions of E1 and E2."""
        found = dict.fromkeys(
            word
            for word in map(fold, _words(document.text))
            if any(_is(word, one) for one in self._stated.get(relation, ()))
        )
        for one, other in _pairs(document):
            if {one.entity, other.entity} == {"E1", "E2"}:
                words = self._between(document, one, other)
                found |= dict.fromkeys(sorted(words & self.learnt(relation)))
        return list(found)

    def _between(self, document: Document, one: Mention, other: Mention) -> frozenset[str]:
        words = map(fold, _words(document.text[one.end : other.start]))
        return frozenset(
            w for w in words if len(w) >= SHORT and w.isalpha() and w not in self._stop
        )


def _pairs(document: Document) -> Iterator[tuple[Mention, Mention]]:
    """Mentions of two entities within one sentence, the first ending before the second begins."""
    mentions = document.mentions()
    for sentence in sentences(document.text):
        here = [m for m in mentions if sentence.contains(m.span)]
        for number, one in enumerate(here):
            for other in here[number + 1 :]:
                if one.end <= other.start and one.entity != other.entity:
                    yield one, other


def _ends(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def possible(schema: Schema, one: str, other: str) -> list[str]:
    """The relations that could tie two labels, either way round."""
    return [
        label
        for label, type in schema.relations.items()
        if not type.reflexive and ((one, other) in type.ends or (other, one) in type.ends)
    ]


def _words(text: str) -> Iterator[str]:
    for token in tokenize(text):
        yield text[token.start : token.end]


def _is(word: str, trigger: str) -> bool:
    if trigger.endswith("*") and len(trigger) > 1:
        return word.startswith(trigger[:-1])
    return word == trigger
