"""French before a word: goldens of elision, contraction and what is not certain."""

import pytest

from bouture.strategies.determiners import (
    Agreement,
    Before,
    agreement,
    form_before,
    initial,
    written,
)

F_VOWEL = Agreement("f", "s", "v")
F_CONSONANT = Agreement("f", "s", "c")
M_VOWEL = Agreement("m", "s", "v")
M_CONSONANT = Agreement("m", "s", "c")
PLURAL = Agreement("f", "p", "v")
UNKNOWN = Agreement("", "s", "c")


@pytest.mark.parametrize(
    ("now", "new", "form"),
    [
        ("la", F_VOWEL, "l’"),
        ("l’", F_CONSONANT, "la"),
        ("l’", M_CONSONANT, "le"),
        ("le", M_VOWEL, "l’"),
        ("le", F_CONSONANT, None),
        ("la", UNKNOWN, None),
        ("l’", UNKNOWN, None),
        ("l’", PLURAL, None),
        ("les", PLURAL, "les"),
        ("les", F_VOWEL, None),
        ("des", PLURAL, "des"),
        ("d’", M_CONSONANT, "de"),
        ("de", F_VOWEL, "d’"),
        ("de", Agreement("", "", ""), None),
        ("que", F_VOWEL, "qu’"),
        ("qu’", F_CONSONANT, "que"),
        ("ce", M_VOWEL, "cet"),
        ("cet", M_CONSONANT, "ce"),
        ("cette", F_VOWEL, "cette"),
        ("cette", M_VOWEL, None),
        ("du", M_CONSONANT, "du"),
        ("du", M_VOWEL, None),
        ("au", M_VOWEL, None),
        ("son", F_VOWEL, "son"),
        ("son", F_CONSONANT, None),
        ("sa", F_VOWEL, None),
        ("une", F_VOWEL, "une"),
        ("un", F_VOWEL, None),
        ("contre", UNKNOWN, "contre"),
    ],
)
def test_the_word_before_follows_where_that_is_certain(now, new, form):
    assert form_before(Before(now, 0, ""), new) == form


def test_a_contracted_article_is_never_written_apart():
    assert form_before(Before("l’", 0, "de"), M_CONSONANT) is None
    assert form_before(Before("l’", 0, "de"), F_CONSONANT) == "la"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *[
            (w, "v")
            for w in (
                "Ukraine",
                "état-major",
                "Odessa",
                "hôpital",
                "hélicoptère",
                "ONU",
                "œuvre",
                "Élysée",
            )
        ],
        *[
            (w, "c")
            for w in (
                "Kiev",
                "hausse",
                "haut-commandant",
                "hangar",
                "onze",
                "oui",
                "BBC",
                "Yémen",
                "20",
            )
        ],
        *[(w, "") for w in ("Hostomel", "SBU", "FSB", "Ioulia", "Київ", "")],
    ],
)
def test_initials(word, kind):
    assert initial(word) == kind


def test_gold_tells_gender_number_and_initial():
    assert agreement("Hostomel", frozenset({"d’", "à"})) == ("", "", "v", frozenset({"", "à"}))
    assert agreement("Houthis", frozenset({"les"})).number == "p"
    assert agreement("SBU", frozenset({"le", "du"}))[:3] == ("m", "s", "c")
    assert agreement("enfant", frozenset({"le", "la"})).gender == ""


def test_written_copies_capitals_and_the_apostrophe_of_the_text():
    assert written("l’", "La", "La ville d’Odessa") == "L’"
    assert written("l’", "la", "la ville d'Odessa") == "l'"
    assert written("le", "L’", "L’armée") == "Le "
