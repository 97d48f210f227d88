"""Splits: nothing leaks, nothing is lost, and shares and k are met as nearly as the documents allow."""

from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.near_duplicates import jaccard, near_duplicate_groups, shingles, similar_pairs
from bouture.corpus.splits import PARTS, SHARES, Split, grouped_split, k_shot_split, temporal_split
from bouture.errors import ExperimentError
from bouture.formats import read


def corpus(texts: list[str]) -> list[Document]:
    return [Document(f"d{i}", text) for i, text in enumerate(texts)]


def labelled(labels: list[list[str]]) -> list[Document]:
    return [
        Document(
            f"d{i}",
            "x" * max(1, len(names)),
            tuple(Entity(f"e{j}", name, (Span(j, j + 1),)) for j, name in enumerate(names)),
        )
        for i, names in enumerate(labels)
    ]


WORDS = st.lists(st.sampled_from("abcdef"), max_size=9).map(" ".join)


@given(st.lists(st.integers(1, 9), min_size=3, max_size=40))
def test_temporal_split_keeps_dates_whole_and_in_order(days: list[int]) -> None:
    documents = corpus([str(day) for day in days])
    if len(set(days)) < 3:
        with pytest.raises(ExperimentError):
            temporal_split(documents, lambda d: int(d.text))
        return
    parts = temporal_split(documents, lambda d: int(d.text)).parts(documents)
    dates = [{int(d.text) for d in parts[part]} for part in PARTS]
    assert all(dates)
    assert max(dates[0]) < min(dates[1]) and max(dates[1]) < min(dates[2])
    assert sum(map(len, parts.values())) == len(documents)


def test_temporal_split_meets_its_shares() -> None:
    documents = corpus([str(i) for i in range(100)])
    split = temporal_split(documents, lambda d: int(d.text))
    assert [len(split.train), len(split.dev), len(split.test)] == [60, 20, 20]
    assert temporal_split(documents, lambda d: int(d.text), (0.8, 0.0, 0.2)).dev == ()


@given(st.lists(WORDS, max_size=12))
def test_similar_pairs_are_those_of_brute_force(texts: list[str]) -> None:
    sets = [shingles(text) for text in texts]
    for threshold in (0.3, 0.5, 1.0):
        expected = {
            (i, j)
            for i, j in combinations(range(len(sets)), 2)
            if jaccard(sets[i], sets[j]) >= threshold
        }
        assert set(similar_pairs(sets, threshold)) == expected


@given(st.lists(WORDS, min_size=1, max_size=15), st.integers(0, 9))
def test_grouped_split_never_parts_near_duplicates_nor_groups(texts: list[str], seed: int) -> None:
    documents = corpus(texts)
    split = grouped_split(documents, SHARES, Random(seed), group_of=lambda d: d.text[:1])
    part_of = {id: part for part in PARTS for id in getattr(split, part)}
    assert sorted(part_of) == sorted(d.id for d in documents)
    for a, b in combinations(documents, 2):
        if jaccard(shingles(a.text), shingles(b.text)) >= 0.5 or a.text[:1] == b.text[:1]:
            assert part_of[a.id] == part_of[b.id]


def test_grouped_split_depends_on_the_seed_only() -> None:
    documents = corpus([f"dépêche numéro {i} sur le sujet {i * 7}" for i in range(50)])
    first, again, other = (grouped_split(documents, SHARES, Random(s)) for s in (1, 1, 2))
    assert first == again != other
    assert [len(first.train), len(first.dev), len(first.test)] == [30, 10, 10]


def test_near_duplicates_are_seen_through_typography_and_small_changes() -> None:
    text = "Le président ukrainien a annoncé lundi l’arrivée de 1 500 soldats près de Kiev"
    documents = corpus(
        [text, text.upper().replace("’", "'"), text.replace("lundi", "mardi"), "Rien à voir ici"]
    )
    assert near_duplicate_groups(documents) == [[0, 1, 2], [3]]


@given(
    st.lists(st.lists(st.sampled_from("ABC"), max_size=4), min_size=1, max_size=15),
    st.integers(1, 4),
    st.integers(0, 5),
)
def test_k_shot_serves_every_label(labels: list[list[str]], k: int, seed: int) -> None:
    documents = labelled(labels)
    split = k_shot_split(documents, k, Random(seed))
    chosen = split.parts(documents)["train"]
    have = Counter(m.label for d in chosen for m in d.mentions())
    available = Counter(name for names in labels for name in names)
    assert have == split.settings["counts"]
    assert all(have[label] >= k for label, n in available.items() if n >= k)
    most = split.settings["cap"] * k
    for document in documents:  # a scarce label is served with all it has, as far as the cap allows
        counts = Counter(m.label for m in document.mentions())
        scarce = any(have[name] < available[name] < k for name in counts)
        if document not in chosen and scarce and not split.settings["over"]:
            assert any(have[name] + n > most for name, n in counts.items())
    assert split.settings["short"] == sorted(label for label, n in available.items() if n < k)
    for document in chosen:  # none is there for nothing
        lost = Counter(m.label for m in document.mentions())
        assert any(have[name] - n < min(k, available[name]) for name, n in lost.items())


def test_k_shot_prefers_documents_within_the_cap() -> None:
    documents = labelled([["A"] * 9, *[["A"]] * 8])
    split = k_shot_split(documents, 4, Random(0))
    assert split.settings["counts"] == {"A": 4}
    assert split.settings["over"] == []
    assert k_shot_split(documents[:1], 4, Random(0)).settings["over"] == ["A"]


def test_a_manifest_refuses_another_corpus() -> None:
    documents = corpus(["un", "deux", "trois"])
    split = temporal_split(documents, lambda d: d.text)
    assert isinstance(split, Split)
    with pytest.raises(ExperimentError, match="'d2'"):
        split.parts(documents[:2])
    with pytest.raises(ExperimentError, match="is not the one"):
        split.parts([*documents[:2], Document("d2", "quatre")])


def test_wrong_use_is_said() -> None:
    with pytest.raises(ExperimentError, match="used twice"):
        grouped_split([Document("a", "x"), Document("a", "y")], SHARES, Random(0))
    with pytest.raises(ExperimentError, match="shares"):
        grouped_split(corpus(["x"]), (0.0, 0.5, 0.5), Random(0))
    with pytest.raises(ExperimentError, match="k is 0"):
        k_shot_split(corpus(["x"]), 0, Random(0))


@pytest.mark.shared
def test_textmine_splits(shared: Path) -> None:
    documents = read(shared / "data" / "textmine2025" / "train.csv")
    split = grouped_split(documents, SHARES, Random(0))
    assert len(split.train) == 192 and len(split.test) == 64
    few = k_shot_split(documents, 5, Random(0))
    assert 10 < len(few.train) < 120
