"""A guide against itself and against gold: what contradicts, what is missing, what is never used (codes G20-G39).

`broken_rules`, `broken_relations` and `undeclared_nesting` also serve to judge new documents by the guide.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bouture.corpus.document import Document, Mention
from bouture.corpus.guide import Example, Guide, Rule, RuleKind
from bouture.corpus.guide_violations import broken_relations, broken_rules, undeclared_nesting
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.corpus.rule_codes import breaks
from bouture.corpus.schema import RelationType

__all__ = ["broken_relations", "broken_rules", "check_guide", "undeclared_nesting"]

_LISTED = 5
"""Documents named as evidence of one finding."""

W_NO_EXAMPLE = Wording("rule {rule} has no example", "la règle {rule} n’a pas d’exemple")
W_AXIOMS = Wording("relation {label}: {what}", "relation {label} : {what}")
W_EXAMPLE = Wording("example of rule {rule}: {what}", "exemple de la règle {rule} : {what}")
W_EXAMPLE_BREAKS = Wording(
    "example of rule {rule}: “{mention}” ({label}) breaks rule {broken}",
    "exemple de la règle {rule} : « {mention} » ({label}) enfreint la règle {broken}",
)
W_COUNTER = Wording(
    "counter-example of rule {rule}: the code {check} does not catch it",
    "contre-exemple de la règle {rule} : le code {check} ne le détecte pas",
)
W_UNKNOWN = Wording(
    "label {label} is annotated {count} time(s) and not in the guide",
    "le type {label} est annoté {count} fois, mais absent du guide",
)
W_UNUSED = Wording(
    "label {label} of the guide is never annotated",
    "le type {label} du guide n’est jamais annoté",
)
W_FORBIDDEN = Wording(
    "“{mention}” ({label}) is annotated {count} time(s) as the counter-example of rule {rule} forbids",
    "« {mention} » ({label}) est annoté {count} fois, ce qu’interdit le contre-exemple de la règle {rule}",
)
W_OTHER_LABEL = Wording(
    "“{mention}” is {label} in the example of rule {rule}; gold says {others}",
    "« {mention} » est {label} dans l’exemple de la règle {rule} ; le corpus annoté dit {others}",
)
W_UNCOVERED = Wording(
    "{count} rule(s) whose examples are not met in gold: {rules}",
    "{count} règle(s) dont les exemples ne se rencontrent pas dans le corpus annoté : {rules}",
)


def check_guide(guide: Guide, documents: Sequence[Document]) -> list[Issue]:
    """What does not hold within the guide, and between the guide and gold; each issue with its evidence."""
    found = [*_itself(guide)]
    if documents:
        found += _labels(guide, documents)
        for document in documents:
            found += broken_relations(guide, document)
            found += undeclared_nesting(guide, document)
            found += broken_rules(guide, document)
        found += _examples_in_gold(guide, documents)
    return found


def _itself(guide: Guide) -> Iterator[Issue]:
    for _, rule in guide.all_rules():
        if not rule.examples:
            yield _review("G20", W_NO_EXAMPLE, _place(guide, rule.line), rule=rule.id)
        for example in rule.examples:
            place = _place(guide, example.line)
            if not example.wrong:
                yield from _positive_example(guide, rule, example)
            elif rule.codes and not _caught(guide, rule, example):
                said = ", ".join(code.name for code in rule.codes)
                evidence = {"rule": rule.id, "check": said}
                yield Issue.of("G24", Severity.NOTE, W_COUNTER, place, **evidence)
    for label, relation in guide.relations.items():
        for what in _contradictions(guide, relation.type):
            place = _place(guide, relation.line)
            yield _reject("G21", W_AXIOMS, place, label=label, what=what)


def _positive_example(guide: Guide, rule: Rule, example: Example) -> Iterator[Issue]:
    document, place = example.document, _place(guide, example.line)
    for issue in broken_relations(guide, document):
        evidence = {**issue.evidence, "rule": rule.id, "what": issue.message}
        yield Issue.of("G22", issue.severity, W_EXAMPLE, place, **evidence)
    for issue in undeclared_nesting(guide, document):
        evidence = {**issue.evidence, "rule": rule.id, "what": issue.message}
        yield _review("G25", W_EXAMPLE, place, **evidence)
    for issue in broken_rules(guide, document):
        evidence = {**issue.evidence, "rule": rule.id, "broken": issue.evidence["rule"]}
        yield _review("G23", W_EXAMPLE_BREAKS, place, **evidence)


def _caught(guide: Guide, rule: Rule, example: Example) -> bool:
    surfaces = [mention.text for mention in example.document.mentions()]
    return any(breaks(code, surface, guide.language) for code in rule.codes for surface in surfaces)


def _contradictions(guide: Guide, type: RelationType) -> Iterator[str]:
    if type.symmetric and type.asymmetric:
        yield "symmetric ≠ asymmetric"
    if type.reflexive and type.irreflexive:
        yield "reflexive ≠ irreflexive"
    if type.reflexive and type.asymmetric:
        yield "reflexive ≠ asymmetric"
    if type.reflexive and any(head != tail for head, tail in type.ends):
        yield "reflexive: head ≠ tail"
    if type.label in type.excludes:
        yield f"excludes {type.label}"
    if type.inverse:
        other = guide.relations[type.inverse].type
        if other.inverse not in ("", type.label):
            yield f"inverse of {type.inverse}, inverse of {other.inverse}"
        missing = sorted({(tail, head) for head, tail in type.ends} ^ other.ends)
        if missing:
            pairs = " ; ".join(f"{head} → {tail}" for head, tail in missing)
            yield f"inverse of {type.inverse} ({pairs})"


def _labels(guide: Guide, documents: Sequence[Document]) -> Iterator[Issue]:
    entities: Counter[str] = Counter()
    relations: Counter[str] = Counter()
    where: dict[str, list[str]] = {}
    for document in documents:
        used = [e.label for e in document.entities]
        held = [r.label for r in document.relations]
        entities.update(used)
        relations.update(held)
        for label in sorted({*used, *held}):
            where.setdefault(label, []).append(document.id)
    known_entities = {label: one.line for label, one in guide.entities.items()}
    known_relations = {label: one.line for label, one in guide.relations.items()}
    for counts, known in ((entities, known_entities), (relations, known_relations)):
        for label in sorted(set(counts) - set(known)):
            evidence = {"count": counts[label], "documents": where[label][:_LISTED]}
            place = Place(path=guide.path, document=where[label][0])
            yield _reject("G31", W_UNKNOWN, place, label=label, **evidence)
        for label, line in known.items():
            if label not in counts:
                yield _review("G32", W_UNUSED, _place(guide, line), label=label)


class _Surfaces:
    """Where each surface is annotated in gold, and with which labels."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.labels: dict[str, Counter[str]] = {}
        self.documents: dict[tuple[str, str], list[str]] = {}
        self.contexts: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.relations: set[tuple[str, str, str]] = set()
        for document in documents:
            labels = document.labels()
            self.relations.update(
                (labels[r.head], r.label, labels[r.tail]) for r in document.relations
            )
            for mention in document.mentions():
                surface = fold(mention.text)
                self.labels.setdefault(surface, Counter())[mention.label] += 1
                key = (surface, mention.label)
                self.documents.setdefault(key, []).append(document.id)
                self.contexts.setdefault(key, set()).add(_context(document, mention))


def _examples_in_gold(guide: Guide, documents: Sequence[Document]) -> Iterator[Issue]:
    gold = _Surfaces(documents)
    right = {
        (fold(mention.text), mention.label)
        for _, rule in guide.all_rules()
        for example in rule.examples
        if not example.wrong
        for mention in example.document.mentions()
    }
    uncovered: list[str] = []
    for label, rule in guide.all_rules():
        for example in rule.examples:
            of_rule = [
                mention
                for mention in example.document.mentions()
                if mention.label == label or label not in guide.entities
            ]
            place = _place(guide, example.line)
            if not example.wrong:
                yield from _other_labels(rule, of_rule, gold, place)
            elif rule.kind is not RuleKind.INCLUSION and label not in guide.relations:
                wrong = [m for m in of_rule if (fold(m.text), m.label) not in right]
                yield from _forbidden(rule, example.document, wrong, gold, place)
        if rule.examples and not _met(label, rule, guide, gold):
            uncovered.append(rule.id)
    if uncovered:
        evidence = {"count": len(uncovered), "rules": ", ".join(uncovered)}
        yield Issue.of("G39", Severity.NOTE, W_UNCOVERED, Place(path=guide.path), **evidence)


def _other_labels(
    rule: Rule, mentions: Sequence[Mention], gold: _Surfaces, place: Place
) -> Iterator[Issue]:
    """A surface that gold never gives the label of the example is to review, one it also gives a note."""
    for surface, mention in {fold(m.text): m for m in mentions}.items():
        labels = gold.labels.get(surface, Counter())
        others = {label: labels[label] for label in sorted(labels) if label != mention.label}
        if others:
            severity = Severity.NOTE if mention.label in labels else Severity.REVIEW
            said = ", ".join(f"{label} ({count})" for label, count in others.items())
            documents = [d for label in others for d in gold.documents[surface, label]]
            evidence = {"mention": mention.text, "label": mention.label, "others": said}
            yield Issue.of(
                "G38", severity, W_OTHER_LABEL, place, rule=rule.id, documents=documents[:_LISTED], **evidence
            )  # fmt: skip


def _forbidden(
    rule: Rule, document: Document, mentions: Sequence[Mention], gold: _Surfaces, place: Place
) -> Iterator[Issue]:
    """To review when gold has the same words around it too; else a note, for rules depend on the context."""
    for mention in mentions:
        key = (fold(mention.text), mention.label)
        documents = gold.documents.get(key, [])
        if documents:
            exactly = _context(document, mention) in gold.contexts[key]
            severity = Severity.REVIEW if exactly else Severity.NOTE
            evidence = {"mention": mention.text, "label": mention.label, "count": len(documents)}
            yield Issue.of(
                "G37", severity, W_FORBIDDEN, place, rule=rule.id, documents=documents[:_LISTED], **evidence
            )  # fmt: skip


def _context(document: Document, mention: Mention) -> tuple[str, str]:
    """The word before and the word after a mention, folded."""
    before = re.findall(r"\w+", document.text[max(0, mention.start - 40) : mention.start])
    after = re.findall(r"\w+", document.text[mention.end : mention.end + 40])
    return fold(before[-1]) if before else "", fold(after[0]) if after else ""


def _met(label: str, rule: Rule, guide: Guide, gold: _Surfaces) -> bool:
    """Whether gold holds a mention, or for a relation a triple of labels, of the rule's examples."""
    for example in rule.examples:
        labels = example.document.labels()
        if label in guide.relations:
            triples = {
                (labels[r.head], r.label, labels[r.tail]) for r in example.document.relations
            }
            if triples & gold.relations:
                return True
        elif any(fold(m.text) in gold.labels for m in example.document.mentions()):
            return True
    return False


def _place(guide: Guide, line: int) -> Place:
    return Place(path=guide.path, line=line)


def _review(code: str, wording: Wording, place: Place, **evidence: object) -> Issue:
    return Issue.of(code, Severity.REVIEW, wording, place, **evidence)


def _reject(code: str, wording: Wording, place: Place, **evidence: object) -> Issue:
    return Issue.of(code, Severity.REJECT, wording, place, **evidence)
