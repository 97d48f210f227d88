"""What can be done to a relation of a sentence by a small edit, and how the sentence shows that it was done."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from bouture.corpus.document import Document, Mention, Relation
from bouture.corpus.fidelity import CUES
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import folded_tokens
from bouture.strategies.function_words import function_words
from bouture.strategies.gold_sentence import sentences_of

Kind = Literal["direction", "polarity", "modality"]
Modality = Literal["keep", "drop"]

(_, _, NEGATION), (_, _, HYPOTHESIS) = CUES
REPORTED = re.compile(
    r"\b(?:affirm\w+|assur\w+|préten\w+|revendiqu\w+|(?:dit|disent|déclar\w+|annonc\w+) (?:avoir|être|que|qu[’'])"
    r"|selon|d[’']après|dit-on|paraît-il|semble(?:nt)?(?:-t-il)?|apparemment"
    r"|claim\w*|alleg\w+|according to|reportedly|apparently|seem(?:s|ingly)|(?:is|are) said to|says? (?:it|he|she|they|that))\b",
    re.IGNORECASE,
)
"""Words that attribute a fact to someone or to nobody, in French and English; beside the hypotheses of `fidelity.CUES`."""
_DENIAL = re.compile(rf"{NEGATION.pattern}|\b(?:no|none|neither|cannot)\b|n[’']t\b", re.IGNORECASE)
"""What denies: the negations of `fidelity.CUES` and the English ones that these do without."""
_NO_DENIAL = re.compile(
    r"\b(?:sans|without|nul doute|aucun(?:e)? (?:doute|surprise|hésitation)|no doubt|n[’'](?:hésit|arrêt)\w+ pas"
    r"|pas (?:seulement|uniquement|que|moins|manqué|hésité|tardé|cessé|fini|arrêté|raté)"
    r"|not (?:only|just|merely|hesitate|hesitated|stopped|ceased|failed)|never (?:stopped|ceased|failed))\b",
    re.IGNORECASE,
)
"""Negations that leave what the verb says standing: « sans sommation », « n’a pas seulement attaqué », « n’a pas hésité à »."""
_BREAKS = ",;:—–«»()\n"
"""What ends a clause, near enough."""
_COMPLEMENT = frozenset({"de", "du", "des", "le", "la", "les", "of", "the"})
_OBJECT = frozenset({"que", "qu'", "whom", "that", "which"})
"""What lets an object stand before its subject."""
_AGENT = frozenset({"par", "by"})
_EMPTY = function_words("fr") | function_words("en")


class Asked(NamedTuple):
    """What may be done to relations."""

    kinds: Sequence[Kind]
    modality: Modality = "keep"
    kept: Mapping[Kind, Sequence[str]] = {}
    """Relations to which a kind is never done."""


class Flip(NamedTuple):
    """One relation of one sentence, and what is to become of it."""

    sentence: Document
    relation: Relation
    kind: Kind
    modality: Modality = "keep"

    def expected(self) -> Document:
        """The sentence with the relations that its twin is to have (the text is still the old one)."""
        kept = [r for r in self.sentence.relations if r != self.relation]
        if self.kind == "direction":
            back = Relation(self.relation.tail, self.relation.label, self.relation.head)
            kept.insert(self.sentence.relations.index(self.relation), back)
        elif self.kind == "modality" and self.modality == "keep":
            kept = list(self.sentence.relations)
        return msgspec.structs.replace(self.sentence, relations=tuple(kept))

    def shaken(self) -> tuple[Relation, ...]:
        """Other relations that the denied or supposed verb may have stated too, of which the twin no longer says.

        « L’armée n’a pas attaqué la brigade à Soumy » leaves open whether the brigade is there. They share
        an end with the relation; what nesting, an apposition or a noun complement says stays true.
        """
        if self.expected().relations == self.sentence.relations or self.kind == "direction":
            return ()
        ends = {self.relation.head, self.relation.tail}
        return tuple(
            other
            for other in self.expected().relations
            if not ends.isdisjoint((other.head, other.tail)) and not _by_nouns(self.sentence, other)
        )

    def sign(self, made: Document) -> bool:
        """Whether the words of the twin show what was asked.

        A denial needs a negation that denies (not « sans », not « pas seulement »), a modality a
        hypothesis, in the clauses from one entity to the other (an attribution will do anywhere, and
        nothing may be denied). A reversal needs the two entities to have changed places, or an agent
        introduced by « par » (by), not both; no « que » come or gone between them (« la brigade que l’armée
        a attaquée » reverses nothing); and no negation or hypothesis.
        """
        clauses = _clauses(made, self.relation)
        if self.kind == "polarity":
            return _DENIAL.search(_NO_DENIAL.sub(" ", clauses)) is not None
        if self.kind == "modality":
            supposed = HYPOTHESIS.search(clauses) is not None
            reported = self.modality == "keep" and REPORTED.search(made.text) is not None
            return NEGATION.search(made.text) is None and (supposed or reported)
        cued = any(cue.search(made.text) for cue in (NEGATION, HYPOTHESIS))
        moved = _head_first(self.sentence, self.relation) != _head_first(made, self.relation)
        voice = _agents(self.sentence) != _agents(made)
        fronted = _objects(self.sentence, self.relation) != _objects(made, self.relation)
        return not cued and not fronted and moved != voice


def flips(document: Document, schema: Schema, asked: Asked) -> Iterator[Flip]:
    """Every flip of a relation stated within one sentence of the document.

    The sentence must be affirmative (no negation or hypothesis in it and, for a modality, no
    attribution), and words that mean something stand between the two mentions: what an apposition or a
    complement states (« l’attaque de l’aérodrome ») no verb denies. Left out are relations of an entity
    with itself, those that nesting states, and pairs that more than one relation ties. A denial or a
    modality also needs that neither end has the same relation with another entity in the sentence, whose
    verb would be denied with it. A reversal needs a relation that the schema allows that way, neither
    symmetric nor transitive (« Kharkiv est en Ukraine » has no contrary), and that the options do not keep.
    """
    for sentence in sentences_of(document):
        if any(cue.search(sentence.text) for cue in (NEGATION, HYPOTHESIS)):
            continue
        reported = REPORTED.search(sentence.text) is not None
        for relation in sentence.relations:
            if _tied_once(sentence, relation) and _told(sentence, relation):
                for kind in asked.kinds:
                    kept = relation.label in asked.kept.get(kind, ())
                    said_already = kind == "modality" and reported
                    if not (kept or said_already) and _possible(sentence, relation, schema, kind):
                        yield Flip(sentence, relation, kind, asked.modality)


def _possible(sentence: Document, relation: Relation, schema: Schema, kind: Kind) -> bool:
    if kind == "direction":
        labels = sentence.labels()
        known = schema.relations.get(relation.label)
        one_each = all(len(sentence.entity(e).spans) == 1 for e in (relation.head, relation.tail))
        return (
            known is not None
            and not known.symmetric
            and not known.transitive
            and one_each
            and schema.allows(labels[relation.tail], relation.label, labels[relation.head])
        )
    ends = {relation.head, relation.tail}
    return all(
        other == relation
        or other.label != relation.label
        or ends.isdisjoint((other.head, other.tail))
        for other in sentence.relations
    )


def _tied_once(sentence: Document, relation: Relation) -> bool:
    ends = {relation.head, relation.tail}
    return len(ends) == 2 and sum({r.head, r.tail} == ends for r in sentence.relations) == 1


def _told(sentence: Document, relation: Relation) -> bool:
    """Whether the two mentions stand apart, with a word between them that is no function word."""
    return not _nested(sentence, relation) and all(
        any(len(word) > 2 and word.isalpha() and word not in _EMPTY for word in gap)
        for gap in _gaps(sentence, relation)
    )


def _by_nouns(sentence: Document, relation: Relation) -> bool:
    """Whether nouns state it without a verb: one mention in the other, side by side, or its complement with « de »."""
    return _nested(sentence, relation) or any(
        all(word in _COMPLEMENT or not word.isalpha() for word in gap)
        for gap in _gaps(sentence, relation)
    )


def _nested(sentence: Document, relation: Relation) -> bool:
    head, tail = sentence.entity(relation.head), sentence.entity(relation.tail)
    return any(a.overlaps(b) for a in head.spans for b in tail.spans)


def _gaps(sentence: Document, relation: Relation) -> Iterator[tuple[str, ...]]:
    """The words between each mention of the head and each of the tail, folded."""
    head, tail = sentence.entity(relation.head), sentence.entity(relation.tail)
    for a in head.spans:
        for b in tail.spans:
            yield folded_tokens(sentence.text[min(a.end, b.end) : max(a.start, b.start)])


def _clauses(document: Document, relation: Relation) -> str:
    """What stands from one entity of a relation to the other, as far out as the next comma or the like."""
    ends = (relation.head, relation.tail)
    here = [mention for mention in document.mentions() if mention.entity in ends]
    start, end = min(m.start for m in here), max(m.end for m in here)
    before = max(document.text.rfind(mark, 0, start) for mark in _BREAKS)
    after = [at for mark in _BREAKS if (at := document.text.find(mark, end)) >= 0]
    return document.text[before + 1 : min(after, default=len(document.text))]


def _head_first(document: Document, relation: Relation) -> bool:
    places = {mention.entity: mention.start for mention in reversed(document.mentions())}
    return places[relation.head] < places[relation.tail]


def _objects(document: Document, relation: Relation) -> int:
    """How many « que » stand between the first mentions of the two."""
    head, tail = (first_mention(document, end) for end in (relation.head, relation.tail))
    between = document.text[min(head.end, tail.end) : max(head.start, tail.start)]
    return sum(word in _OBJECT for word in folded_tokens(between))


def _agents(document: Document) -> int:
    return sum(word in _AGENT for word in folded_tokens(document.text))


def first_mention(document: Document, entity: str) -> Mention:
    """The first mention of an entity in reading order."""
    return next(mention for mention in document.mentions() if mention.entity == entity)
