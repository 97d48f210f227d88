"""Noise: mentions follow exactly, each kind changes what it says and nothing else, French and names as the press has them."""

import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bouture import formats
from bouture.corpus.document import Document, Entity, Mask, Span
from bouture.corpus.fidelity import compare
from bouture.corpus.markup import to_markup
from bouture.corpus.normalise import fold, normalise
from bouture.errors import InputError
from bouture.strategies.determiners import initial
from bouture.strategies.dialogue import Declined
from bouture.strategies.noise import typography
from bouture.strategies.noise.noise import LIKELY, RIVALS, Name, Noise
from bouture.strategies.noise.spellings import TABLE, read_spellings
from documents import documents, texts
from strategies.driving import gold, make, materials

KINDS = get_args(Name)
NOT_IDEMPOTENT = {"spellings", "hyphenation", "slips"}
TABLE_READ = read_spellings(TABLE)

PIECES = re.split(
    r"\|",
    "Le général Zaloujny|l’armée|d'Ukraine|l'Élysée|À Kiev|ÉTAT-MAJOR|« Odessa »|«\u00a0Kyiv\u202f»|3 000 hommes|"
    "12\u00a0500|2022 300|Œuvre|cœur|e\u0301tat|E\u0301tat|Kryvyï Rih|KHARKIV|Zelensky|Volodymyr|bombardements|"
    "réorganisation|attaque|annonce| :| ;|\u00a0!|\u202f?|%|.|\n|,|M. Poutine|et|dans|ß|ŉ|ı|de la ville.Le maire",
)
french = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).flatmap(
    lambda words: st.sampled_from([" ", ""]).map(lambda join: join.join(words))
)
any_document = st.one_of(
    documents(text=french, extras=False),
    documents(text=texts(1), extras=False),
    documents(text=texts(1)),
)


def noise(*kinds: str, corpus: list[Document] | None = None, language: str = "fr", **options):
    chosen = Noise.Options(kinds=dict.fromkeys(kinds, 1.0), **options)
    return Noise(materials(corpus or gold("x"), language=language), chosen)


def made(source: str, *kinds: str, seed: int = 0, **options) -> str:
    """The markup of what the kinds make of a source in markup; the code when they decline."""
    [document] = gold(source)
    try:
        return to_markup(make(noise(*kinds, **options), document, seed)).split("\n\n")[0]
    except Declined as declined:
        return declined.issues[0].code


def unspelt(text: str) -> str:
    """The text with each name in the first spelling of its line."""
    for found in reversed(list(TABLE_READ.find(text))):
        first = TABLE_READ.names[found.name][0]
        spelling = first.upper() if found.capitals else first
        text = text[: found.start] + spelling + text[found.end :]
    return text


def tight(text: str) -> str:
    return re.sub("[ \u00a0\u202f\u2009]", "", text)


def bare(text: str) -> str:
    return normalise(text, casefold=True, accents=False).text


KEPT = {
    "spellings": unspelt,
    "capital_title": fold,
    "unaccented_capitals": bare,
    "unaccented": bare,
    "straight_apostrophes": fold,
    "curly_apostrophes": fold,
    "plain_spaces": fold,
    "no_break_spaces": fold,
    "narrow_spaces": fold,
    "tight_punctuation": tight,
    "tight_numbers": tight,
    "hyphenation": lambda text: text.replace("-\n", ""),
    "slips": str,
}
"""What each kind leaves as it is, of the text (slips aside) and of every mention."""


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_document, st.integers(0, 99))
def test_a_kind_changes_what_it_says_and_nothing_else(kind, document, seed):
    strategy = noise(kind, rate=0.3)
    try:
        new = make(strategy, document, seed)
    except Declined as declined:
        assert [issue.code for issue in declined.issues] == ["P25"]
        return
    assert new == make(noise(kind, rate=0.3), document, seed)
    assert new.text != document.text
    kept = KEPT[kind]
    if kind != "slips":
        assert kept(new.text) == kept(document.text)
    assert (new.relations, new.id, new.meta) == (document.relations, document.id, document.meta)
    for before, after in zip(document.entities, new.entities, strict=True):
        assert (before.id, before.label) == (after.id, after.label)
        for old, span in zip(before.spans, after.spans, strict=True):
            assert kept(new.mention_text(span)) == kept(document.mention_text(old))
    assert list(new.origin.parameters["noise"]) == [kind]
    assert new.origin.strategy == "noise" and new.origin.sources == (document.id,)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NOT_IDEMPOTENT])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_document, st.integers(0, 99))
def test_typographic_kinds_are_idempotent(kind, document, seed):
    strategy = noise(kind)
    try:
        once = make(strategy, document, seed)
    except Declined:
        return
    with pytest.raises(Declined):
        make(strategy, once, seed)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_document, st.integers(0, 999))
def test_all_kinds_together_keep_what_is_annotated(document, seed):
    strategy = Noise(materials([document]), Noise.Options())
    try:
        new = make(strategy, document, seed)
    except Declined:
        return
    assert [(e.id, e.label, len(e.spans)) for e in new.entities] == [
        (e.id, e.label, len(e.spans)) for e in document.entities
    ]
    told = new.origin.parameters["noise"]
    assert told and all(sum(kind in told for kind in rivals) < 2 for rivals in RIVALS)
    if new.origin.parameters["keeps"] == "mentions":
        assert compare(document, new) == []


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        ("straight_apostrophes", "L’armée d’Ukraine", "L'armée d'Ukraine"),
        ("curly_apostrophes", "L'armée et 'lui'", "L’armée et 'lui'"),
        ("straight_apostrophes", "L'armée", "P25"),
        ("plain_spaces", "«\u00a0Oui\u202f», à 14\u00a0h", "« Oui », à 14 h"),
        (
            "no_break_spaces",
            "« Oui » : 3 000 !",
            "«\u00a0Oui\u00a0»\u00a0: 3\u00a0000\u00a0!",
        ),
        ("narrow_spaces", "Quoi ? 12 500 %", "Quoi\u202f? 12\u202f500\u202f%"),
        ("no_break_spaces", "En 2022 300 soldats", "P25"),
        ("tight_punctuation", "« Non », dit-il : 5 % !", "«Non», dit-il: 5%!"),
        ("tight_numbers", "12 500 hommes, 1\u00a0200\u202f300 obus", "12500 hommes, 1200300 obus"),
        ("tight_numbers", "En 2022 300 soldats", "P25"),
        ("tight_numbers", 'La <e id="E1" t="U">47</e> 300 fois', "P25"),
        ("unaccented", "L’Élysée, cœur noué, ça", "L’Elysee, coeur noue, ca"),
        ("unaccented", "e\u0301tat", "etat"),
        (
            "unaccented_capitals",
            "À l’État-major, Œuvre à éviter",
            "A l’Etat-major, OEuvre à éviter",
        ),
        (
            "capital_title",
            'M. <e id="E1" t="P">Müller</e> à <e id="E2" t="L">Kiev</e>. Il parle.',
            'M. <e id="E1" t="P">MÜLLER</e> À <e id="E2" t="L">KIEV</e>. Il parle.',
        ),
        ("capital_title", "Kiev tient. Il parle.", "P25"),
        ("capital_title", "KIEV TIENT BON. Il parle.", "P25"),
    ],
)
def test_signs_and_capitals(kind, source, expected):
    assert made(source, kind) == expected


def test_capitals_then_accents():
    source = "L’état-major a parlé. Il se tait."
    assert made(source, "capital_title", "unaccented_capitals") == (
        "L’ETAT-MAJOR A PARLE. Il se tait."
    )


def test_a_space_that_a_mention_lives_on_stays():
    alone = Document("d", "a :", (Entity("E1", "L", (Span(1, 2),)),))
    with pytest.raises(Declined):
        make(noise("tight_punctuation"), alone)
    twins = Document("d", "a :", (Entity("E1", "L", (Span(0, 1), Span(0, 2))),))
    with pytest.raises(Declined):
        make(noise("tight_punctuation"), twins)
    edge = Document("d", "a :", (Entity("E1", "L", (Span(0, 2),)),))
    assert make(noise("tight_punctuation"), edge).mentions()[0].text == "a"


def spelt(source: str, seeds: int = 30) -> set[str]:
    return {made(source, "spellings", seed=seed) for seed in range(seeds)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Près d’Odessa", {"Près d’Odesa"}),
        (
            'À <e id="E1" t="L">Kiev</e>, l’oblast de Kiev.',
            {
                'À <e id="E1" t="L">Kyiv</e>, l’oblast de Kyiv.',
                'À <e id="E1" t="L">Kyïv</e>, l’oblast de Kyïv.',
            },
        ),
        ("KHARKIV tient", {"KHARKOV tient"}),
        ("Vladimir Poutine", {"Vladimir Putin"}),
        ("Vers Kryvyï Rih", {"Vers Kryvyi Rih", "Vers Krivoï Rog"}),
        ("Kievien, kiev, @Kiev, kyiv.Kiev, Kiev.ua, /Kiev, Kyiv Independent", {"P25"}),
        ("Anti-Poutine", {"Anti-Putin"}),
        ("Selon Poutine.", {"Selon Putin."}),
    ],
)
def test_names_take_another_spelling(source, expected):
    assert spelt(source) == expected


def test_a_name_is_spelt_one_way_for_one_entity_and_left_where_spelling_tells_two_apart():
    one = '<e id="E1" t="L">Kiev</e> et <e id="E1" t="L">Kyiv</e>'
    assert spelt(one) == {'<e id="E1" t="L">Kyïv</e> et <e id="E1" t="L">Kyïv</e>'}
    two = '<e id="E1" t="L">Dnipro</e>, sur le <e id="E2" t="L">Dniepr</e>'
    assert spelt(two) == {"P25"}


def test_a_name_that_a_mention_cuts_is_left_everywhere():
    for text, span in (("Kiev et Kiev", Span(8, 10)), ("Odessa et Odessa", Span(10, 12))):
        cut = Document("d", text, (Entity("E1", "L", (span,)),))
        for seed in range(9):
            with pytest.raises(Declined):
                make(noise("spellings"), cut, seed)


def test_the_table_keeps_elision_and_is_large():
    assert len(TABLE_READ.names) > 100
    for spellings in TABLE_READ.names:
        initials = {initial(spelling) for spelling in spellings}
        letters = {typography.BARE.get(spelling[0], spelling[0]) for spelling in spellings}
        assert len(initials) == 1 or (len(initials - {""}) == 1 and len(letters) == 1), spellings
        for spelling in spellings:
            assert [TABLE_READ.names[f.name] for f in TABLE_READ.find(spelling)] == [spellings]


def test_a_table_of_ones_own(tmp_path: Path):
    path = tmp_path / "noms.txt"
    path.write_text("# essai\nBachar | Bashar\n\n", encoding="utf-8")
    assert made("Bachar à Kiev", "spellings", spellings=path) == "Bashar à Kiev"
    options = Noise.Options(kinds={"spellings": 1}, spellings=path)
    [document] = gold("Bachar")
    parameters = make(Noise(materials([document]), options), document).origin.parameters
    assert parameters["spellings"] == "noms.txt"
    assert parameters["noise"] == {"spellings": {"Bachar": "Bashar"}}


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (b"Kiev\n", 1, "no second spelling"),
        (b"\nKiev | Kiev\n", 2, "twice"),
        (b"Kiev | Kyiv\nLviv | Kyiv\n", 2, "twice"),
        (b"Kiev | \n", 1, "capital"),
        (b"kiev | Kyiv\n", 1, "capital"),
        (b"Ki\xe9v | Kyiv\n", 0, "not UTF-8"),
    ],
)
def test_errors_of_a_table_name_the_line(tmp_path, raw, line, said):
    path = tmp_path / "noms.txt"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=said) as error:
        read_spellings(path)
    assert (error.value.line or 0) == line and error.value.hint


def test_a_missing_table_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_spellings(tmp_path / "none.txt")


def test_words_are_cut_between_syllables():
    cuts = {made("bombardements", "hyphenation", seed=seed) for seed in range(40)}
    assert cuts == {"bom-\nbardements", "bombar-\ndements", "bombarde-\nments"}
    assert {made("réapprovisionne", "hyphenation", seed=s) for s in range(60)} == {
        f"{word[0]}-\n{word[1]}"
        for word in (
            ("réap", "provisionne"),
            ("réappro", "visionne"),
            ("réapprovi", "sionne"),
            ("réapprovision", "ne"),
        )
        if len(word[1]) > 2
    }


def test_slips_stay_out_of_mentions_and_are_told():
    source = 'Le convoi traverse <e id="E1" t="L">Marioupol</e> lentement.'
    [document] = gold(source)
    strategy = noise("slips", rate=0.5)
    for seed in range(50):
        new = make(strategy, document, seed)
        assert [m.text for m in new.mentions()] == ["Marioupol"]
        assert new.origin.parameters["keeps"] == "mentions"
        text = document.text
        for word, typed in new.origin.parameters["noise"]["slips"].items():
            assert word[0] == typed[0] and abs(len(word) - len(typed)) < 2
            text = text.replace(word, typed)
        assert text == new.text


@pytest.mark.parametrize(("language", "beside"), [("fr", "qz"), ("en", "qswz")])
def test_the_wrong_key_lies_beside_the_right_one(language, beside):
    typed = {made("aaaaaa", "slips", seed=seed, language=language) for seed in range(200)}
    letters = {letter for word in typed - {"P25"} for letter in word}
    assert letters == {"a", *beside}
    assert {len(word) for word in typed - {"P25"}} == {5, 6, 7}


def test_rates_and_probabilities_are_met():
    [long] = gold("attaque " * 500 + "fin")
    new = make(noise("slips", rate=0.2), long)
    assert abs(sum(w != "attaque" for w in new.text.split()) / 501 - 0.2) < 0.06
    [document] = gold("L’armée a parlé : « Œuvre d’État » à Kiev, 3 000 bombardements.")
    strategy = Noise(materials([document]), Noise.Options())
    seen: Counter[str] = Counter()
    for seed in range(1500):
        seen.update(list(make(strategy, document, seed).origin.parameters["noise"]))
    for kind in ("tight_punctuation", "slips", "capital_title", "hyphenation"):
        assert seen[kind] / 1500 == pytest.approx(LIKELY[kind], abs=0.05)
    assert set(seen) <= set(KINDS)


def test_when_nothing_drawn_applies_another_kind_is_tried():
    [document] = gold("L’armée tient.")
    chosen = Noise.Options(kinds={"tight_numbers": 1, "straight_apostrophes": 0.01})
    for seed in range(20):
        assert make(Noise(materials([document]), chosen), document, seed).text == "L'armée tient."


@pytest.mark.parametrize(
    "options",
    [{"kinds": {}}, {"kinds": {"misprints": 1}}, {"kinds": {"slips": 1.2}}, {"rate": 0}],
)
def test_wrong_options_are_refused(options):
    with pytest.raises(ValidationError):
        Noise.Options(**options)


@pytest.mark.shared
def test_every_document_of_textmine_can_be_made_noisy(shared):
    corpus = formats.read(shared / "data/textmine2025/dev.csv")
    strategy = Noise(materials(corpus), Noise.Options())
    for document in corpus:
        new = make(strategy, document)
        before = Counter((m.entity, m.label) for m in document.mentions())
        assert before == Counter((m.entity, m.label) for m in new.mentions())


def test_a_masked_stretch_follows():
    masked = Document("d", "Ils ont dit : à Odessa", mask=Mask((Span(14, 22),)))
    new = make(noise("tight_punctuation", "spellings"), masked)
    assert [new.mention_text(span) for span in new.mask.spans] == ["à Odesa"]
