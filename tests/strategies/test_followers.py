"""Followers: verdicts however written, disagreements as triage, edits only with gold; the whole prompts; hostile answers."""

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Mask, Origin, Span
from bouture.corpus.guide import EntityGuide, Guide, Rule, RuleKind
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.markup import from_markup
from bouture.llm.messages import Response
from bouture.strategies.dialogue import Declined
from bouture.strategies.duplicate import Duplicate
from bouture.strategies.followers import FOLLOWERS
from bouture.strategies.followers.doubt import asked_of
from bouture.strategies.followers.usage import Usage
from bouture.strategies.followers.verdicts import Said, judgement, read_verdicts
from bouture.strategies.following import Followed
from bouture.strategies.label_wise_token_replacement import LabelWiseTokenReplacement
from bouture.strategies.rewrite.rewrite import Rewrite
from documents import documents, texts
from strategies.driving import converse, gold, materials
from strategies.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
NAMES = FOLLOWERS.names()
GOLD = gold(
    'Le <e id="1" t="FONCTION">maire de <e id="2" t="LIEU">Kiev</e></e> a parlé.\n\n1 | SITUE_A | 2',
    'Pour <e id="1" t="ORGANISATION">Moscou</e>, la <e id="2" t="UNITE">72e brigade mécanisée</e> recule.',
    "Le groupe Wagner et un autre groupe. Le groupe attend.",
    'La <e id="1" t="UNITE">3e brigade</e> est à <e id="2" t="LIEU">Lviv</e>. <e id="3" t="UNITE">groupe</e>.',
)
MADE = from_markup(
    'Selon <e id="1" t="LIEU">Moscou</e>, la <e id="2" t="UNITE">72e brigade</e> mécanisée tient '
    '<e id="3" t="LIEU">Kherson</e>. Un <e id="4" t="UNITE">groupe</e> y reste.\n\n2 | SITUE_A | 3',
    id="made",
).with_origin(Origin("rewrite", ("d0",), parameters={"keeps": "mentions"}))
RIGHT = {"self_correction": "A", "verification": "oui"}
WRONG = {"self_correction": "D", "verification": "non"}


def guide(language: str) -> Guide:
    rule = Rule("LIE-E1", RuleKind.EXCLUSION, "Une capitale qui agit\nest une ORGANISATION.")
    entities = {
        "LIEU": EntityGuide("LIEU", "Nom propre géographique.", (rule,)),
        "UNITE": EntityGuide("UNITE", "Unité militaire nommée ou numérotée."),
    }
    return Guide("Guide", language, entities, {}, ())


def build(name: str, language: str = "fr", **options: object):
    known = materials(
        GOLD, guide=guide(language), language=language, model="m", parameters={"temperature": 0}
    )
    member = FOLLOWERS.load(name)
    return member(known, member.Options(**options))


def codes(document: Document) -> list[str]:
    return [issue.code for issue in document.origin.issues]


# Verdicts


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("A", Said("A")),
        ("(A)", Said("A")),
        ("**A**", Said("A")),
        ("A. La mention est correcte.", Said("A")),
        ("B | 72e brigade mécanisée", Said("B", "72e brigade mécanisée")),
        ("B : « 72e brigade mécanisée ».", Said("B", "72e brigade mécanisée")),
        ("C | ORGANISATION", Said("C", "ORGANISATION")),
        ("C - autre", Said("C", "autre")),
        ("D", Said("D")),
        ("oui", Said("A")),
        ("Non, c’est une organisation.", Said("D")),
        ("Yes.", Said("A")),
        ('Text Span: "A & W"\n   Label: (A). Correct Entity Annotation.', Said("A")),
        (
            'Text Span: "Dr. X"\nLabel: (B). Wrong Boundary. The correct span boundary is "X".',
            Said("B", "X"),
        ),
        (
            'Text Span: "x"\nLabel: (C). The span is a named entity but the category is not person. Entity type: other',
            Said("C", "other"),
        ),
        (
            '"x"\nLabel: (C). Wrong Type. The correct entity type is organization.',
            Said("C", "organization"),
        ),
        ('"x"\nLabel: (C). The span is not a named entity', Said("")),
        ("« Kiev » — correcte", Said("A")),
        ("la mention est belle", None),
        ("", None),
    ],
)
def test_judgements(body, said):
    assert judgement(body) == said


def test_numbers_decide_and_what_was_not_asked_is_left_out():
    assert read_verdicts("2. D\n1) A\n7. A\n2. A", 3) == {1: Said("A"), 2: Said("D")}


def test_without_numbers_the_order_decides_when_the_count_is_right():
    assert read_verdicts("oui\nnon", 2) == {1: Said("A"), 2: Said("D")}
    assert read_verdicts("oui\nnon", 3) == {}


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200), st.integers(1, 5))
def test_reading_verdicts_never_fails(answer, asked):
    assert set(read_verdicts(answer, asked)) <= set(range(1, asked + 1))


@given(st.lists(st.sampled_from("ABCD"), min_size=1, max_size=30))
def test_what_was_asked_for_is_read(letters):
    answer = "\n".join(f"{n}. {letter}" for n, letter in enumerate(letters, 1))
    assert [s.letter for _, s in sorted(read_verdicts(answer, len(letters)).items())] == letters


# What is asked about


def test_doubtful_mentions():
    usage = Usage(GOLD)
    asked = asked_of(MADE, "doubtful", usage)
    # Moscou is an organisation in gold, « groupe » stands mostly unannotated.
    assert {m.text for ms in asked.values() for m in ms} == {"Moscou", "groupe"}
    new = asked_of(MADE, "new", usage)
    assert {m.text for ms in new.values() for m in ms} == {
        "Moscou",
        "groupe",
        "Kherson",
        "72e brigade",
    }
    every = asked_of(MADE, "all", usage)
    assert {k: len(v) for k, v in every.items()} == {"LIEU": 2, "UNITE": 2}


def test_votes_and_reviews_make_doubtful():
    known = gold('À <e id="E1" t="LIEU">Lviv</e> et <e id="E2" t="LIEU">Kiev</e>.')
    document = known[0].with_origin(
        Origin("closed_annotation", parameters={"votes": {"E1": [2], "E2": [3]}, "samples": 3})
    )
    assert [m.text for m in asked_of(document, "doubtful", Usage(known))["LIEU"]] == ["Lviv"]
    issue = Issue.of("S2", Severity.REVIEW, Wording("x", "x"), Place(start=10, end=14))
    document = known[0].with_origin(Origin("x", issues=(issue,)))
    assert [m.text for m in asked_of(document, "doubtful", Usage(known))["LIEU"]] == ["Kiev"]


def test_usage_counts_what_stands_unannotated():
    usage = Usage(GOLD)
    assert usage.plain("Groupe") == 3 and usage.annotated("groupe", "UNITE") == 1
    assert usage.plain("inconnu") == 0 and not usage.labels("inconnu")


# The prompts


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(name, language):
    request = next(build(name, language, asked="all")(MADE, random.Random(1)))
    assert (request.model, request.parameters) == ("m", {"temperature": 0})
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"{name}.{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_parts(name):
    assert build(name, "fr").prompts.keys() == build(name, "en").prompts.keys()


def test_all_mentions_of_a_label_are_in_one_request_up_to_a_number():
    _, requests = converse(build("self_correction", asked="all"), MADE, ["1. A\n2. A"] * 2)
    assert ["1. «\u00a0Moscou" in r.messages[1].content for r in requests] == [True, False]
    assert all("@@" in r.messages[1].content for r in requests)
    _, requests = converse(build("self_correction", asked="all", most=1), MADE, ["1. A"] * 4)
    assert len({r.key for r in requests}) == 4


def test_another_model_may_judge():
    from bouture.strategies.dialogue import Asked

    known = materials(GOLD, model="m", models={"judge": Asked("j", {"temperature": 0.1})})
    member = FOLLOWERS.load("self_correction")
    request = next(member(known, member.Options(judge_model="judge"))(MADE, random.Random(0)))
    assert (request.model, request.parameters) == ("j", {"temperature": 0.1})


def test_examples_are_gold_mentions_of_both_kinds_and_never_of_the_source():
    request = next(build("verification", asked="all")(MADE, random.Random(2)))
    shown = request.messages[1].content.split("## Exemples")[1].split("## Mentions")[0]
    assert "→ oui" in shown and "→ non" in shown
    assert "maire de" not in shown  # of d0, which the document was made from
    [made], _ = converse(build("verification", asked="all"), MADE, ["1. oui\n2. oui"] * 2, seed=2)
    assert set(made.origin.demonstrations) <= {"d1", "d2", "d3"} and made.origin.demonstrations


# What becomes of verdicts


@pytest.mark.parametrize("name", NAMES)
def test_agreement_changes_nothing(name):
    answer = f"1. {RIGHT[name]}\n2. {RIGHT[name]}"
    [made], _ = converse(build(name, asked="all"), MADE, [answer] * 2)
    assert (made.text, made.entities, made.relations) == (MADE.text, MADE.entities, MADE.relations)
    assert not made.mask and made.origin.issues == ()
    said = made.origin.parameters["followers"][name]
    assert said == {"asked": 4, "judged": 4, "disagreements": {}}
    assert made.origin.parameters["keeps"] == "mentions" and made.origin.sources == ("d0",)


@pytest.mark.parametrize("name", NAMES)
def test_a_disagreement_is_for_review_and_masked(name):
    answers = [f"1. {RIGHT[name]}\n2. {WRONG[name]}", f"1. {RIGHT[name]}\n2. {RIGHT[name]}"]
    [made], _ = converse(build(name, asked="all"), MADE, answers)
    assert made.entities == MADE.entities
    assert [made.mention_text(s) for s in made.mask.spans] == ["Kherson"]
    [issue] = made.origin.issues
    assert (issue.code, issue.severity) == ("P58", Severity.REVIEW)
    assert (issue.place.start, issue.place.end) == (
        made.mask.spans[0].start,
        made.mask.spans[0].end,
    )
    [bare], _ = converse(build(name, asked="all", mask=False), MADE, answers)
    assert not bare.mask and codes(bare) == ["P58"]


def corrected(*answers: str, **options: object) -> Document:
    [made], _ = converse(build("self_correction", asked="all", **options), MADE, answers)
    assert made.text == MADE.text
    return made


def test_the_region_of_other_boundaries_holds_both():
    made = corrected("1. A\n2. A", "1. B | 72e brigade mécanisée\n2. A")
    assert [made.mention_text(s) for s in made.mask.spans] == ["72e brigade mécanisée"]
    assert made.entities == MADE.entities and codes(made) == ["P58"]
    assert "72e brigade mécanisée" in made.origin.issues[0].message


def test_edits_need_gold_to_agree():
    answers = ("1. C | ORGANISATION\n2. D", "1. B | 72e brigade mécanisée\n2. D")
    made = corrected(*answers, apply=True)
    # Gold: Moscou is an organisation, the brigade has its adjective, « groupe » is mostly nothing.
    assert [(m.label, m.text) for m in made.mentions()] == [
        ("ORGANISATION", "Moscou"),
        ("UNITE", "72e brigade mécanisée"),
        ("LIEU", "Kherson"),
    ]
    assert codes(made) == ["P60", "P58", "P60", "P60"] and len(made.relations) == 1
    assert [made.mention_text(s) for s in made.mask.spans] == ["Kherson"]
    still = corrected(*answers)
    assert still.entities == MADE.entities and codes(still) == ["P58"] * 4


def test_an_entity_that_goes_takes_its_relations_along():
    corpus = gold(
        "Kherson et Kherson. La 72e brigade, la 72e brigade.", 'À <e id="1" t="LIEU">Kherson</e>.'
    )
    member = FOLLOWERS.load("self_correction")
    follower = member(materials([*corpus, *GOLD]), member.Options(asked="all", apply=True))
    [made], _ = converse(follower, MADE, ["1. A\n2. D", "1. A\n2. A"])
    assert "Kherson" not in [m.text for m in made.mentions()] and made.relations == ()


def test_a_type_changes_with_all_mentions_of_the_entity_or_not_at_all():
    both = from_markup('<e id="1" t="LIEU">Moscou</e>, puis <e id="1" t="LIEU">Moscou</e>.', id="b")
    follower = build("self_correction", asked="all", apply=True)
    [made], _ = converse(follower, both, ["1. C | ORGANISATION\n2. A"])
    assert made.entities == both.entities and codes(made) == ["P58"]
    [made], _ = converse(follower, both, ["1. C | ORGANISATION\n2. C | organisations"])
    assert [e.label for e in made.entities] == ["ORGANISATION"] and codes(made) == ["P60", "P60"]


@pytest.mark.parametrize(
    "verdict", ["B", "B | 72e brigade", "B | absent du texte", "C | UNITE", "C. not a named entity"]
)
def test_verdicts_that_contradict_themselves_are_set_aside(verdict):
    made = corrected("1. A\n2. A", f"1. {verdict}\n2. A", apply=True)
    assert codes(made) == ["P61"] and not made.mask and made.entities == MADE.entities


def test_another_type_that_is_none_of_the_schema():
    made = corrected("1. C | autre\n2. A", "1. A\n2. A", apply=True)
    assert codes(made) == ["P58"] and made.entities == MADE.entities


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("answer", HOSTILE)
def test_hostile_answers_leave_the_document_as_it_was(name, answer):
    [made], _ = converse(build(name, asked="all", apply=True), MADE, [HOSTILE[answer]] * 2)
    assert msgspec.structs.replace(made, origin=MADE.origin) == MADE
    assert set(codes(made)) <= {"P59", "P61"} and codes(made)
    assert all(i.severity is Severity.NOTE for i in made.origin.issues)


@pytest.mark.parametrize("name", NAMES)
def test_missing_verdicts_are_told(name):
    [made], _ = converse(build(name, asked="all"), MADE, [f"1. {RIGHT[name]}"] * 2)
    assert codes(made) == ["P59", "P59"]
    assert made.origin.parameters["followers"][name] == {
        "asked": 4,
        "judged": 2,
        "disagreements": {},
    }


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    documents(text=texts(1), extras=False),
    st.lists(
        st.sampled_from(["1. A\n2. D", "1. D", "1. B | Kiev\n2. C | LIEU", "oui", "x"]), max_size=9
    ),
    st.booleans(),
)
def test_no_text_is_ever_touched(name, document, answers, apply):
    member = FOLLOWERS.load(name)
    follower = member(materials([document, *GOLD]), member.Options(asked="all", apply=apply))
    dialogue = follower(document, random.Random(0))
    left = list(answers)
    try:
        next(dialogue)
        while True:
            dialogue.send(Response(left.pop() if left else ""))
    except StopIteration as end:
        [made] = end.value
    assert (made.id, made.text, made.meta) == (document.id, document.text, document.meta)
    assert {e.id for e in made.entities} <= {e.id for e in document.entities}
    if not apply:
        assert (made.entities, made.relations) == (document.entities, document.relations)


# Followed


def followed(*names: str, strategy=None, **options: object) -> Followed:
    inner = strategy or Duplicate(materials(GOLD), Duplicate.Options())
    return Followed(inner, [build(name, asked="all", **options) for name in names])


def test_a_followed_strategy_goes_by_its_name_and_says_what_it_asks():
    both = followed("self_correction", "verification")
    assert both.name == "duplicate" and both.asks_model
    both.name = "copies"
    assert both.strategy.name == "copies" == both.name
    assert not Followed(Duplicate(materials(GOLD), Duplicate.Options()), []).asks_model


def test_followers_come_one_after_the_other_and_all_is_kept_in_the_origin():
    answers = ["1. A", "1. D", "1. oui", "1. oui"]
    [made], requests = converse(followed("self_correction", "verification"), GOLD[0], answers)
    assert len({r.key for r in requests}) == 4
    assert made.origin.strategy == "duplicate" and made.origin.sources == ("d0",)
    assert set(made.origin.parameters["followers"]) == {"self_correction", "verification"}
    assert codes(made) == ["P58"] and made.mask == Mask((Span(12, 16),))


def test_the_strategy_makes_the_same_with_followers_as_without():
    inner = LabelWiseTokenReplacement(materials(GOLD), LabelWiseTokenReplacement.Options(p=0.9))
    alone = [d for d in GOLD if d.entities]
    for seed, document in enumerate(alone):
        try:
            [bare], _ = _driven(inner, document, seed)
        except Declined:
            continue
        [made], _ = _driven(followed("verification", strategy=inner), document, seed)
        assert (made.text, made.entities) == (bare.text, bare.entities)


def _driven(strategy, document: Document, seed: int):
    dialogue = strategy(document, random.Random(seed))
    requests = []
    try:
        requests.append(next(dialogue))
        while True:
            requests.append(dialogue.send(Response("1. A\n2. A\n3. A")))
    except StopIteration as end:
        return end.value, requests


def test_a_strategy_that_declines_is_not_followed():
    inner = Rewrite(materials(GOLD, model="m"), Rewrite.Options(repairs=0))
    with pytest.raises(Declined):
        converse(followed("self_correction", strategy=inner), GOLD[0], [""])


def test_unknown_followers_are_told():
    from bouture.errors import UnknownNameError

    with pytest.raises(UnknownNameError, match="self_correction"):
        FOLLOWERS.load("self_corection")


def checked(known, document, answers):
    strategy = FOLLOWERS.load("self_correction")
    options = strategy.Options(asked="all", apply=True)
    [made], _ = converse(strategy(materials(known), options), document, answers)
    return made


def test_a_correction_never_makes_mentions_cross_or_come_twice():
    tagged = gold(*['Une <e id="1" t="UNITE">brigade mécanisée tient</e>.'] * 3)
    text = "La 72e brigade mécanisée tient."
    answer = ["1. B | brigade mécanisée tient"]
    one = Entity("a", "UNITE", (Span(7, 14),))
    assert checked(tagged, Document("x", text, (one,)), answer).entities[0].spans == (Span(7, 30),)
    crossing = Entity("b", "LIEU", (Span(3, 24),))
    made = checked([*tagged, *GOLD], Document("x", text, (one, crossing)), ["1. A", *answer])
    assert made.entities == (one, crossing) and codes(made) == ["P58"]
    same = Entity("b", "UNITE", (Span(7, 30),))
    made = checked(
        tagged, Document("x", text, (same, one)), ["1. A\n2. B | brigade mécanisée tient"]
    )
    assert made.entities == (same, one) and codes(made) == ["P58"]


def test_a_type_changes_only_where_its_relations_may_stay():
    known = [*gold(*['<e id="1" t="ORGANISATION">Moscou</e> parle.'] * 3), *GOLD]
    document = from_markup(
        'À <e id="1" t="LIEU">Moscou</e>, un <e id="2" t="FONCTION">maire</e>.\n\n2 | SITUE_A | 1',
        id="x",
    )
    answers = ["1. C | ORGANISATION", "1. A"]
    made = checked(known, document, answers)
    assert made.labels()["1"] == "LIEU" and codes(made) == ["P58"]
    bare = msgspec.structs.replace(document, relations=())
    made = checked(known, bare, answers)
    assert made.labels()["1"] == "ORGANISATION" and codes(made) == ["P60"]
