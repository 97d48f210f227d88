"""Similar texts are found whatever was added before, and what is held of each stays small."""

import random
import string

import pytest

from bouture.corpus import similar_texts
from bouture.corpus.similar_texts import SimilarTexts, jaccard, shingles


def text(rng: random.Random, words: int = 60) -> str:
    return " ".join(
        "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(words)
    )


def changed(rng: random.Random, said: str, share: float) -> str:
    words = said.split()
    for place in rng.sample(range(len(words)), round(share * len(words))):
        words[place] = text(rng, 1)
    return " ".join(words)


@pytest.mark.parametrize("limit", [0.7, 0.8])
def test_what_resembles_is_found_as_if_all_were_compared(limit: float) -> None:
    rng = random.Random(3)
    originals = [text(rng) for _ in range(20)]
    said = [
        changed(rng, rng.choice(originals), rng.choice([0.0, 0.05, 0.1, 0.3])) for _ in range(300)
    ]
    known = SimilarTexts()
    expected = found = 0
    for number, one in enumerate(said):
        near = {id: similarity for similarity, id in known.near(one, limit) if similarity >= limit}
        all = {
            str(n): similarity
            for n, other in enumerate(said[:number])
            if (similarity := jaccard(shingles(one), shingles(other))) >= limit
        }
        assert near.items() <= all.items()
        expected, found = expected + len(all), found + len(near)
        known.add(str(number), one)
    assert len(known) == 300
    assert expected > 300
    assert found >= 0.999 * expected


def test_ids_and_texts_come_back_from_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_texts, "IN_MEMORY", 1000)
    rng = random.Random(5)
    known = SimilarTexts()
    said = {f"é{n}": text(rng) + " « Kyïv » 😀" for n in range(300)}
    for id, one in said.items():
        known.add(id, one)
    for id, one in said.items():
        assert max(known.near(one, 0.7)) == (1.0, id)


def test_unlike_texts_are_not_even_candidates() -> None:
    rng = random.Random(7)
    known = SimilarTexts()
    for n in range(2000):
        known.add(str(n), text(rng))
    assert sum(1 for _ in range(50) for _ in known.near(text(rng))) <= 2


@pytest.mark.slow
def test_what_is_held_of_a_text_is_a_few_hundred_bytes() -> None:
    rng = random.Random(9)
    known, number = SimilarTexts(), 20_000
    for n in range(number):
        known.add(f"document-{n}~rewrite~0", text(rng))
    chains = (known._starts, known._next, known._heads)
    held = len(known._sketches) + sum(len(one) * one.itemsize for one in chains)
    assert held / len(known) <= 520  # 128 of the sketch, 128 of chains, at most 256 of places, 8
