"""S3: do the relations obey the axioms of their type (irreflexive, asymmetric, functional, exclusive…)?"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bouture.checks.calibration import SOFT, Rate, rate, tolerated
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.corpus.document import Document, Relation
from bouture.corpus.guide_violations import AXIOMS_FR, broken_axioms
from bouture.corpus.issue import Issue, Place, Severity, Wording

BROKEN = Wording(
    "{relation} breaks the axiom “{axiom}”{because}",
    "{relation} enfreint l’axiome « {axiom_fr} »{because}",
)
BOTH = Wording(
    "{relation} is stated in both directions; gold states this symmetric relation once",
    "{relation} est énoncée dans les deux sens ; le corpus annoté n’énonce qu’une fois cette "
    "relation symétrique",
)
TWICE = "stated twice"


class Broken(NamedTuple):
    """One relation, the axiom it breaks, and the other relation concerned."""

    relation: Relation
    axiom: str
    other: Relation | None
    worst: Severity

    @property
    def kind(self) -> tuple[str, str]:
        return self.relation.label, self.axiom


class RelationAxioms:
    """Axioms of the guide are as hard as gold lets them be; those learnt from gold send to review at most.

    Learnt ones (a relation always, or never, from an entity to itself) count from 100 relations
    on: below, the add-one estimate of an exception is above 1 %.
    """

    name = "relation_axioms"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._schema = reference.schema
        self._sources = Sources(reference.gold)
        self._support = Counter(r.label for d in reference.gold for r in d.relations)
        kinds = [{broken.kind for broken in self._broken(d)} for d in reference.gold]
        self._rates = {
            kind: rate(kind in found for found in kinds) for kind in sorted(set().union(*kinds))
        }
        # Stating a symmetric relation both ways is a convention: where gold does it, it is no error.
        self._both_ways = {
            label
            for (label, axiom), found in self._rates.items()
            if axiom == TWICE and found.share > SOFT
        }
        self.thresholds = {
            f"gold share, {label} {axiom}": found.share
            for (label, axiom), found in self._rates.items()
            if label not in self._both_ways or axiom != TWICE
        }

    def __call__(self, document: Document) -> list[Issue]:
        inherited = self._sources.inherited(
            document, lambda source: {(b.kind, _words(source, b)) for b in self._broken(source)}
        )
        return [
            self._issue(document, broken)
            for broken in self._broken(document)
            if (broken.kind, _words(document, broken)) not in inherited
            and not (broken.axiom == TWICE and broken.relation.label in self._both_ways)
        ]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _broken(self, document: Document) -> Iterator[Broken]:
        relations = set(document.relations)
        for relation in document.relations:
            type = self._schema.relations.get(relation.label)
            if type is None:
                continue
            for axiom, other, severity in broken_axioms(relation, type, relations):
                yield Broken(relation, axiom, other, severity)
            back = Relation(relation.tail, relation.label, relation.head)
            if type.symmetric and relation.head < relation.tail and back in relations:
                yield Broken(relation, TWICE, back, Severity.REVIEW)

    def _issue(self, document: Document, broken: Broken) -> Issue:
        known = self._rates.get(broken.kind, Rate(0, 0))
        severity = tolerated(broken.worst, known)
        label = broken.relation.label
        if not self._schema.hard and severity is Severity.REJECT:
            severity = Severity.REVIEW if self._support[label] >= 1 / SOFT else Severity.NOTE
        name, _, rest = broken.axiom.partition(" ")
        french = f"{AXIOMS_FR.get(name, '')} {rest}".strip()
        relation = broken.relation
        place = Place(document=document.id, relation=f"{relation.head} | {label} | {relation.tail}")
        return Issue.of(
            "S3",
            severity,
            BOTH if broken.axiom == TWICE else BROKEN,
            place,
            relation=_said(document, relation),
            axiom=broken.axiom,
            axiom_fr=french,
            because=f" ({_said(document, broken.other)})" if broken.other else "",
            gold_share=known.share,
            gold_relations=self._support[label],
        )


def _said(document: Document, relation: Relation) -> str:
    head, tail = (
        document.mention_text(document.entity(end).spans[0])
        for end in (relation.head, relation.tail)
    )
    return f"{head} | {relation.label} | {tail}"


def _words(document: Document, broken: Broken) -> tuple[str, str]:
    """The relations concerned as they read: the same in a document and in the one made from it."""
    return (
        _said(document, broken.relation),
        _said(document, broken.other) if broken.other else "",
    )
