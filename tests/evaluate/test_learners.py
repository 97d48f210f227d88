"""The learners: what is written into layers is read back, what is planted is learnt, nothing depends on chance."""

import pytest
from hypothesis import given, settings

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.tokens import tokenize
from bouture.errors import UnknownNameError
from bouture.evaluate.catalog import LEARNERS
from bouture.evaluate.crf import Crf, CrfOptions, Layers, read_tags
from bouture.evaluate.crf_features import digits, shape, token_features
from bouture.evaluate.pairs import Pairs, PairsOptions, learn_patterns
from bouture.evaluate.scores import Found, mention_counts, mention_units, relation_counts, score
from documents import documents as any_document
from evaluate.planted import corpus

NESTED = "Le ministre de la Défense ukrainien parle."


def nested(id="n", text=NESTED):
    """FONCTION over ORGANISATION, and a second label on the very same span."""
    return Document(
        id,
        text,
        (
            Entity("E1", "FONCTION", (Span(3, 35),)),
            Entity("E2", "ORGANISATION", (Span(15, 25),)),
            Entity("E3", "SERVICE", (Span(15, 25),)),
        ),
    )


def test_the_catalogue_knows_its_learners_and_says_so():
    assert LEARNERS.names() == ["crf", "pairs"]
    assert LEARNERS.load("crf") is Crf
    with pytest.raises(UnknownNameError, match="pairs"):
        LEARNERS.load("pair")


def read_back(document, layers):
    tokens = tokenize(document.text)
    return [found for tags in layers.tags for found in read_tags(tags, tokens)]


@given(any_document())
@settings(deadline=None)
def test_layers_keep_every_mention_or_count_it_as_dropped(document):
    layers = Layers.of(document, tokenize(document.text), 3)
    found = read_back(document, layers)
    units = mention_units(document)
    assert set(found) <= set(units)
    assert len(found) + layers.dropped == len(units)


def test_nested_mentions_and_same_spans_go_to_deeper_layers():
    layers = Layers.of(nested(), tokenize(NESTED), 3)
    by_layer = [[f.label for f in read_tags(tags, tokenize(NESTED))] for tags in layers.tags]
    assert by_layer == [["FONCTION"], ["ORGANISATION"], ["SERVICE"]]
    assert (layers.depth, layers.dropped) == (3, 0)
    assert Layers.of(nested(), tokenize(NESTED), 2).dropped == 1


def test_a_mention_that_cuts_a_token_is_dropped_and_counted():
    document = Document("d", "Kyivien parle.", (Entity("E", "LIEU", (Span(0, 4),)),))
    assert Crf().fit([document]).dropped == 1


def test_crf_learns_nested_mentions():
    model = Crf().fit([nested(f"n{i}") for i in range(3)])
    assert set(model.predict(NESTED)) == set(mention_units(nested()))


def test_crf_finds_what_is_planted_and_is_deterministic():
    train, test = corpus("a", 60), corpus("t", 30)

    def predictions(learner, documents):
        model = learner.fit(documents)
        return [model.predict(document.text) for document in test]

    learner = Crf()
    first = predictions(learner, train)
    assert score(mention_counts(test, first)).f1 > 0.8
    assert predictions(learner, train) == first == predictions(Crf(), train)


def test_a_weight_is_a_number_of_copies():
    train, test = corpus("a", 10), corpus("t", 10)
    options = CrfOptions(max_iterations=500)

    def predictions(documents, weights):
        model = Crf(options).fit(documents, weights)
        return [model.predict(document.text) for document in test]

    mixed = [1 + i % 2 for i in range(10)]
    repeated = [d for d, times in zip(train, mixed, strict=True) for _ in range(times)]
    assert predictions(train, mixed) == predictions(repeated, None)
    # All weights equal: solved with lower penalties instead of copies, to the same optimum.
    assert predictions(train, [2] * 10) == predictions([*train, *train], None)
    assert predictions(train, [1] * 9 + [0]) == predictions(train[:9], None)


def test_models_of_nothing_find_nothing():
    empty = Document("d", "Rien.")
    assert Crf().fit([empty]).predict("Kyiv") == []
    assert Crf().fit([]).predict("Kyiv") == []
    assert Crf().fit(corpus("a", 3)).predict("") == []
    assert Pairs().fit([]).predict(nested()) == []
    assert Pairs().fit(corpus("a", 3)).predict(empty) == []


def test_features_of_french_tokens():
    assert shape("T-90M") == "X-00X"
    assert shape("Zaporijjia") == "Xxx"
    assert [digits(w) for w in ("1991", "300", "1234567", "14h30", "3,5", "14:30")] == [
        "year",
        "number3",
        "number5",
        "mixed",
        "decimal",
        "hour",
    ]
    features = token_features("Il parle. L’Ukraine tient.")
    ukraine = next(f for f in features if "w=ukraine" in f)
    assert "after-elision" in ukraine
    assert "upper-inside" in ukraine
    assert "p=first" in next(f for f in features if "w=l’" in f)
    assert len(features) == len(tokenize("Il parle. L’Ukraine tient."))


def related(id, text="Ana voit Bob. Ana dort.", relations=()):
    return Document(
        id,
        text,
        (
            Entity("A", "PERSONNE", (Span(0, 3), Span(14, 17))),
            Entity("B", "PERSONNE", (Span(9, 12),)),
        ),
        tuple(relations),
    )


def test_pairs_learn_direction_loops_and_several_relations_of_one_pair():
    relations = (
        Relation("A", "FEMME", "A"),
        Relation("A", "VOIT", "B"),
        Relation("A", "CONNAIT", "B"),
    )
    train = [related(f"d{i}", relations=relations) for i in range(5)]
    assert Pairs().fit(train).predict(related("t")) == sorted(relations)


def test_a_pattern_distinguishes_an_entity_with_itself_from_a_pair():
    patterns = learn_patterns([related("d", relations=[Relation("A", "FEMME", "A")])])
    assert patterns == {"FEMME": {("PERSONNE", "=")}}


def test_pairs_find_what_is_planted_and_are_deterministic():
    train, test = corpus("a", 60), corpus("t", 30)
    options = PairsOptions(max_negatives=100)

    def predictions(learner, seed):
        model = learner.fit(train, None, seed)
        return [model.predict(document) for document in test]

    learner = Pairs(options)
    first = predictions(learner, 1)
    assert score(relation_counts(test, first)).f1 > 0.8
    assert predictions(learner, 1) == first == predictions(Pairs(options), 1)


@given(any_document())
@settings(deadline=None, max_examples=50)
def test_pairs_take_any_document_and_predict_what_was_seen_with_a_strict_threshold(document):
    model = Pairs().fit([document])
    patterns = learn_patterns([document])
    labels = document.labels()
    for relation in model.predict(document):
        loop = relation.head == relation.tail
        ends = (labels[relation.head], "=" if loop else labels[relation.tail])
        assert ends in patterns[relation.label]


def test_crf_takes_any_text():
    model = Crf().fit(corpus("a", 5))
    assert all(isinstance(found, Found) for found in model.predict("😀 l’« Ukraine » 3,5\r\n"))
