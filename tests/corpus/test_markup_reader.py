"""Reading answers: a valid answer gives its document in silence; each named fault is mended or coded; nothing raises."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.findings import Findings
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup, to_markup
from bouture.corpus.markup_reader import Reading, read_markup
from bouture.corpus.markup_scanner import Scanner, ids_of
from bouture.corpus.schema import RelationType, Schema

VALID = """\
Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e>, <e id="E3" t="PERSONNE">Vitali Klitschko</e>, \
a visité la <e id="E4" t="UNITE">72e brigade</e> près d’<e id="E5" t="LIEU">Irpine</e>. Selon lui, R&amp;D &lt; 5 %.

E3 | EXERCE | E1
E4 | SITUE_A | E5"""
BODY, LINES = VALID.split("\n\n")
EXERCE, SITUE = LINES.split("\n")
DOCUMENT = from_markup(VALID, id="d")
SCHEMA = Schema(
    ("FONCTION", "LIEU", "PERSONNE", "UNITE", "MATERIEL"),
    {
        "EXERCE": RelationType("EXERCE", frozenset({("PERSONNE", "FONCTION")}), irreflexive=True),
        "SITUE_A": RelationType("SITUE_A", frozenset({("UNITE", "LIEU")})),
    },
    frozenset({("FONCTION", "LIEU")}),
    hard=True,
)
SOFT = Schema(SCHEMA.entities, SCHEMA.relations, SCHEMA.nesting)


def read(answer: str, schema: Schema | None = SCHEMA, finish_reason: str = "stop") -> Reading:
    return read_markup(answer, id="d", schema=schema, finish_reason=finish_reason)


def codes(reading: Reading) -> set[tuple[str, str]]:
    return {(issue.code, issue.severity.value) for issue in reading.issues}


@pytest.mark.parametrize("schema", [SCHEMA, SOFT, None])
def test_a_valid_answer_is_read_in_silence(schema: Schema | None) -> None:
    reading = read(VALID, schema)
    assert (reading.document, reading.issues) == (DOCUMENT, ())
    assert reading.text == DOCUMENT.text


EXACT_PIECES = ("</e>", *(f'<e id="E{n}" t="{t}">' for n in (1, 2) for t in ("LIEU", "DATE")))
K = '<e id="E5" t="LIEU">Irpine</e>'
MENDED = [
    ("fence", f"```xml\n{VALID}\n```", {"M02"}),
    ("fence without end", f"```\n{VALID}", {"M02"}),
    ("fence and chatter", f"Voici :\n```\n{VALID}\n```\nN'hésitez pas !", {"M02"}),
    ("two fences", f"```\n{BODY}\n```\nRelations :\n```\n{LINES}\n```", {"M02"}),
    ("preamble", f"Voici le texte réécrit :\n\n{VALID}", {"M02"}),
    ("preamble on the line", f"Texte réécrit : {VALID}", {"M02"}),
    ("bold title", f"**Texte annoté :**\n{VALID}", {"M02"}),
    ("courtesy", f"Bien sûr ! Voici une version réécrite.\n\n{VALID}", {"M02"}),
    ("english courtesy", f"Sure, here is the rewritten text:\n\n{VALID}", {"M02"}),
    ("moral preface", f"Je ne peux pas fournir de détails opérationnels.\n\n{VALID}", {"M02"}),
    ("remark", f"{VALID}\n\nNote : toutes les balises ont été conservées.", {"M02"}),
    ("remark after text", f"{BODY}\n\n{LINES}\n\n---\nJ'ai conservé les mentions.", {"M02"}),
    ("header of relations", f"{BODY}\n\n**Relations :**\n{LINES}", set()),
    ("reasoning", f"<think>Le maire… <e></think>\n{VALID}", {"M02"}),
    ("relations first", f"{LINES}\n\n{BODY}", {"M02"}),
    ("quotes around", f'"{BODY}"\n\n{LINES}', {"M12"}),
    ("bold around", f"**{BODY}**\n\n{LINES}", {"M12"}),
    ("bold inside", VALID.replace("Kiev", "**Kiev**"), {"M12"}),
    ("number", f"1. {VALID}", {"M12"}),
    ("heading", f"### {VALID}", {"M12"}),
    ("block quote", f"> {BODY}\n\n{LINES}", {"M12"}),
    ("escaped tags", VALID.replace("<", "&lt;").replace(">", "&gt;"), {"M13"}),
    ("order of attributes", VALID.replace('id="E5" t="LIEU"', 't="LIEU" id="E5"'), {"M13"}),
    ("single quotes", VALID.replace('id="E5" t="LIEU"', "id='E5' t='LIEU'"), {"M13"}),
    ("curly quotes", VALID.replace('id="E5" t="LIEU"', "id=“E5” t=“LIEU”"), {"M13"}),
    ("no quotes", VALID.replace('id="E5" t="LIEU"', "id=E5 t=LIEU"), {"M13"}),
    ("half quotes", VALID.replace('id="E5" t="LIEU"', 'id="E5 t="LIEU'), {"M13"}),
    ("attribute type", VALID.replace(' t="', ' type="'), {"M13"}),
    ("attribute label", VALID.replace(' t="', ' label="'), {"M13"}),
    ("upper-case tags", VALID.replace("<e ", "<E ").replace("</e>", "</E>"), {"M13"}),
    ("upper-case attributes", VALID.replace('id="E5" t=', 'ID="E5" T='), {"M13"}),
    ("bare words", VALID.replace('<e id="E5" t="LIEU">', "<e E5 LIEU>"), {"M13"}),
    ("short tag", VALID.replace(K, '<E5 t="LIEU">Irpine</E5>'), {"M13"}),
    ("short tag with label", VALID.replace(K, "<E5:LIEU>Irpine</E5>"), {"M13"}),
    ("label as tag", VALID.replace(K, '<LIEU id="E5">Irpine</LIEU>'), {"M13"}),
    ("entity tag", VALID.replace(K, '<entity id="E5" type="LIEU">Irpine</entity>'), {"M13"}),
    ("missing slash", VALID.replace("Irpine</e>", "Irpine<e>"), {"M13"}),
    ("doubled tag", VALID.replace(K, f'<e id="E5" t="LIEU">{K}</e>'), {"M13"}),
    ("doubled opening", VALID.replace(K, f'<e id="E5" t="LIEU">{K}'), {"M13"}),
    ("doubled closing", VALID.replace("Klitschko</e>", "Klitschko</e></e>"), {"M13"}),
    ("unknown attribute", VALID.replace('<e id="E5"', '<e d="E5"'), {"M13"}),
    ("attribute without =", VALID.replace('<e id="E5"', '<e id"E5"'), {"M13"}),
    ("closing tag without >", VALID.replace("Irpine</e>.", "Irpine</e."), {"M13"}),
    ("closing tag without <", VALID.replace("Irpine</e>.", "Irpine/e>."), {"M13"}),
    ("opening tag without >", VALID.replace('t="LIEU">Irpine', 't="LIEU"Irpine'), {"M13"}),
    ("opening tag without <", VALID.replace('<e id="E5"', 'e id="E5"'), {"M13"}),
    ("doubled opening inside", VALID.replace('<e id="E2" t="LIEU">', '<e id="E2" t="LIEU">' * 2), {"M13"}),
    ("space after a quote", VALID.replace(">Irpine", "> Irpine"), {"M13"}),
    ("unknown tag", VALID.replace(K, f"<b>{K}</b>").replace("Selon", "<p>Selon"), {"M13"}),
    ("text tag", f"<text>{BODY}</text>\n\n{LINES}", {"M13"}),
    ("edge spaces", VALID.replace(">Irpine<", "> Irpine <").replace("’<e id=\"E5", "’<e id=\"E5"), {"M13"}),
    ("edge comma", VALID.replace("Klitschko</e>,", "Klitschko,</e>"), {"M13"}),
    ("edge full stop", VALID.replace("Irpine</e>.", "Irpine.</e>"), {"M13"}),
    ("case of label", VALID.replace('"LIEU"', '"Lieu"'), {"M06"}),
    ("plural of label", VALID.replace('"LIEU"', '"LIEUX"'), {"M06"}),
    ("accent of label", VALID.replace('"UNITE"', '"Unité"'), {"M06"}),
    ("label in English", VALID.replace('"LIEU"', '"LOCATION"').replace("PERSONNE", "PERSON"), {"M06"}),
    ("label misspelt", VALID.replace('"FONCTION"', '"FONCTON"'), {"M06"}),
    ("relation label", VALID.replace("SITUE_A", "situé à"), {"M15"}),
    ("arrows", VALID.replace(EXERCE, "E3 -> EXERCE -> E1"), {"M15"}),
    ("arrow signs", VALID.replace(EXERCE, "E3 → EXERCE → E1"), {"M15"}),
    ("long arrows", VALID.replace(EXERCE, "E3 --EXERCE--> E1"), {"M15"}),
    ("prefix and evidence", VALID.replace(EXERCE, "R: E3 | EXERCE | E1 | phrase 1"), {"M15"}),
    ("bullets", VALID.replace(EXERCE, f"- {EXERCE}").replace(SITUE, f"* {SITUE}"), {"M15"}),
    ("numbers", VALID.replace(EXERCE, f"1. {EXERCE}").replace(SITUE, f"2) {SITUE}"), {"M15"}),
    ("code marks", VALID.replace(EXERCE, f"`{EXERCE}`"), {"M15"}),
    ("call", VALID.replace(EXERCE, "EXERCE(E3, E1)"), {"M15"}),
    ("parentheses", VALID.replace(EXERCE, "(E3, EXERCE, E1)"), {"M15"}),
    ("lower-case ids", VALID.replace(EXERCE, "e3 | EXERCE | e1"), {"M15"}),
    ("ids with names", VALID.replace(EXERCE, "E3 (Vitali Klitschko) | EXERCE | E1"), {"M15"}),
    ("names for ids", VALID.replace(SITUE, "72e brigade | SITUE_A | Irpine"), {"M15"}),
    ("relation twice", f"{VALID}\n{SITUE}", {"M15"}),
    ("tables of relations", VALID.replace(EXERCE, f"| {EXERCE} |"), {"M15"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "expected"), [m[1:] for m in MENDED], ids=[m[0] for m in MENDED]
)
def test_what_is_unambiguous_is_mended_and_said(answer: str, expected: set[str]) -> None:
    reading = read(answer)
    assert reading.document is not None, reading.issues
    assert to_markup(reading.document) == VALID
    assert {issue.code for issue in reading.issues} == expected
    assert {issue.severity for issue in reading.issues} <= {Severity.REPAIRED, Severity.NOTE}


REJECT, REVIEW = "reject", "review"
CODED = [
    ("refusal fr", "Je suis désolé, mais je ne peux pas vous aider avec cette demande.", "M01", REJECT),
    ("refusal en", "I'm sorry, but I can't help with that.", "M01", REJECT),
    ("refusal ia", "En tant qu'IA, je préfère ne pas réécrire ce texte.", "M01", REJECT),
    ("cut tag", f"{BODY} Puis <e id=\"E9", "M03", REJECT),
    ("reasoning only", "<think>Voyons le texte", "M03", REJECT),
    ("empty", " \n\u00a0", "M04", REJECT),
    ("empty fence", "```\n```", "M04", REJECT),
    ("only relations", LINES, "M04", REJECT),
    ("no label", VALID.replace('<e id="E5" t="LIEU">', '<e id="E5">'), "M05", REJECT),
    ("label outside", VALID.replace('id="E4" t="UNITE"', 'id="E4" t="ANIMAL"'), "M06", REVIEW),
    ("inside a word", VALID.replace(K, f"{K}s"), "M08", REVIEW),
    ("nesting unknown", VALID.replace("la <e id=\"E4\" t=\"UNITE\">72e", "la <e id=\"E4\" t=\"UNITE\"><e id=\"E6\" t=\"MATERIEL\">72e</e>"), "M10", REVIEW),
    ("two labels", VALID.replace(K, f'<e id="E6" t="UNITE">{K}</e>'), "M11", REJECT),
    ("one id, two labels", VALID.replace('id="E5"', 'id="E4"'), "M13", REJECT),
    ("crossed", VALID.replace("Irpine</e>. Selon lui", 'Irp<E7 t="UNITE">ine</e>. Selon</E7> lui').replace('<e id="E5" t="LIEU">', '<E5 t="LIEU">').replace("ine</e>", "ine</E5>"), "M13", REJECT),
    ("unclosed", VALID.replace("72e brigade</e>", "72e brigade"), "M13", REJECT),
    ("opening lost", VALID.replace('<e id="E4" t="UNITE">', ""), "M13", REVIEW),
    ("closing that may be another's", VALID.replace(K, f"{K}</e>"), "M13", REVIEW),
    ("no id where ids matter", VALID.replace('id="E4" ', ""), "M13", REVIEW),
    ("first relation line broken", VALID.replace("E3 | EXERCE | E1", "E3 EXERCE | E1"), "M15", REVIEW),
    ("last relation line cut", VALID.replace("E4 | SITUE_A | E5", "E4 | SITU"), "M15", REVIEW),
    ("only relation line broken", f"{BODY}\n\nE3 EXERCE : E1", "M15", REVIEW),
    ("cut inside a mention", f'{BODY} Puis <e id="E9" t="LIEU">Tcherni', "M03", REJECT),
    ("piece of a tag", VALID.replace("Kiev</e></e>,", 'Kiev</e></e> id="E1,'), "M13", REJECT),
    ("mention without text", VALID.replace(K, f'{K}<e id="E7" t="LIEU"> </e>'), "M13", REVIEW),
    ("whole text tagged", f'<e id="E9" t="LIEU">{BODY}</e>', "M13", REVIEW),
    ("relation to nobody", f"{VALID}\nE8 | EXERCE | E1", "M15", REVIEW),
    ("relation unknown", f"{VALID}\nE3 | DETESTE | E4", "M15", REVIEW),
    ("relation all unknown", f"{VALID}\nE33 | DETESTE | E44", "M15", REVIEW),
    ("relation of wrong ends", f"{VALID}\nE1 | EXERCE | E3", "M15", REVIEW),
    ("relation unreadable", f"{VALID}\nE1 | EXERCE | | | | E3 | ? | x", "M15", REVIEW),
    ("second text", f"{VALID}\n\n{VALID}", "M02", REVIEW),
    ("two fenced texts", f"```\n{VALID}\n```\n```\n{VALID}\n```", "M02", REVIEW),
    ("Cyrillic text", "Мэр Киева Виталий Кличко посетил бригаду.", "M17", REJECT),
    ("Cyrillic passage", VALID.replace("Selon lui", "По словам мэра сегодня"), "M17", REVIEW),
    ("placeholder", VALID.replace("Vitali Klitschko", "⟦E3:PERSONNE⟧"), "M18", REJECT),
    ("placeholder in brackets", VALID.replace("Vitali Klitschko", "[NOM]"), "M18", REJECT),
    ("placeholder of a label", VALID.replace("Vitali Klitschko", "[PERSONNE 1]"), "M18", REJECT),
    ("placeholder XXX", VALID.replace("Vitali Klitschko", "XXX"), "M18", REJECT),
    ("placeholder city", VALID.replace("Irpine", "Ville X"), "M18", REJECT),
    ("placeholder tag", VALID.replace("Irpine", "<NOM>"), "M18", REJECT),
    ("meta", VALID.replace("Selon lui,", "En tant que modèle de langage,"), "M19", REJECT),
    ("meta fr", VALID.replace("Selon lui,", "Voici une phrase :"), "M19", REJECT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "code", "severity"), [c[1:] for c in CODED], ids=[c[0] for c in CODED]
)
def test_what_cannot_be_mended_is_coded(answer: str, code: str, severity: str) -> None:
    reading = read(answer)
    assert (code, severity) in codes(reading)
    rejected = any(issue.severity is Severity.REJECT for issue in reading.issues)
    assert (reading.document is None) is rejected
    assert all(
        issue.evidence and issue.message_fr for issue in reading.issues if issue.code != "M02"
    )
    assert all(issue.place.document == "d" for issue in reading.issues)


def test_a_cut_answer_is_rejected_whatever_it_holds() -> None:
    reading = read(VALID, finish_reason="length")
    assert codes(reading) == {("M03", REJECT)} and reading.document is None


def test_a_soft_schema_keeps_the_relation_a_hard_one_removes() -> None:
    answer = f"{VALID}\nE1 | EXERCE | E3"
    hard, soft = read(answer).document, read(answer, SOFT).document
    assert hard == DOCUMENT
    assert soft is not None and Relation("E1", "EXERCE", "E3") in soft.relations


def test_nothing_lost_is_silent() -> None:
    """A mention or relation less than the answer holds is always an issue to review."""
    reading = read(VALID.replace('id="E4" t="UNITE"', 'id="E4" t="ANIMAL"'))
    assert reading.document is not None
    assert {e.id for e in reading.document.entities} == {"E1", "E2", "E3", "E5"}
    assert codes(reading) == {("M06", REVIEW), ("M15", REVIEW)}


@pytest.mark.parametrize(
    ("tail", "severity"),
    [
        ('Il part pour <e id="E1" t="LIEU">Lviv !\n', "repaired"),
        ('Il part pour <e id="E1" t="LIEU">Lviv.', "repaired"),
        ('<e id="E1" t="LIEU">Lviv</e> dort ; <e id="E1" t="LIEU">Lviv attend la fin de la nuit.', REVIEW),
    ],
)  # fmt: skip
def test_an_unclosed_tag_is_closed_where_there_is_one_place(tail: str, severity: str) -> None:
    reading = read(tail)
    assert reading.document is not None and codes(reading) == {("M13", severity)}
    assert {m.text for m in reading.document.mentions()} == {"Lviv"}


def test_missing_ids_and_labels_are_filled_in_where_they_are_known() -> None:
    reading = read('<e t="LIEU">Kiev</e>, <e id="E2" t="UNITE">brigade</e>, <e id="E2">unité</e>')
    assert reading.document is not None
    assert [(m.entity, m.label) for m in reading.document.mentions()] == [
        ("E1", "LIEU"), ("E2", "UNITE"), ("E2", "UNITE"),
    ]  # fmt: skip
    assert codes(reading) == {("M13", "repaired"), ("M13", REVIEW)}
    flat = read('<e t="LIEU">Kiev</e> et <LIEU>Lviv</LIEU>')
    assert flat.document is not None and codes(flat) == {("M13", "repaired")}


def as_json(**changes: object) -> str:
    mentions = [{"id": m.entity, "type": m.label, "text": m.text} for m in DOCUMENT.mentions()]
    relations = [{"head": r.head, "type": r.label, "tail": r.tail} for r in DOCUMENT.relations]
    return json.dumps(
        {"text": DOCUMENT.text, "mentions": mentions, "relations": relations, **changes}
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (as_json(), {("M02", "note")}),
        (f"```json\n{as_json()}\n```", {("M02", "note"), ("M02", "repaired")}),
        (as_json(relations=["E3 | EXERCE | E1", ["E4", "SITUE_A", "E5"]]), {("M02", "note")}),
        (as_json(text=BODY), {("M02", "note")}),
        (f"[{as_json()}]", {("M02", "note")}),
        (as_json()[:-1] + ",}", {("M02", "note"), ("M05", "repaired")}),
    ],
)  # fmt: skip
def test_json_is_the_fallback(answer: str, expected: set[tuple[str, str]]) -> None:
    reading = read(answer)
    assert reading.document is not None and codes(reading) == expected
    assert to_markup(reading.document) == VALID


@pytest.mark.parametrize(
    ("answer", "code", "severity"),
    [
        (as_json()[:90], "M03", REJECT),
        (as_json(mentions=[{"type": "LIEU", "text": "Odessa"}], relations=[]), "M07", REJECT),
        (as_json(mentions=[{"type": "LIEU", "text": "kiev"}], relations=[]), "M07", "repaired"),
        (as_json(mentions=[{"text": "Kiev"}], relations=[]), "M05", REJECT),
        (as_json(relations=[{"head": "E1"}]), "M15", REVIEW),
        ('{"mentions": []}', "M04", REJECT),
        ('{"text": }', "M05", REJECT),
    ],
)  # fmt: skip
def test_json_faults_are_coded(answer: str, code: str, severity: str) -> None:
    assert (code, severity) in codes(read(answer))


WORDS = st.sampled_from(
    ["Le", "maire", "de", "Kiev", "visite", "l’hôpital", ",", "près", "d’", "Irpine", ".", "3", "000", "soldats", "R&D", "<", "5", "%", ">", "«", "Moskva", "»", "🇺🇦", "14", "h", "30", "A", "|", "B", "#StandWithUkraine", "été", "https://t.co/x", "Inc.", "O.N.U."]
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Natural documents: words, mentions of whole words that nest, any relations between them."""
    words = draw(st.lists(WORDS, min_size=1, max_size=14))
    text = draw(st.sampled_from([" ", " ", "\n", " \u00a0"])).join(words)
    starts = [
        i for i in range(len(text)) if text[i].isalnum() and (not i or not text[i - 1].isalnum())
    ]
    ends = [
        i + 1 for i in range(len(text)) if text[i].isalnum() and not text[i + 1 : i + 2].isalnum()
    ]
    pairs = [(start, end) for start in starts for end in ends if start < end]
    if not pairs:
        return Document("d", text)
    spans: list[Span] = []
    for start, end in draw(st.lists(st.sampled_from(pairs), max_size=5, unique=True)):
        span = Span(start, end)
        if not any(span.crosses(other) for other in spans) and "." not in text[start:end]:
            spans.append(span)
    entities = tuple(
        Entity(f"E{n}", draw(st.sampled_from(SCHEMA.entities)), (span,))
        for n, span in enumerate(spans, 1)
    )
    if not entities:
        return Document("d", text)
    ids = st.sampled_from([entity.id for entity in entities])
    triples = st.builds(Relation, ids, st.sampled_from(list(SCHEMA.relations)), ids)
    return Document("d", text, entities, tuple(draw(st.lists(triples, max_size=3, unique=True))))


def canonical(document: Document) -> tuple[object, ...]:
    """What is to come back: all but the white space around the text."""
    lead = len(document.text) - len(document.text.lstrip())
    entities = {
        (e.id, e.label, tuple(sorted((s.start - lead, s.end - lead) for s in e.spans)))
        for e in document.entities
    }
    return document.text.strip(), entities, document.relations


@settings(max_examples=200, deadline=None)
@given(documents())
def test_what_the_writer_writes_is_read_in_silence(document: Document) -> None:
    if len(document.text.split()) >= 10 and any(
        len(m.text) == len(document.text) for m in document.mentions()
    ):
        return  # one mention over everything is reported on purpose
    learnt = Schema.learn([document])
    for schema in (None, learnt):
        reading = read_markup(to_markup(document), id="d", schema=schema)
        assert reading.issues == ()
        assert reading.document is not None
        assert canonical(reading.document) == canonical(document)


SNIPPETS = st.sampled_from(
    ["<e", "</e>", "<", ">", "&lt;", "&#", "```", "|", "->", '"', "{", "[", "}", "\n\n", "<E3>", "</E3>", "**", "1. ",
     "Voici le texte :", "E1 | R | E2", "⟦", "\ud800", "\x00", "&#1114112;", "Note :", '{"text":', "<think>", "\ufeff"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), SNIPPETS | st.text(max_size=4), st.integers(0, 12)), max_size=6),
    st.sampled_from([VALID, as_json(), f"```\n{VALID}\n```", ""]),
)  # fmt: skip
def test_no_mangling_raises_and_every_reading_is_consistent(
    edits: list[tuple[float, str, int]], answer: str
) -> None:
    for where, put, cut in edits:
        at = int(where * len(answer))
        answer = answer[:at] + put + answer[at + cut :]
    for schema in (SCHEMA, None):
        reading = read_markup(answer, id="d", schema=schema)
        rejected = any(issue.severity is Severity.REJECT for issue in reading.issues)
        assert (reading.document is None) is rejected
        if reading.document is not None:
            assert from_markup(to_markup(reading.document), id="d").text == reading.text


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(SNIPPETS, max_size=30).map("".join))
def test_any_string_is_read(answer: str) -> None:
    reading = read_markup(answer, id="d", schema=SOFT)
    assert reading.document is not None or reading.issues


class Tolerant(Scanner):
    """Takes every body the long way."""

    _exactly = Scanner._tolerantly


MARKUP = st.lists(st.sampled_from([*EXACT_PIECES, "mot", "Kiev, ", " ", "a id=b "]), max_size=12)


@given(MARKUP.map("".join))
def test_tags_as_asked_are_read_the_same_the_short_way_and_the_long_way(body: str) -> None:
    readings = []
    for kind in (Scanner, Tolerant):
        findings = Findings("d")
        readings.append((kind(SCHEMA, findings).scan(body), findings.issues))
    assert readings[0] == readings[1]


@given(MARKUP.map("".join))
def test_ids_are_found_the_same_whether_or_not_all_tags_are_as_asked(body: str) -> None:
    assert ids_of(body, SCHEMA) | {"E9"} == ids_of(body + " <e  id='E9' t=LIEU>", SCHEMA)


def test_deep_nesting_of_json_is_no_crash() -> None:
    assert read('{"text": ' + "[" * 100_000).document is None


@pytest.mark.shared
@pytest.mark.parametrize("corpus", ["textmine2025/train", "wikineural_fr/train", "wnut17/train"])
def test_gold_corpora_are_read_in_silence(shared: Path, corpus: str) -> None:
    lines = (shared / "data" / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [_gold(json.loads(line)) for line in lines[:100]]
    schema = Schema.learn(documents)
    for document in documents:
        reading = read_markup(to_markup(document), id=document.id, schema=schema)
        assert reading.issues == ()
        assert reading.document is not None
        assert canonical(reading.document) == canonical(document)


def _gold(raw: dict[str, list[dict[str, str]]]) -> Document:
    spans: dict[str, list[Span]] = {}
    labels: dict[str, str] = {}
    for entity in raw["entities"]:
        labels[entity["id"]] = entity["label"]
        spans[entity["id"]] = [Span(int(entity["start"]), int(entity["end"]))]
    entities = tuple(Entity(id, labels[id], tuple(found)) for id, found in spans.items())
    relations = dict.fromkeys(
        Relation(r["head"], r["label"], r["tail"]) for r in raw.get("relations", [])
    )
    return Document(str(raw["id"]), str(raw["text"]), entities, tuple(relations))
