"""N1, N3, N4, D1, D2, D3: foreign, broken, odd-sized, repeated, copied and leaked texts."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.checks.check import Reference
from bouture.checks.contamination import Contamination
from bouture.checks.language import Language, vocabulary
from bouture.checks.length import Length
from bouture.checks.near_duplicates import NearDuplicates
from bouture.checks.source_copy import SourceCopy, changed
from bouture.checks.surface import Surface
from bouture.corpus.document import Document, Origin
from bouture.corpus.issue import Severity
from bouture.corpus.schema import Schema
from bouture.corpus.similar_texts import jaccard, shingles
from checks.makers import asked, doc, local, reference

FRENCH = [
    "Les habitants ont quitté leurs maisons pendant la nuit, sous une pluie froide.",
    "Le maire a demandé aux familles de rester dans les caves jusqu’au matin.",
    "Plusieurs témoins affirment avoir vu une colonne de véhicules sur la route du nord.",
    "Les négociations reprendront la semaine prochaine, si les combats cessent d’ici là.",
]
GOLD = [doc(f"g{i}", text) for i, text in enumerate(FRENCH)]
ENGLISH = (
    "The spokesman said that the convoy had been moving slowly towards the capital since dawn."
)


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(reference(GOLD), Language.Options())


def test_a_text_in_another_language_is_rejected(language: Language) -> None:
    issues = language(doc("new", ENGLISH))
    assert [(i.code, i.severity, i.evidence["found"]) for i in issues] == [
        ("N1", Severity.REJECT, "en")
    ]
    assert issues[0].evidence["probability"] < issues[0].evidence["threshold"]


def test_one_foreign_sentence_goes_to_review_at_its_place(language: Language) -> None:
    text = " ".join([*FRENCH, ENGLISH])
    issues = language(doc("new", text))
    assert [(i.severity, text[i.place.start : i.place.end]) for i in issues] == [
        (Severity.REVIEW, ENGLISH)
    ]


def test_gold_in_another_language_teaches_no_words() -> None:
    mixed = [*GOLD, doc("foreign", ENGLISH)]
    assert Language(reference(mixed), Language.Options())._known.isdisjoint({"moving", "towards"})
    assert {"moving", "towards"} <= vocabulary(mixed)


def test_what_is_made_of_words_of_gold_is_not_asked_about(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(language, "_probability", lambda text: asked.append(text) or 1.0)
    language(doc("new", " ".join(FRENCH)))
    assert asked == []
    language(doc("new", ENGLISH))
    assert ENGLISH in asked


@pytest.mark.parametrize(
    "marked",
    [
        "Bonjour, Kiev",
        "Hi there",
        "[Волóдимир Зеленський|PER], [Сергій Шойгу|PER], [Олександр Лукашенко|PER]",
        "Hier, selon [The Kyiv Independent|ORG] et [The New York Times|ORG], la route du nord était coupée.",
        "",
    ],
)
def test_short_texts_and_names_are_not_judged(language: Language, marked: str) -> None:
    assert [i for i in language(doc("new", marked)) if i.severity is Severity.REJECT] == []


def test_length_is_measured_against_gold_and_the_source() -> None:
    gold = [doc(f"g{n}", "mot " * n + "[fin|X].") for n in range(20, 40)]
    check = Length(reference(gold), Length.Options())
    assert check(gold[3]) == []
    short, long = doc("s", "Trop [court|X]."), doc("l", "mot " * 80 + "[fin|X].")
    for document in (short, long):
        issues = check(document)
        assert [(i.code, i.severity, i.evidence["what"]) for i in issues] == [
            ("N4", Severity.REVIEW, "tokens")
        ]
    outlier = doc("odd", "mot " * 80 + "[fin|X].")
    known = Length(reference([*gold * 10, outlier]), Length.Options())
    assert known(msgspec.structs.replace(long, origin=asked("odd"))) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Il a dit «\u00a0non et il est parti.", "unbalanced"),
        ("Il est parti) hier soir.", "unbalanced"),
        ("Le front  recule.", "double space"),
        ("Le front recule", "unfinished"),
        ("Le chef de le régiment recule.", "contraction"),
        ("Il parle à les soldats.", "contraction"),
        ("Le chef de armée recule.", "elision"),
        ("Le front recule , enfin.", "space before punctuation"),
        ("Oui je le dis. " * 5, "repeated"),
    ],
)
def test_each_flaw_of_the_surface_is_seen(text: str, problem: str) -> None:
    check = Surface(reference(GOLD), Surface.Options())
    issues = check(doc("new", text))
    assert (Severity.REVIEW, problem) in [(i.severity, i.evidence["problem"]) for i in issues]
    assert check(doc("new", text, origin=local("g0"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Il refuse de le faire et de les entendre.",
        "1) d’abord, a) ensuite (ou pas).",
        "Le onze mars, le oui l’emporte.",
        "Il a dit «\u00a0non\u00a0» [sic].",
        "",
    ],
)
def test_correct_french_is_left_alone(text: str) -> None:
    assert Surface(reference(GOLD), Surface.Options())(doc("new", text)) == []


LONG = " ".join(FRENCH)


def test_exact_repetitions_are_rejected_near_ones_reviewed_with_the_other_document() -> None:
    check = NearDuplicates(reference(GOLD), NearDuplicates.Options())
    first = doc("first", LONG)
    assert check(first) == []
    check.kept(first)
    (same,) = check(doc("second", LONG.upper().replace("’", "'")))
    assert (same.code, same.severity, same.evidence["other"]) == ("D1", Severity.REJECT, "first")
    (near,) = check(doc("third", LONG.replace("matin", "soir")))
    assert (near.severity, near.evidence["other"]) == (Severity.REVIEW, "first")
    assert 0.7 <= near.evidence["similarity"] < 1
    assert check(doc("fourth", FRENCH[0])) == []


def test_what_was_not_kept_is_not_remembered() -> None:
    check = NearDuplicates(reference(GOLD), NearDuplicates.Options())
    assert check(doc("first", LONG)) == []
    assert check(doc("second", LONG)) == []


def test_local_substitutions_are_refused_only_as_exact_repetitions() -> None:
    source = doc("s", LONG)
    check = NearDuplicates(reference([*GOLD, source]), NearDuplicates.Options())
    one = doc("s~x~0", LONG.replace("matin", "soir"), origin=local("s"))
    two = doc("s~x~1", LONG.replace("matin", "midi"), origin=local("s"))
    assert check(one) == []
    check.kept(one)
    assert check(two) == []
    assert [i.severity for i in check(msgspec.structs.replace(one, id="s~y~0"))] == [
        Severity.REJECT
    ]
    assert check(doc("s~rewrite~0", one.text.replace("nuit", "soirée"), origin=asked("s"))) == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_jaccard_is_symmetric_and_one_for_the_same(a: str, b: str) -> None:
    assert jaccard(shingles(a), shingles(b)) == jaccard(shingles(b), shingles(a))
    assert jaccard(shingles(a), shingles(a)) == 1


def test_a_copy_is_rejected_and_too_little_or_too_much_change_reviewed() -> None:
    source = doc("s", LONG)
    check = SourceCopy(reference([source, *GOLD]), SourceCopy.Options())

    def ask(text: str) -> list[tuple[Severity, float]]:
        made = doc("s~rewrite~0", text, origin=asked("s"))
        return [(i.severity, i.evidence["ratio"]) for i in check(made)]

    assert ask(LONG) == [(Severity.REJECT, 0.0)]
    (close,) = ask(LONG.replace("matin", "soir"))
    assert close[0] is Severity.REVIEW and 0 < close[1] < 0.15
    (far,) = ask("Tout autre chose se raconte ailleurs aujourd’hui.")
    assert far[0] is Severity.REVIEW and far[1] > 0.85
    words = LONG.split()
    half = " ".join(w if i % 3 else "tiens" for i, w in enumerate(words))
    assert ask(half) == []
    assert check(doc("s~mr~0", LONG, origin=local("s"))) == []


def test_a_document_without_source_may_not_take_passages_from_gold() -> None:
    check = SourceCopy(reference([doc("s", LONG), *GOLD]), SourceCopy.Options())
    run = " ".join(LONG.split()[5:40])
    (issue,) = check(doc("free", f"Selon nos informations, {run} dans la région."))
    assert issue.severity is Severity.REVIEW and issue.evidence["longest"] >= 12
    assert check(doc("free", "Rien de tout cela ne figure dans la moindre dépêche connue.")) == []


@given(
    st.lists(st.sampled_from("abcdef"), max_size=30),
    st.lists(st.sampled_from("abcdef"), max_size=30),
)
def test_share_changed_is_a_share_and_zero_only_for_the_same(a: list[str], b: list[str]) -> None:
    first, second = Document("a", " ".join(a)), Document("b", " ".join(b))
    assert 0 <= changed(first, second) <= 1
    assert (changed(first, second) == 0) == (a == b)


HELD_OUT = (
    doc(
        "t1",
        "La centrale du sud a été coupée du réseau pendant cinq heures avant que les équipes ne la relient.",
    ),
    doc(
        "t2",
        "Le port a rouvert, annonce la capitainerie dans un message publié mardi en fin de matinée.",
    ),
)


@pytest.fixture(scope="module")
def contamination() -> Contamination:
    return Contamination(reference(GOLD, held_out=HELD_OUT), Contamination.Options())


def test_a_held_out_passage_is_rejected_with_the_passage(contamination: Contamination) -> None:
    passage = " ".join(HELD_OUT[0].text.split()[2:17])
    (issue,) = contamination(doc("new", f"{LONG} Ensuite, {passage.upper()}, dit-on."))
    assert (issue.code, issue.severity) == ("D3", Severity.REJECT)
    assert issue.evidence["other"] == "t1"
    assert issue.evidence["longest"] >= 13


def test_a_short_text_made_of_held_out_words_is_rejected(contamination: Contamination) -> None:
    (issue,) = contamination(
        doc("new", "Le port a rouvert, annonce la capitainerie dans la soirée.")
    )
    assert issue.evidence["containment"] >= 0.1 and issue.evidence["other"] == "t2"


def test_the_same_text_however_short_is_rejected() -> None:
    short = (doc("t", "Le port brûle."),)
    check = Contamination(reference(GOLD, held_out=short), Contamination.Options())
    assert [i.evidence["other"] for i in check(doc("new", "le port brûle. "))] == ["t"]


@pytest.mark.parametrize(
    "origin",
    [Origin("x", ("t1",)), Origin("x", ("g1",), demonstrations=("t1",))],
)
def test_held_out_documents_among_the_sources_are_rejected(
    contamination: Contamination, origin: Origin
) -> None:
    issues = contamination(doc("new", "Tout autre chose.", origin=origin))
    assert [(i.severity, i.evidence["other"]) for i in issues] == [(Severity.REJECT, "t1")]


def test_what_gold_already_shares_with_the_held_out_is_no_leak() -> None:
    boiler = "Ce direct est terminé, merci de nous avoir suivis et à demain pour la suite des événements."
    gold = [doc("g", f"{FRENCH[0]} {boiler}")]
    held_out = (doc("t", f"{FRENCH[1]} {boiler}"),)
    known = Reference(gold, Schema.learn(gold), held_out=held_out)
    check = Contamination(known, Contamination.Options())
    assert check(doc("new", f"{FRENCH[2]} {boiler}")) == []
    assert check(doc("new", f"{FRENCH[1]} {FRENCH[2]}")) != []


def test_unrelated_texts_pass(contamination: Contamination) -> None:
    assert contamination(doc("new", LONG)) == []


def test_what_a_strategy_makes_unlike_gold_on_purpose_is_not_measured() -> None:
    gold = [doc(f"g{n}", "mot " * n + "[fin|X].") for n in range(20, 40)]
    check = Length(reference(gold), Length.Options())
    apart = Origin("no_entity", ("g21",), requests=("k",), parameters={"apart": ["mentions"]})
    said = [issue.evidence["what"] for issue in check(doc("s", "Trop court.", origin=apart))]
    assert said == ["tokens"]


def test_the_texts_of_one_job_may_be_near_each_other_and_no_others() -> None:
    check = NearDuplicates(reference(GOLD), NearDuplicates.Options())
    text = FRENCH[0] + " Le convoi reste immobile au nord de la ville."
    check.kept(doc("a#1~guide_rules~0", text))
    assert check(doc("a#1~guide_rules~0#2", text.replace("immobile", "invisible"))) == []
    (issue,) = check(doc("a#2~guide_rules~0", text.replace("immobile", "invisible")))
    assert issue.code == "D1"


def test_twins_may_stay_near_their_source_and_new_texts_go_far_but_neither_copies() -> None:
    source = doc("s", LONG)
    check = SourceCopy(reference([source, *GOLD]), SourceCopy.Options())
    twin = LONG.replace(LONG.split()[3], "autre", 1)
    assert [i.code for i in check(doc("n", twin, origin=asked("s")))] == ["D2"]
    assert check(doc("n", twin, origin=asked("s", keeps="entities"))) == []
    assert [i.code for i in check(doc("n", LONG, origin=asked("s", keeps="entities")))] == ["D2"]
    assert [i.code for i in check(doc("n", twin, origin=asked("s", keeps="plan")))] == ["D2"]
    other = "Rien de cela ne vient de là, et tout y est autre."
    assert [i.code for i in check(doc("n", other, origin=asked("s")))] == ["D2"]
    assert check(doc("n", other, origin=asked("s", keeps="plan"))) == []
