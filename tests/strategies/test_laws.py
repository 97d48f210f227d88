"""Laws of the local strategies, on documents as nasty as real ones."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.fidelity import compare
from bouture.strategies import STRATEGIES, Declined
from bouture.strategies.labelling import label_tokens
from bouture.strategies.noise.noise import Noise
from documents import documents, texts
from strategies.driving import make, materials

THESAURUS = Path(__file__).parents[2] / "examples/direct-ukraine/thesaurus/th_fr.dat"
LOCAL = [
    "duplicate",
    "label_wise_token_replacement",
    "synonym_replacement",
    "mention_replacement",
    "shuffle_within_segments",
    "all",
    "noise",
]
LABELS_KEPT = ["label_wise_token_replacement", "shuffle_within_segments", "synonym_replacement"]

WORDS = "Le la l’ d’ un armée attaque frappe ville Kiev annonce a déclaré général 72e M. 3 000 « »."
plain = st.lists(
    st.sampled_from([*WORDS.split(" "), ", ", ". ", " ", "-", "\n"]), min_size=3, max_size=25
).map(lambda words: " ".join(words).replace("’ ", "’"))
any_document = st.one_of(
    documents(text=plain, extras=False), documents(text=texts(1), extras=False)
)


def strategy_of(name: str, corpus: list[Document], p: float = 0.8):
    member = Noise if name == "noise" else STRATEGIES.load(name)
    options = {} if name in ("duplicate", "noise") else {"p": p}
    if name in ("all", "synonym_replacement"):
        options["thesaurus"] = THESAURUS
    return member(materials(corpus), member.Options(**options))


def skeleton(document: Document) -> object:
    entities = [(e.id, e.label, len(e.spans)) for e in document.entities]
    return entities, document.relations, document.id, document.meta


@pytest.mark.parametrize("name", LOCAL)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_document, min_size=1, max_size=4, unique_by=lambda d: d.id), st.integers(0, 99))
def test_entities_relations_and_meta_survive_and_the_draw_decides(name, corpus, seed):
    strategy = strategy_of(name, corpus)
    for document in corpus:
        try:
            made = make(strategy, document, seed)
        except Declined as declined:
            assert declined.issues and all(i.code[0] == "P" for i in declined.issues)
            continue
        assert skeleton(made) == skeleton(document)
        assert made == make(strategy_of(name, corpus), document, seed)
        assert made.origin.strategy == name and made.origin.sources == (document.id,)
        if name != "duplicate":
            assert made.text != document.text
        if made.origin.parameters["keeps"] == "mentions":
            assert compare(document, made) == []


@pytest.mark.parametrize("name", LABELS_KEPT)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_document, min_size=1, max_size=3, unique_by=lambda d: d.id), st.integers(0, 99))
def test_the_sequence_of_labels_stays(name, corpus, seed):
    strategy = strategy_of(name, corpus)
    for document in corpus:
        try:
            made = make(strategy, document, seed)
        except Declined:
            continue
        before, after = ([t.label for t in label_tokens(d)] for d in (document, made))
        if name == "synonym_replacement":  # a synonym may have several words, outside mentions
            before, after = ([label for label in x if label != "O"] for x in (before, after))
        assert before == after


@pytest.mark.shared
def test_every_operation_makes_documents_of_textmine(shared):
    corpus = formats.read(shared / "data/textmine2025/dev.csv")
    for name in LOCAL:
        strategy = strategy_of(name, corpus, p=0.5)
        made = 0
        for document in corpus:
            try:
                new = make(strategy, document)
            except Declined:
                continue
            made += 1
            assert skeleton(new) == skeleton(document)
            if name in LABELS_KEPT[:2]:
                assert [t.label for t in label_tokens(new)] == [
                    t.label for t in label_tokens(document)
                ]
        assert made > 0.5 * len(corpus), name
