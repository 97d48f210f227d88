"""The same words with another label: what can be flipped, the prompts in full, what is proved of the twin."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.fidelity import compare
from bouture.corpus.guide import EntityGuide, Guide, Rule, RuleKind
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup, to_markup
from bouture.corpus.schema import Schema
from bouture.strategies.counterfactual.type_flip.ambiguous import Ambiguous
from bouture.strategies.counterfactual.type_flip.type_flip import TypeFlip
from bouture.strategies.dialogue import Declined, Materials
from bouture.strategies.gold_sentence import changed, relabelled, sentences_of
from bouture.strategies.wanted import Wanted
from documents import documents
from strategies.driving import converse, gold, materials
from strategies.nasty import HOSTILE
from strategies.obedience import DISOBEDIENCE, adds_untagged_mentions

GOLDEN = Path(__file__).parent / "golden"
SOURCE = (
    'Le <e id="E1" t="FONCTION">ministre</e> est arrivé à <e id="E2" t="LIEU">Moscou</e> '
    'le <e id="E3" t="DATE">3 mars</e>. Il y restera.\n\nE1 | SE_DEPLACE_VERS | E2\nE1 | VU_LE | E3'
)
OTHER = '<e id="E7" t="ORGANISATION">Moscou</e> a démenti.'
CORPUS = gold(SOURCE, OTHER)
DOCUMENT = CORPUS[0]
GOOD = (
    'Le <e id="E1" t="FONCTION">ministre</e> est arrivé, <e id="E2" t="ORGANISATION">Moscou</e> '
    'l’a confirmé, le <e id="E3" t="DATE">3 mars</e>.\n\nE1 | VU_LE | E3'
)


def guide(language: str) -> Guide:
    french = language == "fr"
    rule = Rule(
        "GEN-I2",
        RuleKind.INCLUSION,
        "Une capitale qui décide est une ORGANISATION."
        if french
        else "A capital that decides is an ORGANISATION.",
    )
    said = (
        ("Nom propre géographique.", "Institution.")
        if french
        else ("Geographical name.", "Institution.")
    )
    entities = {
        "LIEU": EntityGuide("LIEU", said[0]),
        "ORGANISATION": EntityGuide("ORGANISATION", said[1]),
        "FONCTION": EntityGuide("FONCTION", "…"),
        "DATE": EntityGuide("DATE", "…"),
    }
    return Guide("Guide", language, entities, {}, (rule,))


def build(language: str = "fr", **options: object) -> TypeFlip:
    known = materials(CORPUS, guide=guide(language), language=language, model="m")
    return TypeFlip(known, TypeFlip.Options(**options))


def declined(*answers: str, **options: object) -> list[str]:
    with pytest.raises(Declined) as found:
        converse(build(**options), DOCUMENT, list(answers))
    return [issue.code for issue in found.value.issues]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    request = next(build(language)(DOCUMENT, random.Random(0)))
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"type_flip.{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_parts():
    assert build("fr")._prompts.keys() == build("en")._prompts.keys()


def test_a_good_twin_is_kept_with_its_origin():
    [made], requests = converse(build(), DOCUMENT, [GOOD])
    assert len(requests) == 1 and to_markup(made) == GOOD
    origin = made.origin
    assert (origin.strategy, origin.sources, origin.demonstrations) == (
        "type_flip",
        ("d0",),
        ("d1",),
    )
    told = {key: origin.parameters[key] for key in ("surface", "from", "to")}
    assert told == {"surface": "Moscou", "from": "LIEU", "to": "ORGANISATION"}


def test_relations_of_the_entity_that_changed_are_unknown_and_the_others_are_gold():
    more = GOOD + "\nE2 | VU_LE | E3"
    schema = Schema.learn([*CORPUS, from_markup(more.replace("VU_LE", "DATE_DE"))])
    strategy = TypeFlip(Materials(CORPUS, schema), TypeFlip.Options())
    [made], _ = converse(strategy, DOCUMENT, [GOOD])
    assert made.mask.pairs == (("E2", "E3"),)


@pytest.mark.parametrize(
    "answer,codes",
    [
        # the label has not changed, or nothing but the label
        (GOOD.replace("ORGANISATION", "LIEU"), {"P46"}),
        ('Le <e id="E1" t="FONCTION">ministre</e> est arrivé à <e id="E2" t="ORGANISATION">Moscou</e> le <e id="E3" t="DATE">3 mars</e>.\n\nE1 | VU_LE | E3', {"P47"}),
        # another surface, a lost mention, an added one, a lost relation, an added one
        (GOOD.replace("Moscou", "Minsk"), {"P46"}),
        (GOOD.replace('<e id="E3" t="DATE">3 mars</e>', "3 mars").split("\n")[0], {"P46"}),
        (GOOD.replace("confirmé", 'confirmé au <e id="E9" t="FONCTION">maire</e>'), {"P46"}),
        (GOOD.split("\n")[0], {"P46"}),
        (GOOD + "\nE3 | VU_LE | E1", {"P46"}),
        # another sentence altogether
        ('<e id="E2" t="ORGANISATION">Moscou</e>, qui n’avait rien dit la veille ni l’avant-veille, annonce sans attendre qu’un <e id="E1" t="FONCTION">ministre</e> parlera <e id="E3" t="DATE">3 mars</e> prochain.\n\nE1 | VU_LE | E3', {"P47"}),
    ],
)  # fmt: skip
def test_what_is_not_as_asked_is_sent_back_then_declined(answer, codes):
    assert codes <= set(declined(answer, answer)) <= codes | {"F3", "M15"}
    [made], requests = converse(build(), DOCUMENT, [answer, GOOD])
    assert len(requests) == 2 and made.origin.issues[-1].code == "P05"


def test_the_old_use_may_not_stay_beside_the_new_one():
    both = GOOD.replace("est arrivé,", "est arrivé à Moscou,")
    assert declined(both, both) == ["P46"]


def test_a_document_without_anything_to_flip_gives_its_turn_to_another():
    [_, _, bare] = corpus = gold(SOURCE, OTHER, "Rien ici.")
    strategy = TypeFlip(materials(corpus), TypeFlip.Options())
    sources = set()
    for seed in range(12):
        dialogue = strategy(bare, random.Random(seed))
        answer = GOOD if "(E2) est" in next(dialogue).messages[1].content else 'À <e id="E7" t="LIEU">Moscou</e>, on a démenti.'  # fmt: skip
        [made], _ = converse(strategy, bare, [answer], seed)
        [source] = made.origin.sources
        assert (source == "d0") == (answer == GOOD) and source not in made.origin.demonstrations
        sources.add(source)
    assert sources == {"d0", "d1"}


def test_the_example_has_no_tag_but_that_of_its_surface():
    busy = 'Le <e id="E1" t="FONCTION">maire</e> croit <e id="E9" t="ORGANISATION">Moscou</e>.\n\nE1 | CROIT | E9'
    corpus = gold(SOURCE, busy)
    request = next(TypeFlip(materials(corpus), TypeFlip.Options())(corpus[0], random.Random(0)))
    said = request.messages[1].content
    assert 'Le maire croit <e id="E2" t="ORGANISATION">Moscou</e>.' in said and "CROIT" not in said


def test_a_word_that_only_ever_introduces_the_old_label_speaks_against_the_new():
    places = [f'On dort à <e id="E1" t="LIEU">Ville{n}</e>.' for n in range(6)]
    speakers = [f'Selon <e id="E1" t="ORGANISATION">Bureau{n}</e>, non.' for n in range(6)]
    corpus = gold(SOURCE, OTHER, *places, *speakers)
    strategy = TypeFlip(materials(corpus), TypeFlip.Options(repairs=0))
    still = (
        'Le <e id="E1" t="FONCTION">ministre</e> est attendu à <e id="E2" t="ORGANISATION">Moscou</e> '
        'le <e id="E3" t="DATE">3 mars</e>.\n\nE1 | VU_LE | E3'
    )
    with pytest.raises(Declined) as found:
        converse(strategy, corpus[0], [still])
    [issue] = found.value.issues
    assert issue.code == "P46" and issue.evidence["word"] == "à"
    [made], _ = converse(strategy, corpus[0], [GOOD])
    assert made.entity("E2").label == "ORGANISATION"


def test_surfaces_come_from_gold_or_from_the_options():
    [alone] = gold(SOURCE)
    with pytest.raises(Declined) as found:
        next(TypeFlip(materials([alone]), TypeFlip.Options())(alone, random.Random(0)))
    assert [issue.code for issue in found.value.issues] == ["P45"]
    options = TypeFlip.Options(surfaces={"moscou": ("LIEU", "FONCTION")})
    request = next(TypeFlip(materials([alone]), options)(alone, random.Random(0)))
    assert "Moscou\u00a0» (E2) est annoté LIEU" in request.messages[1].content
    none = Materials(CORPUS, Schema.learn(CORPUS), wanted=Wanted(labels={"ORGANISATION": 0, "LIEU": 0}))  # fmt: skip
    with pytest.raises(Declined):
        next(TypeFlip(none, TypeFlip.Options())(DOCUMENT, random.Random(0)))


def test_mentions_that_nest_or_come_twice_are_left_alone():
    [nested, twice] = gold(
        'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Moscou</e></e> parle.',
        'De <e id="E1" t="LIEU">Moscou</e> à <e id="E1" t="LIEU">Moscou</e>, ou à Moscou.',
    )
    ambiguous = Ambiguous([*CORPUS, nested, twice], {})
    assert ambiguous.flips(nested) == ambiguous.flips(twice) == []
    assert [flip.label for flip in ambiguous.flips(DOCUMENT)] == ["ORGANISATION"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_answers_are_declined(kind):
    with pytest.raises(Declined) as found:
        converse(build(), DOCUMENT, [HOSTILE[kind]] * 2)
    assert any(issue.severity is Severity.REJECT for issue in found.value.issues)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(extras=False))
def test_sentences_hold_their_mentions_where_they_are(document):
    for sentence in sentences_of(document):
        assert sentence.text in document.text and sentence.id == document.id
        to_markup(sentence)  # can be written with tags
        labels = document.labels()
        whole = {(m.entity, m.text) for m in document.mentions()}
        assert {(m.entity, m.text) for m in sentence.mentions()} <= whole
        assert all(labels[e.id] == e.label for e in sentence.entities)
        assert set(sentence.relations) <= set(document.relations)


def test_relabelling_changes_one_label_and_takes_the_relations_of_the_entity():
    other = relabelled(DOCUMENT, "E2", "X")
    assert other.labels() == {"E1": "FONCTION", "E2": "X", "E3": "DATE"}
    assert [r.label for r in other.relations] == ["VU_LE"]


@pytest.mark.parametrize(
    "before,after,ratio",
    [
        ("a b c", "a b c", 0.0),
        ("a b", "c d", 1.0),
        ("a b c d", "a b c e", 0.25),
        # a mention is one word, whatever its length
        ('<e id="1" t="T">x y z</e> b c <e id="2" t="T">v w</e>', '<e id="2" t="T">v w</e> b c <e id="1" t="T">x y z</e>', 0.5),
        ('<e id="1" t="T">x y <e id="2" t="T">z</e></e> b', '<e id="1" t="T">x y <e id="2" t="T">z</e></e> c', 0.5),
    ],
)  # fmt: skip
def test_the_share_changed(before, after, ratio):
    old, new = from_markup(before), from_markup(after)
    assert changed(old, new) == changed(new, old) == pytest.approx(ratio)


@pytest.mark.shared
def test_an_obedient_model_keeps_everything_and_a_disobedient_one_gets_nothing_accepted(shared):
    corpus = formats.read(shared / "data/textmine2025/train.csv")
    strategy = TypeFlip(materials(corpus), TypeFlip.Options(repairs=0, most_changed=0.9))
    kept = refused = 0
    for number, document in enumerate(corpus[:60]):
        flip = _flip_of(strategy, document, number)
        if flip is None:
            continue
        entity, expected, twin = flip
        answers = [broken for way in DISOBEDIENCE if way is not adds_untagged_mentions and (broken := way(twin, random.Random(number)))]  # fmt: skip
        for answer in (twin, *answers):
            try:
                [made], _ = converse(strategy, document, [to_markup(answer)], number)
            except Declined:
                assert answer is not twin
                refused += 1
                continue
            others = tuple(r for r in made.relations if entity not in (r.head, r.tail))
            same = Document(made.id, made.text, made.entities, others)
            assert compare(expected, same) == []
            kept += answer is twin
    assert kept > 40 and refused > 5 * kept


def _flip_of(
    strategy: TypeFlip, document: Document, seed: int
) -> tuple[str, Document, Document] | None:
    """The entity, the sentence as it should come back, and a twin that an obedient model could write."""
    try:
        prompt = next(strategy(document, random.Random(seed))).messages[1].content
    except Declined:
        return None
    said = prompt.split("## La phrase\n\n")[1].split("\n\n## ")[0]
    sentence = from_markup(said, id=document.id)
    task = prompt.split("## Consigne\n\n")[1]
    entity = task.split("» (")[1].split(")")[0]
    label = task.split('t="')[1].split('"')[0]
    expected = relabelled(sentence, entity, label)
    opening = f'<e id="{entity}" t="{label}">'
    return (
        entity,
        expected,
        from_markup(to_markup(expected).replace(opening, f"( {opening}"), id=document.id),
    )
