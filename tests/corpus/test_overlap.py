"""Shared runs of words: against the obvious definition."""

from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.document import Document
from bouture.corpus.overlap import Overlap, grams, kept_in_order, words

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


@given(
    st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30)
)
def test_what_is_kept_in_order_is_the_longest_common_subsequence(
    a: list[str], b: list[str]
) -> None:
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            longest = max(lengths[i][j + 1], lengths[i + 1][j])
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if x == y else longest
    assert kept_in_order(a, b) == kept_in_order(b, a) == lengths[-1][-1]
