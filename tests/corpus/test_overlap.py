"""Shared runs of words: against the obvious definition."""

from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.document import Document
from bouture.corpus.overlap import Overlap, grams, words

texts = st.lists(st.sampled_from(["un", "deux", "trois", "quatre"]), max_size=25).map(" ".join)


@given(texts, st.lists(texts, max_size=3), st.lists(texts, max_size=2), st.integers(1, 4))
def test_containment_and_longest_run_are_what_their_names_say(
    text: str, known: list[str], but: list[str], size: int
) -> None:
    documents = [Document(f"k{i}", t) for i, t in enumerate(known)]
    excluded = [Document(f"b{i}", t) for i, t in enumerate(but)]
    found = Overlap(documents, size, excluded).shared(text)
    mine = list(grams(words(text), size))
    theirs = {g for t in known for g in grams(words(t), size)}
    theirs -= {g for t in but for g in grams(words(t), size)}
    hits = [g in theirs for g in mine]
    assert found.containment == (sum(hits) / len(hits) if any(hits) else 0.0)
    runs = "".join("x" if h else " " for h in hits).split()
    assert found.longest == max((len(run) + size - 1 for run in runs), default=0)
    if found.longest:
        assert found.words in " ".join(words(text))
        first = " ".join(found.words.split()[:size])
        source = next(d for d in documents if d.id == found.document)
        assert first in " ".join(words(source.text))


@given(texts, st.integers(1, 4))
def test_a_document_shares_everything_with_itself_and_nothing_without_itself(
    text: str, size: int
) -> None:
    overlap = Overlap([Document("d", text)], size)
    count = len(words(text))
    assert overlap.shared(text).longest == (count if count >= size else 0)
    assert overlap.shared(text, without="d").longest == 0


def test_typography_and_case_are_evened_out() -> None:
    overlap = Overlap([Document("d", "L’état-major a dit : « Non »")], 3)
    assert overlap.shared("l'ÉTAT-major a dit non").containment == 1
