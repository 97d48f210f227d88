"""Leaks are refused, each with the test document's name."""

import pytest

from bouture.corpus.document import Document, Origin
from bouture.errors import LeakError
from bouture.evaluate.leaks import find_leaks, refuse_leaks
from evaluate.planted import corpus

LONG = (
    "Le porte-parole du ministère a déclaré mardi soir que la ville restait sous contrôle de ses "
    "forces malgré les frappes menées pendant toute la nuit contre le dépôt de carburant."
)
OTHER = (
    "Selon la mairie, deux mille habitants ont quitté le quartier nord par autocar avant midi et "
    "la route de l'aéroport a rouvert sous escorte dans un seul sens."
)
TRAIN, TEST = corpus("g", 5), [*corpus("t", 3), Document("long", LONG)]


def synthetic(text=OTHER, sources=(), demonstrations=(), id="s1"):
    return Document(id, text, origin=Origin("llm", tuple(sources), tuple(demonstrations)))


def test_clean_data_passes():
    assert find_leaks(TRAIN, TEST, [synthetic(sources=["g1"])]) == []
    refuse_leaks(TRAIN, TEST, [synthetic()])


@pytest.mark.parametrize(
    ("train", "made", "how"),
    [
        ([*TRAIN, Document("long", OTHER)], [], "among the training documents"),
        (TRAIN, [synthetic(id="long")], "among the synthetic documents"),
        (TRAIN, [synthetic(sources=["g1", "long"])], "sources or demonstrations"),
        (TRAIN, [synthetic(demonstrations=["long"])], "sources or demonstrations"),
        ([*TRAIN, Document("g9", LONG)], [], "a training text is a test text"),
        (TRAIN, [synthetic(LONG.upper().replace("'", "’"))], "a synthetic text is a test text"),
        (TRAIN, [synthetic(f"{OTHER} {LONG[:120]}")], "repeats \\d+ words"),
    ],
)
def test_each_kind_of_leak_is_refused_and_names_the_test_document(train, made, how):
    with pytest.raises(LeakError, match=how) as caught:
        refuse_leaks(train, TEST, made)
    assert caught.value.document == "long"


def test_shared_eight_grams_without_a_long_run_are_refused_from_a_tenth():
    words = LONG.replace("-", " ").split()
    runs = [*words[:12], "or", *words[12:24], "car", *words[24:]]
    leaks = find_leaks(TRAIN, TEST, [synthetic(" ".join(runs))])
    assert [leak.test for leak in leaks] == ["long"]
    assert "8-grams" in leaks[0].how
    diluted = " ".join([*words[:8], *(f"mot{i}" for i in range(100))])
    assert find_leaks(TRAIN, TEST, [synthetic(diluted)]) == []


def test_what_training_gold_shares_with_the_test_texts_is_not_held_against_a_copy_of_it():
    gold = Document("g9", f"{LONG[:110]} {OTHER}")
    assert find_leaks([gold], TEST, [synthetic(f"{gold.text} Oui.", ["g9"])]) == []


def test_every_leak_is_found():
    made = [synthetic(sources=["long", "t1"]), synthetic(LONG, id="s2")]
    found = {(leak.test, leak.through) for leak in find_leaks(TRAIN, TEST, made)}
    assert found == {("long", "s1"), ("t1", "s1"), ("long", "s2")}
