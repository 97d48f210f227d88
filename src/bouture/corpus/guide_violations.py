"""What in a document breaks the guide: coded rules, nesting, relation ends and axioms (codes G33-G36)."""

from collections.abc import Iterator

from bouture.corpus.document import Document, Mention, Relation
from bouture.corpus.guide import Guide
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.rule_codes import breaks
from bouture.corpus.schema import RelationType, nested_labels

AXIOMS_FR = {
    "irreflexive": "irréflexive",
    "reflexive": "réflexive",
    "asymmetric": "asymétrique",
    "functional": "fonctionnelle",
    "transitive": "transitive",
    "excludes": "exclut",
}
W_NESTING = Wording(
    "{inner} inside {outer} is not declared", "imbrication non déclarée : {inner} dans {outer}"
)
W_ENDS = Wording(
    "{relation}: {head} → {tail} is not allowed", "{relation} : {head} → {tail} n’est pas permis"
)
W_AXIOM = Wording(
    "{relation}: breaks the axiom « {axiom} »{because}",
    "{relation} : enfreint l’axiome « {axiom_fr} »{because}",
)
W_RULE = Wording(
    "“{mention}” ({label}) breaks rule {rule}: {check}",
    "« {mention} » ({label}) enfreint la règle {rule} : {check}",
)


def broken_rules(guide: Guide, document: Document) -> list[Issue]:
    """Mentions that break a coded rule of their label, or a general one (code G36, to review)."""
    general = [rule for rule in guide.rules if rule.codes]
    found: list[Issue] = []
    for mention in document.mentions():
        entity = guide.entities.get(mention.label)
        for rule in [*general, *(entity.rules if entity else ())]:
            for code in rule.codes:
                if breaks(code, mention.text, guide.language):
                    evidence = {"mention": mention.text, "label": mention.label, "rule": rule.id}
                    said = f"{code.name}={code.value}" if code.value else code.name
                    place = _mention_place(document, mention)
                    found.append(_review("G36", W_RULE, place, check=said, **evidence))
    return found


def undeclared_nesting(guide: Guide, document: Document) -> list[Issue]:
    """Nested labels that the guide does not declare (G35); nothing when it declares no nesting at all."""
    if not guide.nesting:
        return []
    undeclared = sorted(nested_labels(document) - guide.nesting)
    place = Place(document=document.id)
    return [_review("G35", W_NESTING, place, outer=o, inner=i) for o, i in undeclared]


def broken_relations(guide: Guide, document: Document) -> list[Issue]:
    """Relations whose ends the guide does not allow (G33) or that break an axiom (G34).

    A symmetric relation may be stated once; the missing closure of a transitive one is to review.
    """
    schema = guide.schema()
    labels = document.labels()
    relations = set(document.relations)
    found: list[Issue] = []
    for relation in document.relations:
        type = schema.relations.get(relation.label)
        if type is None:
            continue
        said = _said(document, relation)
        place = Place(document=document.id, relation=said)
        head, tail = labels[relation.head], labels[relation.tail]
        if not schema.allows(head, relation.label, tail):
            found.append(_reject("G33", W_ENDS, place, relation=said, head=head, tail=tail))
        for axiom, other, severity in broken_axioms(relation, type, relations):
            because = f" ({_said(document, other)})" if other else ""
            name, _, rest = axiom.partition(" ")
            french = f"{AXIOMS_FR[name]} {rest}".strip()
            evidence = {"relation": said, "axiom": axiom, "axiom_fr": french, "because": because}
            found.append(Issue.of("G34", severity, W_AXIOM, place, **evidence))
    return found


def broken_axioms(
    relation: Relation, type: RelationType, relations: set[Relation]
) -> Iterator[tuple[str, Relation | None, Severity]]:
    """The axioms one relation breaks, with the other relation concerned."""
    head, label, tail = relation.head, relation.label, relation.tail
    loop = head == tail
    if type.irreflexive and loop:
        yield "irreflexive", None, Severity.REJECT
    if type.reflexive and not loop:
        yield "reflexive", None, Severity.REJECT
    back = Relation(tail, label, head)
    if type.asymmetric and not loop and back in relations:
        yield "asymmetric", back, Severity.REJECT
    for other in sorted(relations):
        if other.label == label and other.head == head and other.tail > tail and type.functional:
            yield "functional", other, Severity.REJECT
        if other.label == label and other.head == tail and type.transitive:
            implied = Relation(head, label, other.tail)
            if implied not in relations and other.tail not in (head, tail) and not loop:
                yield "transitive", implied, Severity.REVIEW
        if other.label in type.excludes and (other.head, other.tail) == (head, tail):
            yield f"excludes {other.label}", other, Severity.REJECT


def _said(document: Document, relation: Relation) -> str:
    names = [
        document.mention_text(document.entity(end).spans[0])
        for end in (relation.head, relation.tail)
    ]
    return f"{names[0]} | {relation.label} | {names[1]}"


def _mention_place(document: Document, mention: Mention) -> Place:
    return Place(document=document.id, start=mention.start, end=mention.end, entity=mention.entity)


def _review(code: str, wording: Wording, place: Place, **evidence: object) -> Issue:
    return Issue.of(code, Severity.REVIEW, wording, place, **evidence)


def _reject(code: str, wording: Wording, place: Place, **evidence: object) -> Issue:
    return Issue.of(code, Severity.REJECT, wording, place, **evidence)
