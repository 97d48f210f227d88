"""Synonym replacement and the MyThes reader: French goldens, errors with their line, the shipped thesaurus."""

from pathlib import Path

import pytest

from bouture.errors import InputError
from bouture.strategies.dialogue import Declined
from bouture.strategies.synonym_replacement import SynonymReplacement
from bouture.strategies.thesaurus import read_thesaurus
from strategies.driving import gold, make, materials

ENTRIES = """UTF-8
attaque|2
(Nom féminin)|frappe|offensive|raid|arme (generic term)
(Verbe)|assaille
frappe|1
(Nom féminin)|attaque
offensive|1
(Nom féminin)|attaque
raid|1
(Nom masculin)|assaut
assaut|1
(Nom masculin)|raid
annoncer|1
(Verbe)|déclarer|faire savoir
déclarer|1
(Verbe)|annoncer
grave|1
(Adjectif)|important|pénible
kiev|1
(Nom masculin)|Lviv
frappes|1
(Nom féminin pluriel)|attaques
attaques|1
(Nom féminin pluriel)|frappes|offensive
"""


@pytest.fixture
def thesaurus(tmp_path: Path) -> Path:
    path = tmp_path / "th.dat"
    path.write_text(ENTRIES, encoding="utf-8")
    return path


def results(path: Path, source: str, seeds: int = 30, **options: object) -> set[str]:
    corpus = gold(source)
    chosen = SynonymReplacement.Options(thesaurus=path, p=1, **options)
    strategy = SynonymReplacement(materials(corpus), chosen)
    found = set()
    for seed in range(seeds):
        try:
            found.add(make(strategy, corpus[0], seed).text)
        except Declined as declined:
            found.add(declined.issues[0].code)
    return found


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (
            "Voici une attaque.",
            {"Voici une frappe.", "Voici une offensive."},
        ),  # « raid »: other gender
        ("Voici l’attaque.", {"Voici la frappe.", "Voici l’offensive."}),
        ("L'attaque dure.", {"La frappe dure.", "L'offensive dure."}),
        ("Voici la frappe.", {"Voici l’attaque."}),
        ("La FRAPPE dure.", {"L’ATTAQUE dure."}),
        ("Peu d’attaques ici.", {"Peu de frappes ici."}),
        ("Il parle du raid.", {"P02"}),  # « de l’assaut »: not certain enough
        ("Il décrit le raid.", {"Il décrit l’assaut."}),
        (
            "Il vient d’annoncer cela.",
            {"Il vient de déclarer cela.", "Il vient de faire savoir cela."},
        ),
        ("Il vient de déclarer cela.", {"Il vient d’annoncer cela."}),
        ("Le chef attaque demain.", {"Le chef assaille demain."}),
        ("Il l’attaque demain.", {"Il l’assaille demain."}),
        ("Une crise grave.", {"Une crise pénible."}),  # « important » would need a feminine
        ("Rien de tel.", {"P02"}),
    ],
)
def test_synonyms_agree_or_stay_away(thesaurus, source, made):
    assert results(thesaurus, source) == made


def test_mentions_are_left_alone_unless_asked(thesaurus):
    source = 'Le chef dénonce une <e id="E1" t="EVENEMENT">attaque</e>.'
    assert results(thesaurus, source) == {"P02"}
    asked = results(thesaurus, source, inside_mentions=True)
    assert asked == {"Le chef dénonce une frappe.", "Le chef dénonce une offensive."}


def test_english_keeps_its_article(tmp_path):
    path = tmp_path / "th_en.dat"
    path.write_text("UTF-8\nattack|1\n(noun)|strike|assault\n", encoding="utf-8")
    corpus = gold("They fear an attack.")
    options = SynonymReplacement.Options(thesaurus=path, p=1)
    strategy = SynonymReplacement(materials(corpus, language="en"), options)
    assert {make(strategy, corpus[0], seed).text for seed in range(9)} == {"They fear an assault."}


def test_the_origin_names_the_file_and_not_the_folder(thesaurus):
    corpus = gold("Voici une attaque.")
    strategy = SynonymReplacement(
        materials(corpus), SynonymReplacement.Options(thesaurus=thesaurus, p=1)
    )
    parameters = make(strategy, corpus[0]).origin.parameters
    assert parameters == {
        "thesaurus": "th.dat",
        "p": 1,
        "inside_mentions": False,
        "keeps": "mentions",
    }


def test_the_reader_takes_other_encodings_and_line_ends(tmp_path):
    path = tmp_path / "th.dat"
    path.write_bytes("ISO8859-15\r\ndéçu|1\r\n(Adjectif)|navré\r\n".encode("iso8859-15"))
    assert read_thesaurus(path).meanings("DÉÇU")[0].synonyms == ("navré",)


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (b"", 1, "unknown encoding"),
        (b"UTF-99\nmot|1\n(Nom)|terme\n", 1, "unknown encoding"),
        (b"UTF-8\nmot|1\n(Nom)|d\xe9\n", 3, "not UTF-8"),
        (b"UTF-8\nmot|deux\n(Nom)|terme\n", 2, "is not `word"),
        (b"UTF-8\nmot|1\n(Nom)|terme\n(Nom)|autre\n", 4, "is not `word"),
        (b"UTF-8\nmot|2\n(Nom)|terme\nautre|1\n(Nom)|x\n", 5, "is not `word"),
        (b"UTF-8\nmot|1\nterme\n", 3, "part of speech"),
        (b"UTF-8\nmot|2\n(Nom)|terme", 2, "announces 2"),
    ],
)
def test_errors_of_the_reader_name_the_line(tmp_path, raw, line, said):
    path = tmp_path / "th.dat"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=said) as error:
        read_thesaurus(path)
    assert error.value.line == line and error.value.hint


def test_a_missing_thesaurus_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="mythes-fr"):
        read_thesaurus(tmp_path / "none.dat")


def test_the_shipped_thesaurus_is_symmetric_and_its_index_right(example):
    path = example / "thesaurus" / "th_fr.dat"
    thesaurus = read_thesaurus(path)
    raw = path.read_bytes()
    encoding, count, *entries = (
        (example / "thesaurus" / "th_fr.idx").read_text(encoding="utf-8").splitlines()
    )
    assert encoding == "UTF-8" and int(count) == len(entries) == len(thesaurus) > 250
    for entry in entries:
        word, offset = entry.split("|")
        assert raw[int(offset) :].startswith(f"{word}|".encode())
        for meaning in thesaurus.meanings(word):
            for synonym in meaning.synonyms:
                back = [m for m in thesaurus.meanings(synonym) if word in m.synonyms]
                assert back or " " in synonym, (word, synonym)
                assert all(m.part_of_speech == meaning.part_of_speech for m in back)


def test_a_common_word_takes_no_name_for_a_synonym(tmp_path):
    path = tmp_path / "th_en.dat"
    entry = "state|1\n(noun)|Department of State|nation\n"
    path.write_text(f"UTF-8\n{entry}", encoding="utf-8")
    assert results(path, "Their state.", seeds=9) == {"Their nation."}
