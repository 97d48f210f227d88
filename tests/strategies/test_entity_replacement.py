"""Entity replacement: pools asked once, read whatever their dress, shared out under the cap, put in good French."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.talk import Work
from bouture.corpus.document import Document, Relation
from bouture.corpus.guide import EntityGuide, Guide, Rule, RuleCode, RuleKind
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup, to_markup
from bouture.llm.client import Client
from bouture.llm.messages import Request, Response
from bouture.strategies.dialogue import Declined
from bouture.strategies.entity_pools.entity_replacement import EntityReplacement
from bouture.strategies.entity_pools.reading import MOST_CHARACTERS, read_pool
from bouture.strategies.entity_pools.seats import Seats
from bouture.strategies.planning import Job, plan_jobs
from bouture.strategies.wanted import Wanted
from strategies.driving import converse, gold, materials

GOLDEN = Path(__file__).parent / "golden"
SOURCES = (
    'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> a parlé à la presse.',
    'Des tirs ont visé le <e id="E1" t="LIEU">Donbass</e>, selon l’<e id="E2" t="ORGANISATION">OTAN</e>.',
    '<e id="E1" t="LIEU">Kiev</e> est calme.',
    "Rien à signaler.",
)
DOCUMENTS = gold(*SOURCES)
POOL = """nom | article | genre | nombre | classe
Soumy | aucun | f | s | ville
Odessa | aucun | f | s | ville
Tchernihiv | aucun | m | s | ville"""


def guide(language: str = "fr") -> Guide:
    code = RuleCode("require", "^[A-ZÉ]")
    rule = Rule("LIE-B1", RuleKind.BOUNDARY, "La mention commence par une capitale.", codes=(code,))
    entities = {
        "LIEU": EntityGuide("LIEU", "Nom propre géographique.", (rule,)),
        "FONCTION": EntityGuide("FONCTION", "Fonction tenue par un individu."),
    }
    return Guide("Guide", language, entities, {})


def build(language: str = "fr", documents=DOCUMENTS, known=None, **options) -> EntityReplacement:
    found = materials(
        documents, guide=guide(language), language=language, model="m", **(known or {})
    )
    return EntityReplacement(found, EntityReplacement.Options(**{"p": 1.0, **options}))


def said(messages) -> str:
    return "\n\n".join(f"[{m.role}]\n{m.content}" for m in messages) + "\n"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    group = {"fr": "villes du nord, près du front", "en": "towns in the north, near the front"}
    period = {"fr": "février à juin 2022", "en": "February to June 2022"}
    strategy = build(
        language, sub_pools={"LIEU": (group[language],)}, period=period[language], labels=("LIEU",)
    )
    request = next(strategy(DOCUMENTS[2], random.Random(1)))
    expected = GOLDEN / f"entity_replacement.{language}.txt"
    assert said(request.messages) == expected.read_text(encoding="utf-8")


def test_every_document_asks_the_same_question_of_a_label():
    strategy = build(labels=("LIEU",))
    requests = [next(strategy(d, random.Random(n))) for n, d in enumerate(DOCUMENTS[:3])]
    assert len({request.key for request in requests}) == 1


def test_a_place_is_replaced_and_the_french_mended():
    [made], requests = converse(build(labels=("LIEU",)), DOCUMENTS[0], [POOL])
    assert len(requests) == 1
    surface = made.origin.parameters["replaced"]["E2"]
    assert surface in {"Soumy", "Odessa", "Tchernihiv"}
    de = "d’" if surface == "Odessa" else "de "
    assert f"maire {de}{surface}" in made.text
    assert [e.id for e in made.entities] == ["E1", "E2"]
    origin = made.origin
    assert (origin.strategy, origin.sources) == ("entity_replacement", ("d0",))
    assert origin.parameters["keeps"] == "context"


def test_elision_follows_the_new_name():
    strategy = build(documents=DOCUMENTS[:1], labels=("LIEU",))
    [made], _ = converse(strategy, DOCUMENTS[0], ["Odessa | aucun | f | s | ville"])
    assert to_markup(made).startswith(
        'Le <e id="E1" t="FONCTION">maire d’<e id="E2" t="LIEU">Odessa</e></e>'
    )


def test_each_label_and_each_sub_pool_has_its_question():
    pools = {"LIEU": ("villes", "régions")}
    answers = [
        "Soumy | aucun | f | s | ville",
        "Volhynie | la | f | s | région",
        "FSB | le | m | s | -",
    ]
    [made], requests = converse(build(sub_pools=pools), DOCUMENTS[1], answers)
    asked = [request.messages[1].content for request in requests]
    assert "du type LIEU (villes)" in asked[0] and "du type LIEU (régions)" in asked[1]
    assert "du type ORGANISATION," in asked[2]
    assert set(made.origin.parameters["replaced"]) <= {"E1", "E2"}


def test_what_gold_knows_the_guide_forbids_or_holds_another_mention_stays_out():
    strategy = build(labels=("LIEU", "FONCTION"))
    lines = (
        "Kiev | aucun | f | s | ville\nzone grise | - | f | s | -\nSoumy | aucun | f | s | ville"
    )
    found, aside = strategy._filler._read_anew("LIEU", lines, "stop")
    assert [one.surface for one in found] == ["Soumy"]
    assert +aside == {"gold": 1, "guide": 1}
    lines = (
        "chef de Kiev | - | m | s | -\nchef d’Izioum | - | m | s | -\nporte-parole | - | m | s | -"
    )
    found, aside = strategy._filler._read_anew("FONCTION", lines, "stop")
    assert [one.surface for one in found] == ["porte-parole"]  # one word holds no other
    assert aside["nested"] == 2
    documents = [*DOCUMENTS, *gold('Le <e id="E1" t="FONCTION">ministre</e> est venu.')]
    strategy = build(documents=documents)
    found, aside = strategy._filler._read_anew("FONCTION", lines, "stop")
    assert [one.surface for one in found] == ["porte-parole"] and aside["nested"] == 2


def test_a_thin_pool_is_noted_and_a_full_one_is_not():
    [made], _ = converse(build(labels=("LIEU",), size=60), DOCUMENTS[2], [POOL])
    [note] = [issue for issue in made.origin.issues if issue.code == "P21"]
    assert note.severity is Severity.NOTE and note.evidence["kept"] == 3
    [made], _ = converse(build(labels=("LIEU",), size=3), DOCUMENTS[2], [POOL])
    assert made.origin.issues == ()


HOSTILE = [
    "",
    "Je suis désolé, mais je ne peux pas vous aider à produire cette liste.",
    "[]",
    '{"a": [1, 2, null]}',
    "<" * 1_000_000,
    "[" * 100_000,
    "Voici la liste demandée :\n\nSoumy, Odessa et Tchernihiv.",
    "\ud800 | aucun | m | s | ville",
    "Київ | aucun | m | s | ville\nЛьвів | aucun | m | s | ville",
    "[nom de ville] | aucun | f | s | ville\nVille X | aucun | f | s | ville",
    "| --- | --- |\n|||||\n",
    "Kiev | aucun | m | s | ville",
    "a" * 5000 + " | aucun | m | s | ville",
]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_answer_is_asked_again_then_declined(answer):
    with pytest.raises(Declined) as declined:
        converse(build(labels=("LIEU",)), DOCUMENTS[2], [answer, answer])
    assert [issue.code for issue in declined.value.issues] == ["P20"]
    assert declined.value.answer == answer
    [made], requests = converse(build(labels=("LIEU",)), DOCUMENTS[2], [answer, POOL])
    assert "Refais toute la liste" in requests[1].messages[3].content
    assert all(message.content for message in requests[1].messages)
    assert made.origin.parameters["replaced"]


DRESSED = [
    POOL,
    f"Voici la liste :\n\n```\n{POOL}\n```\n\nN’hésitez pas à demander la suite !",
    "| nom | article | genre | nombre | classe |\n|---|---|---|---|---|\n"
    "| **Soumy** | aucun | f | s | ville |\n| Odessa | aucun | f | s | ville |\n| Tchernihiv | aucun | m | s | ville |",
    "1. « Soumy » | aucun | féminin | singulier | ville\n2. Odessa | aucun | f | s | ville\n3) Tchernihiv | aucun | M | S | Ville",
    '[{"nom": "Soumy", "article": "aucun", "genre": "f", "nombre": "s", "classe": "ville"},'
    ' ["Odessa", "aucun", "f", "s", "ville"], "Tchernihiv | aucun | m | s | ville"]',
    '<e id="E1" t="LIEU">Soumy</e> | aucun | f | s | ville\n- Odessa | aucun | f | s | ville\n\n* Tchernihiv | aucun | m | s | ville',
    "<think>Voyons…</think>\n" + POOL,
]


@pytest.mark.parametrize("answer", DRESSED, ids=range(len(DRESSED)))
def test_the_list_is_read_whatever_its_dress(answer):
    read, unread = read_pool(answer)
    assert [one.surface for one in read] == ["Soumy", "Odessa", "Tchernihiv"] and unread == 0
    assert {one.facts.kind for one in read} == {"city"}
    assert [one.facts.gender for one in read] == ["f", "f", "m"]


def test_an_article_is_no_part_of_the_name_and_contradictions_are_not_settled():
    read, _ = read_pool(
        "le SBU | le | m | s | -\nl’OTAN | l’ | f | s | -\nla Garde | - | m | s | -\npolicier | - | m | s | -\nLe Monde | aucun | m | s | -"
    )
    told = [(one.surface, one.facts.article, one.facts.gender) for one in read]
    assert told == [
        ("SBU", "definite", "m"),
        ("OTAN", "definite", "f"),
        ("Garde", "definite", ""),
        ("policier", "noun", "m"),
        ("Le Monde", "none", "m"),
    ]


def test_the_last_line_of_a_cut_answer_is_left_out():
    read, _ = read_pool("Soumy | aucun | f | s | ville\nTchern | auc", "length")
    assert [one.surface for one in read] == ["Soumy"]


@given(st.text())
def test_any_answer_is_read_without_an_exception(answer):
    for one in read_pool(answer)[0]:
        assert 0 < len(one.surface) <= MOST_CHARACTERS and one.surface == one.surface.strip()


def labelled(number: int, entities: int = 1) -> Document:
    tagged = (f'Voici <e id="E{n}" t="LIEU">Nom{number}x{n}</e>.' for n in range(entities))
    return from_markup(" ".join(tagged), id=f"d{number}")


@settings(max_examples=60, deadline=None)
@given(
    entities=st.integers(1, 700),
    pool=st.integers(1, 400),
    samples=st.integers(1, 12),
    every=st.integers(1, 4),
    uses=st.integers(1, 3),
    always=st.sampled_from(["first", "drawn"]),
)
def test_no_mention_of_a_pool_comes_up_more_often_than_the_cap(
    entities, pool, samples, every, uses, always
):
    """For 100 entities (times `uses`) or more, or 3 samples or fewer, however the draws fall out."""
    corpus = [labelled(n) for n in range(entities)]
    seats = Seats(corpus, lambda document, _: int(document.id[1:]) % every == 0, uses)
    samples = samples if entities >= 100 * uses else max(1, 3 // uses)
    used: Counter[int] = Counter()
    for sample in range(samples):
        for document in corpus[::every]:
            rng = random.Random(0 if always == "first" else f"{document.id} {sample}")
            places = seats.of(document.id, document.entities[0], pool, rng)
            assert len(set(places)) == len(places) and set(places) <= set(range(pool))
            used.update(places[:1])
    assert max(used.values()) <= max(3, 0.01 * entities * samples)


def test_over_2000_jobs_no_surface_exceeds_three_or_one_percent():
    """400 documents with three entities, five samples each: 6,000 entities, at most 60 for a surface."""
    corpus = [labelled(n, 3) for n in range(400)]
    names = [f"Soumy{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    answer = Response("\n".join(f"{name} | s | city" for name in names))
    found = materials(corpus, language="en")
    strategy = EntityReplacement(found, EntityReplacement.Options(p=1.0))
    used: Counter[str] = Counter()
    made = 0
    for sample in range(5):
        for document in corpus:
            dialogue = strategy(document, Job(document.id, "x", sample).rng(13))
            try:
                next(dialogue)
                dialogue.send(answer)
            except StopIteration as end:
                [new] = end.value
                used.update(m.text for m in new.mentions() if m.text in names)
                made += 1
            except Declined as declined:
                assert [issue.code for issue in declined.issues] == ["P22"]
    assert made > 1500 and sum(used.values()) > 3000
    assert len(used) == len(names) and max(used.values()) <= 60


def test_no_two_entities_of_a_document_come_to_bear_one_name():
    document = labelled(0, 8)
    names = "\n".join(f"Ville{chr(97 + n)} | s | city" for n in range(16))
    [made], _ = converse(build("en", documents=[document]), document, [names])
    replaced = list(made.origin.parameters["replaced"].values())
    assert len(replaced) == 8 == len(set(replaced))


def test_a_stated_gender_stays_true():
    text = '<e id="E1" t="PERSONNE">Marie</e> arrive.'
    [person] = gold(text)
    person = Document("d0", person.text, person.entities, (Relation("E1", "GENDER_FEMALE", "E1"),))
    lines = "Bohdan | aucun | m | s | personne\nOlena | aucun | f | s | personne"
    [made], _ = converse(build(documents=[person]), person, [lines])
    assert made.text == "Olena arrive."
    other = Document("d0", person.text, person.entities, (Relation("E1", "IS_PROUD_OF", "E1"),))
    with pytest.raises(Declined) as declined:
        next(build(documents=[other])(other, random.Random(0)))
    assert [issue.code for issue in declined.value.issues] == ["P22"]


def test_a_person_is_no_place_and_a_place_no_person():
    [document] = gold(
        '<e id="E1" t="LIEU">Kiev</e> tient, dit <e id="E2" t="PERSONNE">Zelensky</e>.'
    )
    lines = "Jean Dupont | aucun | m | s | personne\nSoumy | aucun | f | s | ville"
    filler = build(documents=[document])._filler
    for label, kept in (("LIEU", ["Soumy"]), ("PERSONNE", ["Jean Dupont"]), ("FONCTION", 2)):
        found, aside = filler._read_anew(label, lines, "stop")
        if label == "FONCTION":  # a label whose name says neither
            assert len(found) == kept and not +aside
        else:
            assert [one.surface for one in found] == kept and +aside == {"kind": 1}


def test_an_entity_that_reads_in_two_ways_stays():
    [document] = gold(
        'L’<e id="E1" t="ORGANISATION">OTAN</e> (<e id="E1" t="ORGANISATION">Alliance</e>) se réunit.'
    )
    with pytest.raises(Declined) as declined:
        next(build(documents=[document])(document, random.Random(0)))
    assert "d’une sorte qui ne se remplace pas" in declined.value.issues[0].message_fr


def test_a_name_that_is_shortened_to_its_last_word_changes_in_both_forms():
    [document] = gold(
        '<e id="E1" t="PERSONNE">Volodymyr Zelensky</e> est à Kiev ; <e id="E1" t="PERSONNE">Zelensky</e> reste.'
    )
    person = "Oleh Synehoubov | aucun | m | s | personne"
    [made], _ = converse(build(documents=[document]), document, [person])
    assert made.text == "Oleh Synehoubov est à Kiev ; Synehoubov reste."
    assert made.origin.parameters["replaced"] == {"E1": "Oleh Synehoubov"}
    for name in ("Synehoubov", "Jean-Yves Le Drian", "Ursula von der Leyen"):  # which short form?
        line = f"{name} | aucun | m | s | personne"
        with pytest.raises(Declined) as declined:
            converse(build(documents=[document]), document, [line])
        assert "sans la forme brève" in declined.value.issues[0].message_fr


def test_in_english_a_pronoun_keeps_its_entity():
    [document] = gold('<e id="E1" t="PERSON">Ann</e> said <e id="E1" t="PERSON">she</e> left.')
    with pytest.raises(Declined) as declined:
        converse(build("en", documents=[document]), document, ["Bob | s | person"])
    assert "P23" in declined.value.issues[0].message


def test_nothing_to_replace_is_declined_before_anything_is_asked():
    with pytest.raises(Declined) as declined:
        next(build()(DOCUMENTS[3], random.Random(0)))
    assert [issue.code for issue in declined.value.issues] == ["P04"]


def test_a_pool_that_fits_nowhere_is_declined():
    lines = "policiers | - | m | p | -"
    documents = gold('<e id="E1" t="ORGANISATION">Europol</e> enquête.')
    with pytest.raises(Declined) as declined:
        converse(build(documents=documents), documents[0], [lines])
    assert [issue.code for issue in declined.value.issues] == ["P22"]
    assert "P15" in declined.value.issues[0].message


def test_wanted_labels_are_drawn_more_often():
    def share(weight: float) -> int:
        known = {"wanted": Wanted({"LIEU": weight, "ORGANISATION": 0.0})}
        strategy = build(known=known, p=0.2)
        drawn = (strategy._drawn(DOCUMENTS[1], random.Random(n))[0] for n in range(200))
        return sum(entity.label == "LIEU" for entities in drawn for entity in entities)

    assert share(3.0) > share(0.0)


def test_in_english_the_number_the_article_and_the_capital_are_kept():
    [document] = gold('An <e id="E1" t="UNIT">army</e> left <e id="E2" t="PLACE">Kyiv</e>.')
    found = materials([document], language="en")

    def made(answers: list[str], **options) -> str:
        strategy = EntityReplacement(found, EntityReplacement.Options(p=1.0, **options))
        [new], _ = converse(strategy, document, answers)
        return new.text

    assert made(["Sumy | s | city"], labels=("PLACE",)) == "An army left Sumy."
    assert made(["escort | s | -"], labels=("UNIT",)) == "An escort left Kyiv."
    for line in ("escorts | p | -", "brigade | s | -", "escort | - | -"):
        with pytest.raises(Declined) as declined:
            made([line], labels=("UNIT",))
        assert "P23" in declined.value.issues[0].message


def test_both_languages_have_the_same_parts():
    french, english = build("fr")._filler._prompts, build("en")._filler._prompts
    assert french.keys() == english.keys()


class Counting:
    """A provider that fills pools and counts what it is asked."""

    name = "counting"
    contacts = ()

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def ask(self, request: Request) -> Response:
        self.asked[request.key] += 1
        await asyncio.sleep(0.001)
        names = (f"Ville{chr(97 + n)}{request.sample}" for n in range(26))
        return Response("\n".join(f"{name} | s | city" for name in names))

    async def close(self) -> None:
        pass


async def test_a_run_asks_for_each_pool_once_whatever_the_concurrency(tmp_path):
    corpus = [labelled(n, 2) for n in range(30)]
    written = []
    for concurrency in (1, 8):
        provider = Counting()
        with RunFolder(tmp_path / str(concurrency), "a", "b") as folder:
            client = Client(provider, folder.store, concurrency=concurrency)
            work = Work(
                sources={d.id: d for d in corpus},
                jobs=plan_jobs([d.id for d in corpus], [("entity_replacement", 2)]),
                strategies={"entity_replacement": build("en", documents=corpus)},
                client=client,
            )
            summary = await run(work, folder)
            await client.close()
        assert summary.accepted > 20 and summary.failed == summary.pending == 0
        assert len(provider.asked) == 2 == sum(provider.asked.values())  # one for each sample
        written.append((tmp_path / str(concurrency) / "accepted.jsonl").read_bytes())
    assert written[0] == written[1]
