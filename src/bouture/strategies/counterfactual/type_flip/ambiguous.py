"""Surfaces that can bear two labels, in gold or as the options say, and where gold stands them under each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bouture.corpus.document import Document, Entity, Mention
from bouture.corpus.normalise import fold
from bouture.corpus.rule_codes import is_pronoun
from bouture.corpus.tokens import folded_tokens
from bouture.strategies.gold_sentence import sentences_of

FIRM = 3.0
"""Mentions of the new label that gold should have after a word, were it used as before the old one, from which
their absence says that the word is not used so."""
ROTATION = 8
"""Examples to choose from below which those of other surfaces join in."""


class Flip(NamedTuple):
    """One thing that could be done to a sentence."""

    sentence: Document
    mention: Mention
    label: str
    """The label that the mention is to have."""


class Shown(NamedTuple):
    """A sentence of gold that shows a surface with the new label."""

    sentence: Document
    mention: Mention

    @property
    def surface(self) -> str:
        """Its words."""
        return self.mention.text

    def alone(self, id: str) -> Document:
        """The sentence with no tag but that of the mention, whose entity is called `id`, and without relations."""
        entity = Entity(id, self.mention.label, (self.mention.span,))
        return Document(self.sentence.id, self.sentence.text, (entity,))


class Ambiguous:
    """The labels of each surface, sentences of gold that show it with one, and the words before mentions of a label.

    Args:
        gold: training documents.
        stated: labels of surfaces beyond what gold has, e.g. {"Moscou": ["LIEU", "ORGANISATION"]}.
        language: of the pronouns, which are no surfaces; `fr` or `en`.
    """

    def __init__(
        self,
        gold: Sequence[Document],
        stated: Mapping[str, Sequence[str]],
        language: str = "fr",
    ) -> None:
        self._language = language
        self._labels: dict[str, dict[str, None]] = {}
        for surface, labels in stated.items():
            self._labels.setdefault(fold(surface), {}).update(dict.fromkeys(labels))
        self._shown: dict[tuple[str, str], list[Shown]] = {}
        self._before: Counter[tuple[str, str]] = Counter()
        self._total: Counter[str] = Counter()
        for document in gold:
            for mention in alone(document):
                if self._fit(mention.text):
                    self._labels.setdefault(fold(mention.text), {})[mention.label] = None
                self._total[mention.label] += 1
                self._before[_word_before(document, mention), mention.label] += 1
            for sentence in sentences_of(document):
                for mention in alone(sentence):
                    key = (fold(mention.text), mention.label)
                    self._shown.setdefault(key, []).append(Shown(sentence, mention))

    def flips(self, document: Document) -> list[Flip]:
        """Every mention of the document that could bear another label, sentence by sentence.

        It must be the only mention of its entity in the sentence, its words stand there once, and no
        other mention hold, share or stand in it.
        """
        found = []
        for sentence in sentences_of(document):
            for mention in alone(sentence):
                known = self._labels.get(fold(mention.text), {})
                others = [label for label in known if label != mention.label]
                if others and once(sentence, mention):
                    found += [Flip(sentence, mention, label) for label in others]
        return found

    def shown(self, flip: Flip) -> list[Shown]:
        """Sentences of other gold documents in which the surface has the new label.

        When they are fewer than eight, also those in which other surfaces known under both labels have
        it: the same few examples in every prompt would make every twin alike (science A.6).
        """
        own, old = fold(flip.mention.text), flip.mention.label
        found = self._with(own, flip)
        if len(found) < ROTATION:
            for surface, labels in self._labels.items():
                if surface != own and old in labels and flip.label in labels:
                    found += self._with(surface, flip)
        return found

    def _with(self, surface: str, flip: Flip) -> list[Shown]:
        known = self._shown.get((surface, flip.label), [])
        return [shown for shown in known if shown.sentence.id != flip.sentence.id]

    def speaks_against(self, made: Document, mention: Mention, old: str) -> str:
        """The word before a mention when gold has it before mentions of the old label only (« à »); else empty.

        Only where it would be there at least three times if the new label took it as often as the old one.
        """
        word = _word_before(made, mention)
        share = self._before[word, old] / max(1, self._total[old])
        firm = share * self._total[mention.label] >= FIRM and not self._before[word, mention.label]
        return word if firm else ""

    def _fit(self, surface: str) -> bool:
        return any(map(str.isalpha, surface)) and not is_pronoun(surface, self._language)


def once(sentence: Document, mention: Mention) -> bool:
    """Whether nothing but the mention has its words or its entity, and there are words around it."""
    if len(sentence.entity(mention.entity).spans) > 1 or sentence.text.strip() == mention.text:
        return False
    words, own = folded_tokens(sentence.text), folded_tokens(mention.text)
    return sum(words[i : i + len(own)] == own for i in range(len(words))) == 1


def alone(document: Document) -> list[Mention]:
    """The mentions that neither hold, nor share, nor stand in another."""
    mentions = document.mentions()
    found = []
    reach = 0
    for number, mention in enumerate(mentions):
        following = mentions[number + 1].start if number + 1 < len(mentions) else mention.end
        if mention.start >= reach and following >= mention.end:
            found.append(mention)
        reach = max(reach, mention.end)
    return found


def _word_before(document: Document, mention: Mention) -> str:
    words = folded_tokens(document.text[max(0, mention.start - 40) : mention.start])
    return words[-1] if words else ""
