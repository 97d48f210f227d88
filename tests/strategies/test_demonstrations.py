"""Laws of the choice of examples: labels covered, never the document itself, no document too often, nothing but `rng` decides."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture import formats
from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.schema import Schema
from bouture.strategies.demonstrations import Demonstrations
from strategies.driving import gold

LABELS = ("LIEU", "PERSONNE", "UNITE", "DATE")


def holding(id: str, labels: tuple[str, ...], words: str = "") -> Document:
    text = " ".join([*labels, words or id])
    entities, start = [], 0
    for number, label in enumerate(labels):
        entities.append(Entity(f"e{number}", label, (Span(start, start + len(label)),)))
        start += len(label) + 1
    return Document(id, text, tuple(entities))


corpora = st.lists(st.lists(st.sampled_from(LABELS), max_size=4), min_size=1, max_size=25).map(
    lambda rows: [holding(f"d{n}", tuple(row)) for n, row in enumerate(rows)]
)


@settings(deadline=None, max_examples=60)
@given(
    corpora,
    st.lists(st.sampled_from((*LABELS, "INCONNU")), max_size=4),
    st.integers(0, 6),
    st.integers(0, 99),
    st.sampled_from(["profile", "similarity"]),
    st.booleans(),
)
def test_what_is_chosen(corpus, labels, number, seed, by, negative):
    demonstrations = Demonstrations(corpus, Schema.learn(corpus))
    about = corpus[seed % len(corpus)]

    def choose(seed: int) -> list[Document]:
        rng = random.Random(seed)
        return demonstrations.choose(about, labels, number, rng, by=by, negative=negative)

    chosen = choose(seed)
    assert chosen == choose(seed)
    assert len(chosen) <= number and len({d.id for d in chosen}) == len(chosen)
    assert about not in chosen
    others = [d for d in corpus if d != about and d.text != about.text]
    empty = [d for d in chosen if not d.entities]
    assert len(empty) == (number > 0 and negative and any(not d.entities for d in others))
    assert empty == [] or empty == chosen[:1]
    full = [d for d in others if d.entities]
    assert len(chosen) - len(empty) == min(number - len(empty), len(full))
    shown = {e.label for d in chosen for e in d.entities}
    carried = {label for label in labels if any(label in d.labels().values() for d in others)}
    if number - len(empty) >= len(carried):
        assert carried <= shown


@settings(deadline=None, max_examples=20)
@given(corpora, st.integers(0, 99))
def test_a_text_of_gold_is_never_an_example_of_itself(corpus, seed):
    demonstrations = Demonstrations(corpus, Schema.learn(corpus))
    text = corpus[seed % len(corpus)].text
    chosen = demonstrations.choose(text, (), 5, random.Random(seed), by="similarity")
    assert text not in {d.text for d in chosen}


@pytest.mark.parametrize("number", [1, 3, 5])
@pytest.mark.parametrize("labels", [(), ("LIEU",), ("LIEU", "FONCTION", "FONCTION")])
def test_no_document_is_in_too_many_prompts(example, number, labels):
    """The worst case for a rotation: the same document and labels, 2,000 times."""
    corpus = formats.read(example / "train.jsonl")
    demonstrations = Demonstrations(corpus, Schema.learn(corpus))
    counts: Counter[str] = Counter()
    draws = 2000
    for seed in range(draws):
        chosen = demonstrations.choose(corpus[0], labels, number, random.Random(seed))
        counts.update(d.id for d in chosen)
    candidates = min(
        [sum(label in d.labels().values() for d in corpus) for label in labels]
        or [sum(bool(d.entities) for d in corpus)]
    )
    most = max(0.02, 1.5 * number / candidates)
    noise = 2 * (most / draws) ** 0.5
    assert max(counts.values()) / draws <= most + noise
    assert len(counts) >= 50


def test_texts_to_annotate_share_their_examples_out(example):
    """By similarity, over texts like those of the corpus, no document stands out as near to all."""
    corpus = [d for d in formats.read(example / "train.jsonl") if d.entities]
    texts = [d.text for d in formats.read(example / "dev.jsonl")]
    demonstrations = Demonstrations(corpus, Schema.learn(corpus))
    counts: Counter[str] = Counter()
    for seed in range(2000):
        text = texts[seed % len(texts)]
        chosen = demonstrations.choose(text, (), 3, random.Random(seed), by="similarity")
        counts.update(d.id for d in chosen)
    assert max(counts.values()) / 2000 <= 3 * 3 / len(corpus)
    assert len(counts) > 0.9 * len(corpus)


def test_by_similarity_the_nearest_are_shown_and_stand_last():
    near = [holding(f"n{n}", ("LIEU",), f"bombardement de la gare numéro {n}") for n in range(12)]
    far = [holding(f"f{n}", ("LIEU",), f"élections, débat, vote {n}") for n in range(60)]
    demonstrations = Demonstrations([*far, *near], Schema.learn(near))
    text = "Un bombardement a détruit la gare."
    first: Counter[str] = Counter()
    for seed in range(50):
        chosen = demonstrations.choose(text, (), 2, random.Random(seed), by="similarity")
        first.update(d.id[0] for d in chosen)
    assert first["n"] > 5 * first["f"]


def test_by_profile_documents_with_the_labels_in_their_proportions_come_first():
    many = [holding(f"a{n}", ("DATE", "UNITE")) for n in range(200)]
    other = [holding(f"b{n}", ("DATE",) + ("LIEU",) * 3) for n in range(200)]
    demonstrations = Demonstrations([*many, *other], Schema.learn([*many, *other]))
    chosen = [
        demonstrations.choose("", ("DATE", "UNITE"), 1, random.Random(seed))[0]
        for seed in range(60)
    ]
    assert all(d.id.startswith("a") for d in chosen)


def test_nothing_to_choose_from():
    assert (
        Demonstrations([], Schema((), {})).choose("Bonjour.", ("LIEU",), 3, random.Random(0)) == []
    )
    corpus = gold('<e id="1" t="LIEU">Kiev</e>')
    demonstrations = Demonstrations(corpus, Schema.learn(corpus))
    assert demonstrations.choose(corpus[0], (), 3, random.Random(0), negative=True) == []
    assert demonstrations.choose("Lviv", (), 3, random.Random(0), by="similarity") == corpus
