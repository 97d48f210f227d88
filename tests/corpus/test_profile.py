"""The profile of a corpus: figures against counts by hand, planted annotation errors found, clean corpora left alone."""

import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.annotation_errors import probable_errors
from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.guide import EntityGuide, Guide, RelationGuide
from bouture.corpus.issue import Issue
from bouture.corpus.profile import distribution, profile
from bouture.corpus.profile_records import LabelPair, Profile, Signature
from bouture.corpus.schema import RelationType
from bouture.formats import read
from documents import documents


def document(id: str, text: str, *mentions: tuple[str, str]) -> Document:
    """Each (string, label) at its first occurrence after the last one's start, as an entity of its own."""
    entities, at = [], 0
    for i, (surface, label) in enumerate(mentions):
        at = text.index(surface, at)
        entities.append(Entity(f"E{i}", label, (Span(at, at + len(surface)),)))
    return Document(id, text, tuple(entities))


def codes(*docs: Document) -> list[tuple[str, str, int | None]]:
    return [(i.code, i.place.document, i.place.start) for i in probable_errors(docs)]


@given(st.lists(documents(), max_size=4, unique_by=lambda d: d.id))
def test_totals_add_up_and_the_profile_survives_json(docs: list[Document]) -> None:
    found = profile(docs)
    assert found.documents == len(docs)
    assert found.mentions == sum(label.mentions for label in found.labels)
    assert found.mentions == sum(len(d.mentions()) for d in docs)
    assert found.relations == sum(x.relations for x in found.relation_labels)
    assert found.relations == sum(s.count for s in found.signatures)
    assert found.mentions == 0 or sum(x.share for x in found.labels) == pytest.approx(1)
    assert all(0 <= part <= 1 for part in msgspec.structs.astuple(found.shares))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Profile) == found


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40))
def test_histograms_hold_every_value(values: list[int]) -> None:
    found = distribution(values)
    assert found is not None
    assert sum(n for _, _, n in found.bars) == len(values)
    assert all(n == sum(low <= v <= high for v in values) for low, high, n in found.bars)
    assert found.minimum <= found.q1 <= found.median <= found.q3 <= found.maximum
    assert len(found.bars) <= 20


def test_an_empty_corpus_has_an_empty_profile() -> None:
    found = profile([])
    assert (found.documents, found.per_document, found.mentions_per_entity) == (0, {}, None)


TEXT = "Le ministre de la Défense de Kiev parle. Il part vers Lviv."


def annotated() -> Document:
    spans = {
        "E1": ("FONCTION", [(3, 25), (41, 43)]),
        "E2": ("ORG", [(18, 25)]),
        "E3": ("LIEU", [(29, 33)]),
        "E4": ("ORG", [(29, 33)]),
        "E5": ("LIEU", [(54, 58)]),
    }
    entities = [
        Entity(id, label, tuple(Span(*s) for s in places)) for id, (label, places) in spans.items()
    ]
    relations = (
        Relation("E1", "DE", "E2"),
        Relation("E2", "EN", "E5"),
        Relation("E1", "EN", "E5"),
        Relation("E1", "GENRE", "E1"),
    )
    return Document("a", TEXT, tuple(entities), relations)


def test_figures_by_hand() -> None:
    found = profile([annotated(), Document("b", "Rien.")])
    assert [(x.label, x.mentions, x.entities, x.documents) for x in found.labels] == [
        ("FONCTION", 2, 1, 1),
        ("LIEU", 2, 2, 1),
        ("ORG", 2, 2, 1),
    ]
    assert found.nesting == (LabelPair("FONCTION", "ORG", 1),)
    assert found.same_span == (LabelPair("LIEU", "ORG", 1),)
    assert found.crossing == ()
    assert found.sentences == 3
    assert found.shares.documents_without_entity == 0.5
    assert found.shares.documents_without_relation == 0.5
    # « Il » puts E1 and E5 in one sentence; E2 and E5 never meet.
    assert found.shares.relations_across_sentences == 0.25
    assert {x.label: (x.across_sentences, x.loops) for x in found.relation_labels} == {
        "EN": (1, 0),
        "DE": (0, 0),
        "GENRE": (0, 1),
    }
    assert found.shares.nested_mentions == pytest.approx(1 / 6)
    assert found.shares.same_span_mentions == pytest.approx(2 / 6)
    (kiev,) = found.ambiguous
    assert (kiev.surface, kiev.labels, kiev.entropy) == ("kiev", {"LIEU": 1, "ORG": 1}, 1.0)
    assert Signature("ORG", "EN", "LIEU", 1) in found.signatures
    assert found.shares.unseen_surfaces == 0.5  # everything is unseen one way, nothing the other


def test_gaps_against_the_guide() -> None:
    ends = frozenset({("ORG", "LIEU"), ("FONCTION", "LIEU"), ("ORG", "ORG")})
    guide = Guide(
        title="g",
        language="fr",
        entities={x: EntityGuide(x, "") for x in ("LIEU", "ORG", "FONCTION", "DATE")},
        relations={
            "EN": RelationGuide("EN", "", "", RelationType("EN", ends)),
            "CONTRE": RelationGuide("CONTRE", "", "", RelationType("CONTRE", frozenset())),
        },
    )
    gaps = profile([annotated()], guide).gaps
    assert gaps.unseen_labels == ("DATE",)
    assert gaps.unseen_relations == ("CONTRE",)
    assert gaps.unseen_signatures == (Signature("ORG", "EN", "ORG", 0),)
    assert gaps.rare_labels == ("FONCTION", "LIEU", "ORG")


def test_unseen_surfaces_of_two_equal_halves() -> None:
    one = document("a", "Kiev est là.", ("Kiev", "LIEU"))
    two = document("b", "KIEV est là.", ("KIEV", "LIEU"))
    assert profile([one, two]).shares.unseen_surfaces == 0


def test_a_string_annotated_here_and_not_there() -> None:
    text = "Azov tient. Puis Azov recule. Azovstal non."
    assert codes(document("a", text, ("Azov", "UNITE"))) == [("A01", "a", 17)]
    assert codes(document("a", text, ("Azov", "UNITE"), ("Azov recule", "EVT"))) == []
    corpus = [document(f"d{i}", "Vers Kiev.", ("Kiev", "LIEU")) for i in range(4)]
    assert codes(*corpus, document("x", "Près de Kiev.")) == [("A02", "x", 8)]
    assert codes(*corpus[:2], document("x", "Près de Kiev.")) == []


def test_pronouns_are_not_called_missed() -> None:
    assert codes(document("a", "Elle part. elle revient, elle dort", ("elle", "PERSONNE"))) == []


def test_an_unusual_label() -> None:
    corpus = [document(f"d{i}", "Vers Kiev.", ("Kiev", "LIEU")) for i in range(10)]
    odd = document("x", "Vers Kiev.", ("Kiev", "ORG"))
    (issue,) = probable_errors([*corpus, odd])
    assert (issue.code, issue.place.document, issue.place.entity) == ("A03", "x", "E0")
    assert issue.evidence["usual"] == "LIEU"
    assert issue.evidence["times"] == 10


def test_a_determiner_where_the_label_has_none() -> None:
    corpus = [document(f"d{i}", f"Vers ville{i}.", (f"ville{i}", "LIEU")) for i in range(30)]
    taken = document("x", "Vers la Crimée.", ("la Crimée", "LIEU"))
    name = document("y", "Vers La Haye.", ("La Haye", "LIEU"))
    assert codes(*corpus, taken, name) == [("A04", "x", 5)]


def test_crossing_edges_and_cut_words() -> None:
    crossed = Document(
        "a",
        "le chef adjoint local",
        (Entity("1", "A", (Span(3, 15),)), Entity("2", "B", (Span(8, 21),))),
    )
    assert codes(crossed) == [("A05", "a", 3)]
    text = "« Azov », M. X et l’O.T.A.N. avec Kiev, près."
    for surface, expected in {
        "Azov »": ["A06"],
        "« Azov »": [],
        "Azov": [],
        "Kiev,": ["A06"],
        " avec": ["A06"],
        "O.T.A.N.": [],
        "près.": ["A06"],
        "Kie": ["A07"],
        "iev": ["A07"],
    }.items():
        found = [c for c, _, _ in codes(document("a", text, (surface, "X")))]
        assert found == expected, surface


def test_wording_in_both_languages() -> None:
    (issue,) = probable_errors([document("a", "Azov tient. Puis Azov.", ("Azov", "UNITE"))])
    assert isinstance(issue, Issue)
    assert issue.text("en") == "“Azov” is annotated UNITE elsewhere in this document, but not here"
    assert issue.text("fr").startswith("«\u00a0Azov\u00a0» est annoté UNITE ailleurs")


@pytest.mark.shared
def test_textmine_has_the_profile_the_literature_gives(shared: Path) -> None:
    folder = shared / "data" / "textmine2025"
    docs = [d for name in ("train.csv", "dev.csv") for d in read(folder / name)]
    begin = time.process_time()
    found = profile(docs)
    assert time.process_time() - begin < 10  # a guard against the quadratic, not a benchmark
    assert found.mentions == 11_436
    assert found.crossing == ()
    assert found.shares.nested_mentions == pytest.approx(0.094, abs=0.01)
    assert found.shares.same_span_mentions == pytest.approx(0.039, abs=0.005)
    assert found.shares.elided_mentions == pytest.approx(0.072, abs=0.005)
    assert found.shares.relations_across_sentences == pytest.approx(0.403, abs=0.04)
    per_code = Counter(issue.code for issue in found.issues)
    assert per_code["A05"] == per_code["A07"] == 0
    assert 0 < per_code["A01"] < 200
