"""k-shot samples: every label reaches k, the cap is held unless it cannot be, and what fails is told."""

import time
from collections import Counter
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture import formats
from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.k_shot import k_shot, sample_k_shot
from bouture.errors import ExperimentError

labels = st.lists(st.sampled_from("ABC"), max_size=4)
corpora = st.lists(labels, min_size=1, max_size=9)


def corpus(held: list[list[str]]) -> list[Document]:
    return [
        Document(
            f"d{number}",
            "x" * 9,
            tuple(Entity(f"E{i}", name, (Span(i, i + 1),)) for i, name in enumerate(names)),
        )
        for number, names in enumerate(held)
    ]


def counts(documents) -> Counter[str]:
    return Counter(m.label for document in documents for m in document.mentions())


def holds(documents, wanted, k: int, most: float) -> bool:
    have = counts(documents)
    return all(have[label] >= k for label in wanted) and all(n <= most * k for n in have.values())


@settings(max_examples=400)
@given(corpora, st.integers(1, 5), st.integers(0, 9), st.sampled_from([1.0, 1.25, 2.0]))
def test_labels_reach_k_and_stay_below_the_cap_unless_impossible(held, k, seed, most):
    documents = corpus(held)
    found = sample_k_shot(documents, k, Random(seed), most)
    available = counts(documents)
    wanted = [label for label, n in available.items() if n >= k]
    have = counts(found.documents)
    assert all(have[label] >= k for label in wanted)
    assert found.counts == dict(sorted(have.items()))
    assert set(found.short) == set(available) - set(wanted)
    assert set(found.over) == {label for label, n in have.items() if n > most * k}
    possible = any(
        holds([d for d, taken in zip(documents, choice, strict=True) if taken], wanted, k, most)
        for choice in product((False, True), repeat=len(documents))
    )
    assert bool(found.over) != possible
    assert found.proven == bool(found.over)  # so few documents are searched through
    if found.over:  # then the labels that fall short are served whatever it costs
        assert all(have[label] == available[label] for label in found.short)


@settings(max_examples=200)
@given(corpora, st.integers(1, 4), st.integers(0, 9))
def test_no_document_is_superfluous_and_the_draw_decides(held, k, seed):
    documents = corpus(held)
    sample = k_shot(documents, k, Random(seed))
    assert sample == k_shot(documents, k, Random(seed))
    assert [d.id for d in sample] == [d.id for d in documents if d in sample]
    available, have = counts(documents), counts(sample)
    for document in sample:
        without = have - counts([document])
        assert document.entities
        assert any(without[label] < min(k, available[label]) for label in counts([document]))


def test_the_last_choices_are_taken_back():
    # Greedy takes « A » first; with the document of three B it could not end below the cap of 2.
    held = [["A", "B", "B", "B"], ["A", "B"], ["A"], ["B"]]
    for seed in range(30):
        found = sample_k_shot(corpus(held), 2, Random(seed))
        assert found.over == () and found.counts == {"A": 2, "B": 2}


def test_different_seeds_draw_different_samples():
    documents = corpus([["A"], ["B"]] * 20)
    drawn = {tuple(d.id for d in k_shot(documents, 3, Random(seed))) for seed in range(10)}
    assert len(drawn) > 5


@pytest.mark.parametrize(("k", "most", "said"), [(0, 1.25, "k is 0"), (5, 0.9, "cap is 0.9")])
def test_impossible_wishes_are_refused(k, most, said):
    with pytest.raises(ExperimentError, match=said):
        k_shot(corpus([["A"]]), k, Random(0), most)


def test_an_id_used_twice_is_refused():
    [document] = corpus([["A"]])
    with pytest.raises(ExperimentError, match="used twice"):
        k_shot([document, document], 1, Random(0))


@pytest.mark.shared
@pytest.mark.parametrize(("name", "k"), [("wikineural_fr", 50), ("conll04", 20)])
def test_sentences_of_real_corpora_stay_below_the_cap(shared, name, k):
    documents = formats.read(shared / "data" / name / "train.jsonl")
    began = time.process_time()
    for seed in range(3):
        found = sample_k_shot(documents, k, Random(seed))
        assert found.over == () and found.short == ()
        assert all(k <= n <= 1.25 * k for n in found.counts.values())
    assert time.process_time() - began < 20


@pytest.mark.shared
def test_documents_with_many_labels_pass_the_cap_and_say_so(shared):
    documents = formats.read(shared / "data/textmine2025/train.csv")
    found = sample_k_shot(documents, 5, Random(0))
    available = counts(documents)
    have = counts(found.documents)
    assert found.over and found.short
    assert all(have[label] >= min(5, n) for label, n in available.items())
    assert len(found.documents) < len(documents) / 2
