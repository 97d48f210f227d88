"""A guide skeleton learnt from gold: every label, real examples, ends and axioms as observed, blanks for a person to fill."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bouture.corpus.document import Document, Entity, Mention, Relation, Span
from bouture.corpus.markup import to_markup
from bouture.corpus.rule_codes import is_pronoun, starts_with_determiner
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences
from bouture.errors import GuideError

_EXAMPLES = 3
"""Examples for each label."""
_LENGTH = (15, 220)
"""Characters of a sentence fit to be an example."""
_ENOUGH = 5
"""Relations of a label from which « at most one tail for a head » is worth stating."""

_WORDS = {
    "fr": {
        "title": "Guide d’annotation",
        "intro": "Ébauche tirée du corpus annoté (documents : {documents}). Remplacez chaque « À COMPLÉTER », relisez chaque exemple, puis lancez `bouture guide check`.",
        "general": "Règles générales",
        "nesting": "Imbrication",
        "determiner": "La mention exclut le déterminant (observé sur {count} mentions).",
        "pronoun": "Un pronom n’est jamais une mention (observé sur {count} mentions).",
        "boundary": "À COMPLÉTER : où commence et où finit une mention.",
        "entities": "Entités",
        "definition": "Définition",
        "define": "À COMPLÉTER : ce que désigne {label}.",
        "include": "À COMPLÉTER : ce qui est annoté {label}.",
        "exclude": "À COMPLÉTER : ce qui n’est pas annoté {label}, avec un contre-exemple.",
        "example": "Exemple :",
        "ends": "Extrémités",
        "direction": "Direction",
        "direct": "À COMPLÉTER : ce qu’est la tête, ce qu’est la queue.",
        "axioms": "Axiomes",
        "when": "À COMPLÉTER : ce qui, dans le texte, appelle {label}.",
        "counts": "mentions : {count}, dans {documents} document(s) ; les plus fréquentes : {frequent}",
        "relation_counts": "relations : {count}, dans {documents} document(s) ; extrémités et axiomes observés, à confirmer",
        "irreflexive": "irréflexive",
        "reflexive": "réflexive",
        "asymmetric": "asymétrique",
        "symmetric": "symétrique",
        "functional": "fonctionnelle",
    },
    "en": {
        "title": "Annotation guide",
        "intro": "Draft learnt from {documents} documents. Replace every « TO COMPLETE », read every example again, then run `bouture guide check`.",
        "general": "General rules",
        "nesting": "Nesting",
        "determiner": "A mention leaves out the determiner (observed on {count} mentions).",
        "pronoun": "A pronoun is never a mention (observed on {count} mentions).",
        "boundary": "TO COMPLETE: where a mention starts and ends.",
        "entities": "Entities",
        "definition": "Definition",
        "define": "TO COMPLETE: what {label} stands for.",
        "include": "TO COMPLETE: what is annotated {label}.",
        "exclude": "TO COMPLETE: what is not annotated {label}, with a counter-example.",
        "example": "Example:",
        "ends": "Ends",
        "direction": "Direction",
        "direct": "TO COMPLETE: what the head is, what the tail is.",
        "axioms": "Axioms",
        "when": "TO COMPLETE: what in the text calls for {label}.",
        "counts": "{count} mentions in {documents} documents; most frequent: {frequent}",
        "relation_counts": "{count} relations in {documents} documents; ends and axioms as observed, to be confirmed",
        "irreflexive": "irreflexive",
        "reflexive": "reflexive",
        "asymmetric": "asymmetric",
        "symmetric": "symmetric",
        "functional": "functional",
    },
}


def draft_guide(documents: Sequence[Document], language: str = "fr") -> str:
    """The Markdown of a guide that says what gold shows; it parses, and gold agrees with it.

    Args:
        documents: gold; without any, the skeleton has one label to rename.
        language: of the guide, `fr` or `en`; blanks are marked À COMPLÉTER or TO COMPLETE.

    Raises:
        GuideError: another language, or a label that a guide cannot write (it holds ; , → ⊃ > * `).
    """
    if language not in _WORDS:
        raise GuideError(f"no guide in {language!r}", hint="languages: fr, en")
    return "\n".join(_Draft(documents, language).lines()) + "\n"


class _Sentence(NamedTuple):
    """One sentence of gold with its complete annotation."""

    document: Document
    source: str


class _Draft:
    """Writes the sections of one guide."""

    def __init__(self, documents: Sequence[Document], language: str) -> None:
        self._documents = documents
        self._language = language
        self._words = _WORDS[language]
        self._schema = Schema.learn(documents)
        for label in (*self._schema.entities, *self._schema.relations):
            _written(label)
        self._sentences = sorted(
            (s for d in documents for s in _sentences(d)),
            key=lambda s: (len(s.document.text), s.source),
        )
        self._prefixes: set[str] = {"GEN"}

    def lines(self) -> Iterator[str]:
        yield from ("---", f"title: {self._words['title']}", f"language: {self._language}")
        yield from ('version: "0.1"', "---", "", f"# {self._words['title']}", "")
        yield from (self._say("intro", documents=len(self._documents)), "")
        yield from self._general()
        yield f"## {self._words['entities']}"
        for label in self._schema.entities or ("LABEL",):
            yield from ("", *self._entity(label))
        if self._schema.relations:
            yield from ("", "## Relations")
        for label in self._schema.relations:
            yield from ("", *self._relation(label))

    def _general(self) -> Iterator[str]:
        yield f"## {self._words['general']}"
        nesting = sorted(self._schema.nesting)
        if nesting:
            pairs = " ; ".join(f"{_written(outer)} ⊃ {_written(inner)}" for outer, inner in nesting)
            yield f"**{self._words['nesting']}.** {pairs}"
        yield ""
        surfaces = [m.text for d in self._documents for m in d.mentions()]
        rules = [self._words["boundary"]]
        if surfaces and not any(starts_with_determiner(s, self._language) for s in surfaces):
            rules.append(f"{self._say('determiner', count=len(surfaces))} `code: no_determiner`")
        if surfaces and not any(is_pronoun(s, self._language) for s in surfaces):
            rules.append(f"{self._say('pronoun', count=len(surfaces))} `code: no_pronoun`")
        for number, rule in enumerate(rules, 1):
            yield f"- [GEN-B{number}] {rule}"
        yield ""

    def _entity(self, label: str) -> Iterator[str]:
        yield f"### {_written(label)}"
        mentions = [m for d in self._documents for m in d.mentions() if m.label == label]
        holding = sum(any(e.label == label for e in d.entities) for d in self._documents)
        counted = Counter(" ".join(m.text.split()) for m in mentions)
        common = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:8]
        frequent = ", ".join(f"{surface} ({count})" for surface, count in common) or "–"
        counts = self._say("counts", count=len(mentions), documents=holding, frequent=frequent)
        yield f"<!-- {_comment(counts)} -->"
        yield f"**{self._words['definition']}.** {self._say('define', label=label)}"
        yield ""
        prefix = self._prefix(label)
        yield f"- [{prefix}-I1] {self._say('include', label=label)}"
        taken: set[str] = set()
        for sentence in self._sentences:
            surfaces = {m.text for m in sentence.document.mentions() if m.label == label}
            if surfaces - taken and len(taken) < _EXAMPLES:
                taken |= surfaces
                yield from self._example(sentence.document)
        yield f"- [{prefix}-E1] {self._say('exclude', label=label)}"

    def _relation(self, label: str) -> Iterator[str]:
        yield f"### {_written(label)}"
        found = [r for d in self._documents for r in d.relations if r.label == label]
        holding = sum(any(r.label == label for r in d.relations) for d in self._documents)
        counts = self._say("relation_counts", count=len(found), documents=holding)
        yield f"<!-- {_comment(counts)} -->"
        ends = sorted(self._schema.relations[label].ends)
        pairs = " ; ".join(f"{_written(head)} → {_written(tail)}" for head, tail in ends)
        yield f"**{self._words['definition']}.** {self._say('define', label=label)}"
        yield f"**{self._words['ends']}.** {pairs}"
        yield f"**{self._words['direction']}.** {self._words['direct']}"
        axioms = self._axioms(label)
        if axioms:
            yield f"**{self._words['axioms']}.** {' ; '.join(axioms)}"
        yield ""
        yield f"- [{self._prefix(label)}-I1] {self._say('when', label=label)}"
        fit = (s for s in self._sentences if any(r.label == label for r in s.document.relations))
        for _, sentence in zip(range(_EXAMPLES), fit, strict=False):
            yield from self._example(sentence.document)

    def _axioms(self, label: str) -> list[str]:
        """The axioms that hold of every relation with this label in gold."""
        pairs = {
            (n, r.head, r.tail)
            for n, d in enumerate(self._documents)
            for r in d.relations
            if r.label == label
        }
        back = {(n, tail, head) for n, head, tail in pairs}
        loops = {pair for pair in pairs if pair[1] == pair[2]}
        found: list[str] = []
        if loops == pairs:
            found.append(self._words["reflexive"])
        elif back == pairs:
            found.append(self._words["symmetric"])
        if not loops:
            found.append(self._words["irreflexive"])
            if not back & pairs:
                found.append(self._words["asymmetric"])
        heads = {(n, head) for n, head, _ in pairs}
        if len(pairs) >= _ENOUGH and len(heads) == len(pairs):
            found.append(self._words["functional"])
        return found

    def _example(self, document: Document) -> Iterator[str]:
        text, *relations = to_markup(document).split("\n")
        yield f"  - {self._words['example']} {text}"
        yield from (f"    {line}" for line in relations if line)

    def _prefix(self, label: str) -> str:
        """Three letters of the label or more, different for each."""
        letters = re.sub(r"[^A-Z0-9]", "", label.upper()) or "X"
        number = 1
        prefix = letters[:3]
        while prefix in self._prefixes:
            number += 1
            longer = letters[: 2 + number]
            prefix = longer if len(longer) == 2 + number else f"{letters[:3]}{number}"
        self._prefixes.add(prefix)
        return prefix

    def _say(self, name: str, **values: object) -> str:
        return self._words[name].format(**values)


def _written(label: str) -> str:
    """A label as a guide writes it: between back quotes when it holds a space.

    Raises:
        GuideError: it holds a sign of the notation.
    """
    if re.search(r"[;,→⊃>*`\n]|->|⟶", label) or label != label.strip(" .:") or not label:
        raise GuideError(
            f"label {label!r} cannot be written in a guide",
            hint="rename it in the corpus without ; , → ⊃ > * ` and final punctuation",
        )
    return f"`{label}`" if " " in label or label.startswith("#") else label


def _sentences(document: Document) -> Iterator[_Sentence]:
    """The sentences of a document that are fit to be examples: short, on one line, no mention cut."""
    cuts = sentences(document.text)
    starts = [sentence.start for sentence in cuts]
    touching: list[list[Mention]] = [[] for _ in cuts]
    for mention in document.mentions():
        first = max(0, bisect_right(starts, mention.start) - 1)
        for number in range(first, bisect_left(starts, mention.end)):
            if mention.span.overlaps(cuts[number]):
                touching[number].append(mention)
    of_head: dict[str, list[Relation]] = {}
    for relation in document.relations:
        of_head.setdefault(relation.head, []).append(relation)
    for sentence, mentions in zip(cuts, touching, strict=True):
        text = document.mention_text(sentence)
        if not _LENGTH[0] <= len(text) <= _LENGTH[1] or re.search(r"[\n\r]", text):
            continue
        whole = all(sentence.contains(mention.span) for mention in mentions)
        crossing = any(a.span.crosses(b.span) for a in mentions for b in mentions)
        if mentions and whole and not crossing:
            yield _Sentence(_part(text, sentence.start, mentions, of_head), document.id)


def _part(
    text: str, start: int, mentions: Sequence[Mention], of_head: Mapping[str, Sequence[Relation]]
) -> Document:
    """One sentence as a document of its own, its entities numbered in reading order."""
    labels = {mention.entity: mention.label for mention in mentions}
    ids = {old: f"E{number}" for number, old in enumerate(labels, 1)}
    spans: dict[str, list[Span]] = {}
    for mention in mentions:
        moved = Span(mention.start - start, mention.end - start)
        spans.setdefault(mention.entity, []).append(moved)
    entities = tuple(Entity(ids[old], labels[old], tuple(found)) for old, found in spans.items())
    relations = tuple(
        Relation(ids[r.head], r.label, ids[r.tail])
        for old in ids
        for r in of_head.get(old, ())
        if r.tail in ids
    )
    return Document("example", text, entities, relations)


def _comment(text: str) -> str:
    return text.replace("--", "—").replace(">", "›")
