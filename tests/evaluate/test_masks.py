"""What nobody has decided on teaches the learners nothing: neither that it is a mention, nor that it is none."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bouture.corpus.document import Document, Entity, Mask, Relation, Span
from bouture.corpus.tokens import tokenize
from bouture.evaluate.crf import Crf, _decided
from bouture.evaluate.pairs import Pairs

VERBS = ("bombardent", "quittent", "visent", "encerclent", "regagnent", "filment")
CITIES = ("Kiev", "Irpine", "Boutcha", "Soumy", "Marioupol", "Kherson")


def sentence(number: int, annotated: bool) -> Document:
    """Forces somewhere near a city, whose mention is annotated or forgotten."""
    city = CITIES[number % len(CITIES)]
    text = f"Les forces russes {VERBS[number % len(VERBS)]} la ville de {city}."
    found = (Entity("E1", "UNITE", (Span(4, 17),)),)
    place = Span(text.index(city), text.index(city) + len(city))
    if annotated:
        found += (Entity("E2", "LIEU", (place,)),)
    return Document(f"d{number}-{annotated}", text, found)


def forgotten(number: int) -> Document:
    return sentence(number, annotated=False)


def masked(number: int) -> Document:
    document = forgotten(number)
    return replace(document, mask=Mask((sentence(number, True).entities[1].spans[0],)))


def labels(train: list[Document]) -> set[str]:
    text = sentence(1, True).text.replace("Irpine", "Lviv")
    return {found.label for found in Crf().fit(train).predict(text)}


def test_a_masked_omission_does_not_teach_that_there_is_no_mention() -> None:
    good = [sentence(n, True) for n in range(6)]
    assert "LIEU" in labels(good)
    assert "LIEU" not in labels(good[:2] + [forgotten(n) for n in range(2, 20)])
    assert "LIEU" in labels(good[:2] + [masked(n) for n in range(2, 20)])


@given(st.text("ab .", max_size=30), st.data())
def test_the_runs_are_the_tokens_outside_the_mask(text: str, data: st.DataObject) -> None:
    ends = st.integers(0, max(0, len(text)))
    drawn = data.draw(st.lists(st.tuples(ends, ends), max_size=3))
    spans = tuple(Span(min(a, b), max(a, b)) for a, b in drawn if a != b)
    document, tokens = Document("d", text, mask=Mask(spans)), tokenize(text)
    taught = [token for run in _decided(document, tokens) for token in tokens[run]]
    assert taught == [token for token in tokens if not document.mask.covers(token)]


def pair(number: int, related: bool, mask: bool) -> Document:
    text = f"Le général {CITIES[number % 6]} {'commande' if number % 2 else 'dirige'} la brigade {number}."
    person, unit = (
        Span(11, 11 + len(CITIES[number % 6])),
        Span(text.index("brigade"), len(text) - 1),
    )
    entities = (Entity("E1", "PERSONNE", (person,)), Entity("E2", "UNITE", (unit,)))
    relations = (Relation("E1", "COMMANDE", "E2"),) if related else ()
    open_pairs = (("E1", "E2"), ("E2", "E1")) if mask else ()
    return Document(f"p{number}", text, entities, relations, mask=Mask(pairs=open_pairs))


def test_a_masked_pair_does_not_teach_that_there_is_no_relation() -> None:
    gold = [pair(n, True, False) for n in range(4)]
    asked = pair(41, False, False)
    unstated = [pair(n, False, False) for n in range(4, 60)]
    open_ones = [pair(n, False, True) for n in range(4, 60)]
    assert Pairs().fit(gold + unstated).predict(asked) == []
    assert Pairs().fit(gold + open_ones).predict(asked) == [Relation("E1", "COMMANDE", "E2")]
