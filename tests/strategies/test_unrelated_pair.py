"""Two entities without a relation: the plan, the prompts in full, what is proved of the text, what is left unknown."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture import formats
from bouture.corpus.guide import EntityGuide, Guide, RelationGuide
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup, to_markup
from bouture.corpus.normalise import fold
from bouture.corpus.schema import RelationType, Schema
from bouture.strategies.dialogue import Declined, Materials
from bouture.strategies.gold_surfaces import Pool
from bouture.strategies.negatives.unrelated_pair.triggers import Triggers
from bouture.strategies.negatives.unrelated_pair.unrelated_pair import UnrelatedPair
from bouture.strategies.unknown_pairs import with_unknown_pairs
from bouture.strategies.wanted import Wanted
from documents import documents
from strategies.driving import converse, gold, materials
from strategies.nasty import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
CORPUS = gold(
    '<e id="E1" t="PERSONNE">Denys</e> commande le <e id="E2" t="UNITE">régiment Azov</e>.\n\nE1 | COMMANDE | E2',
    'Le <e id="E1" t="UNITE">12e bataillon</e> attend à <e id="E2" t="LIEU">Soumy</e>.\n\nE1 | SITUE_A | E2',
)
SHOWN = CORPUS[1]
CORPUS_OF_TWO = '<e id="E1" t="PERSONNE">Oksana</e> admire la <e id="E2" t="UNITE">3e brigade</e>.\n\nE1 | ADMIRE | E2'
GOOD = (
    '<e id="E1" t="PERSONNE">Denys</e> soignait ses rosiers quand le '
    '<e id="E2" t="UNITE">12e bataillon</e> a traversé le village.'
)


def guide(language: str) -> Guide:
    french = language == "fr"
    entities = {
        "PERSONNE": EntityGuide("PERSONNE", "Individu nommé." if french else "A person by name."),
        "UNITE": EntityGuide("UNITE", "Formation militaire." if french else "Military unit."),
    }
    command = RelationGuide(
        "COMMANDE",
        "Diriger une unité." if french else "To lead a unit.",
        "La tête commande." if french else "The head leads.",
        RelationType("COMMANDE", frozenset([("PERSONNE", "UNITE")])),
    )
    return Guide("Guide", language, entities, {"COMMANDE": command})


def build(language: str = "fr", **options: object) -> UnrelatedPair:
    known = materials(
        CORPUS,
        guide=guide(language),
        language=language,
        model="m",
        wanted=Wanted(relations={"SITUE_A": 0.0}),
    )
    return UnrelatedPair(known, UnrelatedPair.Options(**options))


def declined(*answers: str, **options: object) -> list[str]:
    with pytest.raises(Declined) as found:
        converse(build(**options), SHOWN, list(answers))
    return [issue.code for issue in found.value.issues]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    strategy = build(language, triggers={"COMMANDE": ("command*", "dirige")})
    request = next(strategy(SHOWN, random.Random(0)))
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"unrelated_pair.{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_parts():
    assert build("fr")._prompts.keys() == build("en")._prompts.keys()


def test_a_good_text_is_kept_with_its_origin_and_the_pair_is_a_true_negative():
    [made], requests = converse(build(), SHOWN, [GOOD])
    assert len(requests) == 1 and to_markup(made) == GOOD and not made.mask.pairs
    assert (made.origin.sources, made.origin.demonstrations) == (("d0", "d1"), ("d1",))
    assert made.origin.parameters["unrelated"] == "COMMANDE"


def test_pairs_with_what_the_model_added_are_unknown():
    more = GOOD.replace("ses rosiers", 'ses rosiers avec <e id="E3" t="PERSONNE">Ivan</e>')
    [made], _ = converse(build(), SHOWN, [more])
    assert made.mask.pairs == (("E3", "E2"),)
    related = more + "\n\nE3 | COMMANDE | E2"
    [made], _ = converse(build(), SHOWN, [related])
    assert len(made.relations) == 1 and made.mask.pairs == ()


@pytest.mark.parametrize(
    "answer",
    [
        GOOD + "\n\nE1 | COMMANDE | E2",
        GOOD.replace("Denys", "Denis"),
        GOOD.replace('<e id="E2" t="UNITE">12e bataillon</e>', "12e bataillon"),
        GOOD.replace('t="UNITE"', 't="LIEU"'),
        GOOD.replace(" quand le", ". Le"),
        GOOD.replace("soignait ses rosiers quand", "le commandant attendait ;"),
        GOOD.replace("soignait", "ne dirige plus"),
    ],
    ids=["related", "surface", "untagged", "label", "apart", "trigger*", "trigger"],
)
def test_what_is_not_as_asked_is_sent_back_then_declined(answer):
    triggers = {"COMMANDE": ("command*", "dirige")}
    assert {"P48"} <= set(declined(answer, answer, triggers=triggers)) <= {"P48", "S2", "M15"}
    made, requests = converse(build(triggers=triggers), SHOWN, [answer, GOOD])
    assert len(requests) == 2 and made[0].origin.issues[-1].code == "P05"


def test_the_words_of_every_relation_that_could_tie_the_two_are_banned():
    """The pair is a true negative for all of them, not for the one it was drawn by alone."""
    corpus = gold(CORPUS_OF_TWO)
    known = materials([*CORPUS, *corpus], wanted=Wanted(relations={"SITUE_A": 0, "ADMIRE": 0}))
    options = UnrelatedPair.Options(triggers={"ADMIRE": ("admire*",)}, repairs=0)
    strategy = UnrelatedPair(known, options)
    pair = strategy._drawn(random.Random(0))
    assert strategy._ties(pair) == ["COMMANDE", "ADMIRE"]
    ends = [f'<e id="{id}" t="{d.label}">{d.surface}</e>' for id, d in pair.ends]
    prompt = next(strategy(SHOWN, random.Random(0))).messages[1].content
    assert "ni COMMANDE, ADMIRE, ni aucune autre" in prompt and "admire…" in prompt
    with pytest.raises(Declined) as found:
        converse(strategy, SHOWN, [f"{ends[0]} admire la {ends[1]}."])
    assert found.value.issues[0].evidence["relation"] == "ADMIRE"


def test_surfaces_that_gold_relates_are_never_paired():
    strategy = build()
    for seed in range(30):
        pair = strategy._drawn(random.Random(seed))
        assert (pair.head.surface, pair.tail.surface) == ("Denys", "12e bataillon")


def test_without_two_surfaces_it_declines():
    [only] = CORPUS[:1]  # its two surfaces are related
    with pytest.raises(Declined) as found:
        next(UnrelatedPair(materials([only]), UnrelatedPair.Options())(only, random.Random(0)))
    assert [issue.code for issue in found.value.issues] == ["P45"]


def test_words_that_gold_has_between_related_mentions_are_learnt():
    related = [
        f'<e id="E1" t="P">Nom{n}</e> dirige la <e id="E2" t="U">{n}e brigade</e>.\n\nE1 | COMMANDE | E2'
        for n in range(4)
    ]
    others = [
        f'<e id="E1" t="P">Nom{n}</e> regarde passer la <e id="E2" t="U">{n}e brigade</e>.'
        for n in range(6)
    ]
    corpus = gold(*related, *others)
    triggers = Triggers(corpus, Schema.learn(corpus), {})
    assert triggers.learnt("COMMANDE") == {"dirige"}
    said = from_markup('<e id="E1" t="P">Léa</e> dirige la <e id="E2" t="U">9e brigade</e>.')
    assert triggers.said(said, "COMMANDE") == ["dirige"]
    [elsewhere] = gold(
        'Ivan dirige ; <e id="E1" t="P">Léa</e> voit la <e id="E2" t="U">9e brigade</e>.'
    )
    assert triggers.said(elsewhere, "COMMANDE") == []
    strategy = UnrelatedPair(materials(corpus), UnrelatedPair.Options(repairs=0))
    pair = strategy._drawn(random.Random(0))
    answer = f'<e id="E1" t="P">{pair.head.surface}</e> dirige la <e id="E2" t="U">{pair.tail.surface}</e>.'
    with pytest.raises(Declined) as found:
        converse(strategy, corpus[0], [answer])
    assert [issue.code for issue in found.value.issues] == ["P48"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_answers_are_declined(kind):
    with pytest.raises(Declined) as found:
        converse(build(), SHOWN, [HOSTILE[kind]] * 2)
    assert any(issue.severity is Severity.REJECT for issue in found.value.issues)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(documents(extras=False), max_size=3, unique_by=lambda d: d.id), st.integers(0, 9))
def test_what_a_pool_draws_is_a_mention_of_gold_apart_from_those_taken(corpus, seed):
    pool = Pool(corpus)
    known = {(m.label, m.text) for d in corpus for m in d.mentions()}
    for label in pool.labels:
        surfaces = [fold(drawn.surface) for drawn in pool.of(label)]
        assert len(set(surfaces)) == len(surfaces) > 0
        first = pool.draw(label, random.Random(seed))
        assert (label, first.surface) in known and first.document in {d.id for d in corpus}
        other = pool.draw(label, random.Random(seed), [first.surface])
        if other is not None:
            one, two = fold(first.surface), fold(other.surface)
            assert one not in two and two not in one


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(extras=False))
def test_a_pair_is_unknown_when_the_schema_allows_it_and_nothing_settles_it(document):
    schema = Schema.learn([document])
    masked = with_unknown_pairs(document, schema)
    labels = document.labels()
    stated = {(r.head, r.tail) for r in document.relations}
    assert stated.isdisjoint(masked.mask.pairs)
    for head, tail in masked.mask.pairs:
        assert any(schema.allows(labels[head], r, labels[tail]) for r in schema.relations)
    for one in labels:
        for other in labels:
            if (one, other) in {*stated, *masked.mask.pairs} or one == other:
                continue
            ties = [r for r in schema.relations.values() if not r.reflexive]
            assert not any((labels[one], labels[other]) in r.ends for r in ties)
    settled = {frozenset((a, b)) for a in labels for b in labels}
    assert with_unknown_pairs(document, schema, settled).mask.pairs == ()


@pytest.mark.shared
def test_an_obedient_model_is_believed_and_a_disobedient_one_gets_nothing_accepted(shared):
    corpus = formats.read(shared / "data/textmine2025/train.csv")
    schema = Schema.learn(corpus)
    strategy = UnrelatedPair(Materials(corpus, schema), UnrelatedPair.Options(repairs=0))
    kept = 0
    for seed in range(60):
        pair = strategy._drawn(random.Random(seed))
        head = f'<e id="E1" t="{pair.head.label}">{pair.head.surface}</e>'
        tail = f'<e id="E2" t="{pair.tail.label}">{pair.tail.surface}</e>'
        good = f"On a parlé de {head}, et plus tard de {tail}."
        [made], _ = converse(strategy, corpus[0], [good], seed)
        assert {m.text for m in made.mentions()} >= {pair.head.surface, pair.tail.surface}
        assert made.relations == () and not {("E1", "E2"), ("E2", "E1")} & set(made.mask.pairs)
        kept += 1
        other = next(label for label in schema.entities if label != pair.tail.label)
        for bad in (
            f"{good}\n\nE1 | {pair.relation} | E2",
            good.replace(head, pair.head.surface),
            good.replace(tail, f'<e id="E2" t="{other}">{pair.tail.surface}</e>'),
            good.replace(f">{pair.tail.surface}<", f">{pair.tail.surface}z<"),
            good.replace(", et plus", ".\n\nPlus"),
        ):
            with pytest.raises(Declined):
                converse(strategy, corpus[0], [bad], seed)
    assert kept == 60
