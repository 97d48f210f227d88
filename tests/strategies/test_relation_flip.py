"""A relation reversed, denied or reported: which can be, the prompts in full, what is proved of the twin."""

import random
from pathlib import Path

import msgspec
import pytest

from bouture import formats
from bouture.corpus.document import Document, Relation, Span
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup, to_markup
from bouture.corpus.schema import RelationType, Schema
from bouture.strategies.counterfactual.relation_flip.flips import Asked, Flip, flips
from bouture.strategies.counterfactual.relation_flip.relation_flip import RelationFlip
from bouture.strategies.dialogue import Declined, Materials
from bouture.strategies.wanted import Wanted
from strategies.driving import converse, gold, materials
from strategies.nasty import HOSTILE
from strategies.obedience import DISOBEDIENCE, adds_untagged_mentions

GOLDEN = Path(__file__).parent / "golden"
A = '<e id="E1" t="UNITE">armée russe</e>'
B = '<e id="E2" t="UNITE">36e brigade</e>'
C = '<e id="E3" t="LIEU">Soumy</e>'
SOURCE = f"L’{A} a attaqué la {B} à {C} mardi matin.\n\nE1 | ATTAQUE | E2\nE2 | SITUE_A | E3"
[DOCUMENT] = gold(SOURCE)
TWINS = {
    "direction": f"La {B} a attaqué l’{A} à {C} mardi matin.\n\nE2 | ATTAQUE | E1\nE2 | SITUE_A | E3",
    "polarity": f"L’{A} n’a pas attaqué la {B} à {C} mardi matin.\n\nE2 | SITUE_A | E3",
    "modality": f"L’{A} aurait attaqué la {B} à {C} mardi matin.\n\nE1 | ATTAQUE | E2\nE2 | SITUE_A | E3",
}


def build(kind: str, language: str = "fr", **options: object) -> RelationFlip:
    wanted = Wanted(relations={"SITUE_A": 0.0})
    known = materials([DOCUMENT], language=language, model="m", wanted=wanted)
    return RelationFlip(known, RelationFlip.Options(kinds=(kind,), **options))


def declined(kind: str, *answers: str, **options: object) -> list[str]:
    with pytest.raises(Declined) as found:
        converse(build(kind, **options), DOCUMENT, list(answers))
    return [issue.code for issue in found.value.issues]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompts(language):
    said = []
    for kind in TWINS:
        messages = next(build(kind, language)(DOCUMENT, random.Random(0))).messages
        shown = messages if kind == "direction" else messages[1:]
        said += [f"[{m.role}]\n{m.content}" for m in shown]
    golden = (GOLDEN / f"relation_flip.{language}.txt").read_text(encoding="utf-8")
    assert "\n\n".join(said) + "\n" == golden


def test_both_languages_have_the_same_parts():
    assert build("polarity", "fr")._prompts.keys() == build("polarity", "en")._prompts.keys()


@pytest.mark.parametrize("kind", TWINS)
def test_a_good_twin_is_kept_with_its_origin(kind):
    [made], requests = converse(build(kind), DOCUMENT, [TWINS[kind]])
    assert len(requests) == 1 and made.text == from_markup(TWINS[kind]).text
    assert (made.origin.strategy, made.origin.sources) == ("relation_flip", ("d0",))
    told = {key: made.origin.parameters[key] for key in ("kind", "relation")}
    assert told == {"kind": kind, "relation": "E1 | ATTAQUE | E2"}


def test_what_the_denied_verb_may_have_stated_too_is_unknown():
    """« n’a pas attaqué la brigade à Soumy »: who knows where the brigade is; nested mentions stay where they are."""
    for kind in ("direction", "modality"):
        [made], _ = converse(build(kind), DOCUMENT, [TWINS[kind]])
        assert to_markup(made) == TWINS[kind] and not made.mask
    [made], _ = converse(build("polarity"), DOCUMENT, [TWINS["polarity"]])
    assert made.relations == () and made.mask.pairs == (("E2", "E3"),)
    brigade = f'<e id="E2" t="UNITE">brigade de {C}</e>'
    [nested] = gold(SOURCE.replace(B, brigade).replace(f" à {C}", ""))
    denied = TWINS["polarity"].replace(B, brigade).replace(f" à {C}", "")
    [made], _ = converse(build("polarity"), nested, [denied])
    assert to_markup(made) == denied and not made.mask


def test_a_document_without_anything_to_flip_gives_its_turn_to_another():
    [_, bare] = corpus = gold(SOURCE, "Rien ici.")
    strategy = RelationFlip(materials(corpus), RelationFlip.Options(kinds=("direction",)))
    [made], _ = converse(strategy, bare, [TWINS["direction"]])
    assert made.origin.sources == ("d0",) and made.origin.demonstrations == ()


@pytest.mark.parametrize(
    "words",
    [
        "a attaqué sans hésiter la",
        "n’a pas seulement attaqué la",
        "n’a pas hésité à attaquer la",
        "a attaqué, nul doute, la",
        "a, sans aucun doute, attaqué la",
    ],
)
def test_a_negation_that_denies_nothing_is_none(words):
    said = TWINS["polarity"].replace("n’a pas attaqué la", words)
    assert declined("polarity", said, said) == ["P47"]


def test_an_object_put_first_reverses_nothing():
    fronted = f"C’est la {B} que l’{A} a attaquée à {C} mardi matin.\n\nE2 | ATTAQUE | E1\nE2 | SITUE_A | E3"
    assert declined("direction", fronted, fronted) == ["P47"]
    [before] = gold(f"La {B} que l’{A} a attaquée attend.\n\nE1 | ATTAQUE | E2")
    after = f"L’{A} a attaqué la {B}, qui attend.\n\nE2 | ATTAQUE | E1"
    turned = f"L’{A} que la {B} a attaquée attend.\n\nE2 | ATTAQUE | E1"
    flip = Flip(before, before.relations[0], "direction")
    assert not flip.sign(from_markup(after)) and flip.sign(from_markup(turned))


@pytest.mark.parametrize(
    "said,denied",
    [
        ("No {a} attacked the {b}.", True),
        ("The {a} didn’t attack the {b}.", True),
        ("The {a} did not only attack the {b}.", False),
        ("The {a} no doubt attacked the {b}.", False),
        ("The {a} attacked the {b} without delay.", False),
    ],
)
def test_denials_in_english(said, denied):
    sentence = gold(f"The {A} attacked the {B}.\n\nE1 | ATTAQUE | E2")[0]
    flip = Flip(sentence, sentence.relations[0], "polarity")
    assert flip.sign(from_markup(said.format(a=A, b=B))) == denied


def test_an_attribution_to_nobody_is_one():
    for words in ("a, dit-on, attaqué", "semble avoir attaqué"):
        said = TWINS["modality"].replace("aurait attaqué", words)
        [made], _ = converse(build("modality"), DOCUMENT, [said])
        assert len(made.relations) == 2


def test_a_passive_reverses_without_moving_the_entities():
    passive = f"L’{A} a été attaquée par la {B} à {C} mardi matin.\n\nE2 | ATTAQUE | E1\nE2 | SITUE_A | E3"
    [made], _ = converse(build("direction"), DOCUMENT, [passive])
    assert made.text.startswith("L’armée russe a été attaquée par")


def test_a_possible_fact_goes_when_the_guide_wants_it_so():
    possible = f"L’{A} pourrait attaquer la {B} à {C} mardi matin.\n\nE2 | SITUE_A | E3"
    [made], requests = converse(build("modality", modality="drop"), DOCUMENT, [possible])
    assert made.relations == () and made.mask.pairs == (("E2", "E3"),)
    assert "simple éventualité" in requests[0].messages[1].content
    reported = f"L’{A} affirme avoir attaqué la {B} à {C} mardi matin.\n\nE1 | ATTAQUE | E2\nE2 | SITUE_A | E3"
    [made], _ = converse(build("modality"), DOCUMENT, [reported])
    assert len(made.relations) == 2
    gone = reported.replace("E1 | ATTAQUE | E2\n", "")
    assert declined("modality", gone, gone, modality="drop") == ["P47"]


BOTH = f"La {B} a été attaquée par l’{A} à {C} mardi matin.\n\nE2 | ATTAQUE | E1\nE2 | SITUE_A | E3"
ELSEWHERE = (
    f"Rien n’indique, à en croire les quelques témoins encore sur place, que l’{A} ait attaqué la {B} "
    f"ni même approché de {C}.\n\nE2 | SITUE_A | E3"
)


@pytest.mark.parametrize(
    "kind,answer,codes",
    [
        # the same sentence, or the same relations
        ("direction", SOURCE, {"P46"}),
        ("polarity", SOURCE, {"P46"}),
        ("modality", SOURCE, {"P47"}),
        # the relation line turned and not the sentence; places changed and the voice too
        ("direction", SOURCE.replace("E1 | ATTAQUE | E2", "E2 | ATTAQUE | E1"), {"P47"}),
        ("direction", BOTH, {"P47"}),
        ("direction", TWINS["direction"].replace("a attaqué", "n’a pas attaqué"), {"P47"}),
        # the line is gone and nothing denies
        ("polarity", SOURCE.replace("E1 | ATTAQUE | E2\n", ""), {"P47"}),
        ("polarity", TWINS["polarity"].replace("n’a pas", "a"), {"P47"}),
        # something else is denied
        ("polarity", TWINS["polarity"].replace("n’a pas", "a").replace(" mardi matin", ", et non, ce n’est pas fini"), {"P47"}),
        # denied rather than reported
        ("modality", TWINS["modality"].replace("aurait", "n’aurait pas"), {"P47"}),
        # another relation lost or added, a mention changed, lost or added
        ("polarity", TWINS["polarity"].split("\n")[0], {"P46"}),
        ("polarity", TWINS["polarity"] + "\nE1 | SITUE_A | E3", {"P46"}),
        ("polarity", TWINS["polarity"].replace("36e", "72e"), {"P46"}),
        ("polarity", TWINS["polarity"].replace(C, "Soumy").split("\n")[0], {"P46"}),
        ("polarity", TWINS["polarity"].replace("mardi", 'mardi à <e id="E9" t="LIEU">Lviv</e>'), {"P46"}),
        # too much has changed
        ("polarity", ELSEWHERE, {"P47"}),
    ],
)  # fmt: skip
def test_what_is_not_as_asked_is_sent_back_then_declined(kind, answer, codes):
    assert codes <= set(declined(kind, answer, answer)) <= codes | {"F3", "M15", "S2"}
    [made], requests = converse(build(kind), DOCUMENT, [answer, TWINS[kind]])
    assert len(requests) == 2 and made.origin.issues[-1].code == "P05"


def kinds_of(markup: str, schema: Schema | None = None, *kept: str) -> set[tuple[str, str]]:
    [document] = gold(markup)
    asked = Asked(("direction", "polarity", "modality"), kept={"direction": kept})
    found = flips(document, schema or Schema.learn([document]), asked)
    return {(flip.relation.label, flip.kind) for flip in found}


def test_which_relations_can_be_flipped():
    assert kinds_of(SOURCE) == {
        ("ATTAQUE", "direction"), ("ATTAQUE", "polarity"), ("ATTAQUE", "modality"),
    }  # fmt: skip
    there = f"La {B} se trouve à {C}.\n\nE2 | SITUE_A | E3"
    assert kinds_of(there) == {("SITUE_A", "polarity"), ("SITUE_A", "modality")}
    # a sentence that denies or supposes already, two targets of one verb, nesting, an entity with itself
    assert kinds_of(SOURCE.replace("a attaqué", "n’a pas attaqué")) == set()
    assert kinds_of(SOURCE.replace("a attaqué", "aurait attaqué")) == set()
    two = f"L’{A} a attaqué la {B} et {C}.\n\nE1 | ATTAQUE | E2\nE1 | ATTAQUE | E3"
    assert kinds_of(two) == {("ATTAQUE", "direction")}
    nested = f'Le <e id="E1" t="UNITE">régiment de {C.replace("E3", "E2")}</e> attend.\n\nE1 | SITUE_A | E2'
    assert kinds_of(nested) == set()
    assert kinds_of(f"La {B} attend.\n\nE2 | SEULE | E2") == set()
    stated_by_nouns = f"L’{A}, chef de la {B}, est là.\n\nE1 | ATTAQUE | E2"
    assert kinds_of(stated_by_nouns.replace("chef ", "")) == set()
    assert ("ATTAQUE", "direction") not in kinds_of(SOURCE, None, "ATTAQUE")
    with pytest.raises(Declined):
        next(build("modality", kept_modalities=("ATTAQUE",))(DOCUMENT, random.Random(0)))
    symmetric = RelationType("ATTAQUE", frozenset([("UNITE", "UNITE")]), symmetric=True)
    transitive = RelationType("ATTAQUE", frozenset([("UNITE", "UNITE")]), transitive=True)
    assert ("ATTAQUE", "direction") not in kinds_of(
        SOURCE, Schema(("UNITE",), {"ATTAQUE": transitive})
    )
    assert ("ATTAQUE", "direction") not in kinds_of(
        SOURCE, Schema(("UNITE", "LIEU"), {"ATTAQUE": symmetric})
    )


def test_relations_across_sentences_are_declined():
    [document] = gold(f"L’{A} avance. La {B} attend.\n\nE1 | ATTAQUE | E2")
    strategy = RelationFlip(materials([document]), RelationFlip.Options())
    with pytest.raises(Declined) as found:
        next(strategy(document, random.Random(0)))
    assert [issue.code for issue in found.value.issues] == ["P45"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_answers_are_declined(kind):
    with pytest.raises(Declined) as found:
        converse(build("polarity"), DOCUMENT, [HOSTILE[kind]] * 2)
    assert any(issue.severity is Severity.REJECT for issue in found.value.issues)


WORDS = {
    "direction": ", par défaut,",
    "polarity": " n’est pas ce que l’on croit et",
    "modality": " serait là et",
}


def inserted(document: Document, relation: Relation, words: str) -> Document:
    """The document with words after whichever end of the relation comes first."""
    ends = [m for m in document.mentions() if m.entity in (relation.head, relation.tail)]
    at = min(m.end for m in ends)
    at = max(m.end for m in document.mentions() if m.start < at and m.end >= at)

    def moved(span: Span) -> Span:
        shift = len(words)
        return Span(span.start + shift * (span.start >= at), span.end + shift * (span.end > at))

    entities = tuple(
        msgspec.structs.replace(e, spans=tuple(map(moved, e.spans))) for e in document.entities
    )
    text = document.text[:at] + words + document.text[at:]
    return msgspec.structs.replace(document, text=text, entities=entities)


@pytest.mark.shared
@pytest.mark.parametrize("kind", WORDS)
def test_an_obedient_model_is_believed_and_a_disobedient_one_gets_nothing_accepted(shared, kind):
    corpus = formats.read(shared / "data/textmine2025/train.csv")
    known = materials(corpus)
    strategy = RelationFlip(known, RelationFlip.Options(kinds=(kind,), repairs=0, most_changed=0.9))
    kept = refused = 0
    for number, document in enumerate(corpus[:60]):
        if not strategy._flips(document):
            continue
        flip = strategy._drawn(document, random.Random(number))
        expected = flip.expected()
        twin = inserted(expected, flip.relation, WORDS[kind])
        answers = [broken for way in DISOBEDIENCE if way is not adds_untagged_mentions and (broken := way(twin, random.Random(number)))]  # fmt: skip
        if kind != "modality":  # the old relations, whatever the words
            answers.append(msgspec.structs.replace(twin, relations=flip.sentence.relations))
        answers.append(expected)  # the new relations, and the old words
        for answer in (twin, *answers):
            try:
                [made], _ = converse(strategy, document, [to_markup(answer)], number)
            except Declined:
                assert answer is not twin
                refused += 1
                continue
            sure = tuple(r for r in expected.relations if r not in flip.shaken())
            assert compare(msgspec.structs.replace(expected, relations=sure), made) == []
            assert made.text != flip.sentence.text
            kept += answer is twin
    assert kept > 15 and refused > 5 * kept


def test_the_words_must_show_it():
    relation = DOCUMENT.relations[0]
    for kind, twin in TWINS.items():
        flip = Flip(DOCUMENT, relation, kind)
        assert flip.sign(from_markup(twin)) and not flip.sign(DOCUMENT)


def test_without_a_wanted_relation_it_declines():
    known = Materials([DOCUMENT], Schema.learn([DOCUMENT]), wanted=Wanted(relations={"SITUE_A": 0, "ATTAQUE": 0}))  # fmt: skip
    with pytest.raises(Declined):
        next(RelationFlip(known, RelationFlip.Options())(DOCUMENT, random.Random(0)))
