"""What is known of words: initials, places, what a corpus shows, what a package's files say."""

import json
from importlib.machinery import ModuleSpec

import pytest

from bouture.corpus.markup import from_markup
from bouture.errors import MissingExtraError
from bouture.strategies.dialogue import Declined
from bouture.strategies.french import package
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.inflection import four_forms, inflected
from bouture.strategies.french.initials import initial
from bouture.strategies.french.lexicon import Corpus, Given, Lexicons, Silent
from bouture.strategies.french.package import PackageLexicon, french_lexicon
from bouture.strategies.french.places import Places, place
from bouture.strategies.french.reading import Reading
from bouture.strategies.french.repair import substitute
from strategies.driving import gold

ELIDED = """Ukraine état-major Odessa hôpital hélicoptère ONU OTAN AIEA UE œuvre Élysée héroïne héroïsme Haïti Haïfa Yves
    Yonne Yvelines histoire heure homme habitants hebdomadaire haleine herbe hésitation humanitaire huissier Iéna ouest Hiroshima
    Himalaya île Île-de-France hémisphère Yser hypothèse huile hôtel héritier Hérault Henri haltère hameçon yeux honneur ouragan"""
NOT_ELIDED = """Kiev hausse haut-commandant hangar onze oui BBC héros hibou Hamas Hezbollah Houthis Hongrie Hollande huit huitième
    hasard hache haine handicap haricot hiérarchie homard Honduras honte hors hurlement Yémen Yalta yaourt 8 11 Washington CIA
    Hauts-de-France havre hernie hérisson héron heurt hooligans hall halte hameau hanche harnais Hambourg hockey huée hutte SEATTLE"""
NOT_AFTER_AN_ARTICLE = "SBU FSB SNCF FBI NASA MI6 RATP"
UNKNOWN = "Hostometz Hama HCR Ioulia Київ « XV Hugo Hanau I. UK"


@pytest.mark.parametrize(
    ("words", "kind"),
    [(ELIDED, "v"), (NOT_ELIDED, "c"), (NOT_AFTER_AN_ARTICLE, "s"), (UNKNOWN, "")],
)
def test_initials(words, kind):
    assert [word for word in words.split() if initial(word) != kind] == []


def test_facts_follow_from_facts():
    assert Facts(gender="f", number="s", kind="country").completed("Syldavie").locative == "en"
    assert Facts(gender="m", number="s", kind="country").completed("Iran").locative == "en"
    assert Facts(gender="m", number="s", kind="country").completed("Mali").locative == "à"
    assert Facts(number="s", kind="country").completed("Bordurie").locative == ""
    assert Facts(kind="city").completed("Vuhledar").article == "none"
    assert Facts(kind="person").completed("Zelensky").number == "s"
    assert Facts(kind="person").completed("soldats") == Facts(
        kind="person", article="noun", initial="c"
    )
    assert Facts(gender="m").known_first([Facts(gender="f", number="p")]) == Facts("m", "p")


def test_places():
    assert place("Etats-Unis") == place("États-Unis") == place("ETATS-UNIS")
    assert place("Côte d'Ivoire").locative == "en"
    assert place("oblast de Kharkiv") == Facts("m", "s", "region", "definite", "dans")
    assert place("région parisienne") == Facts() == place("oblast")
    assert Places("PERS").facts("Florence") == Facts(kind="person")
    assert (
        Places("LIEU").facts("Virginie").kind == "region"
        and Places("ORG").facts("Virginie") == Facts()
    )


def test_a_corpus_tells_of_its_surfaces():
    corpus = Corpus(
        gold(
            'Le <e id="E1" t="O">SBU</e> et les agents du <e id="E1" t="O">SBU</e>.',
            'Selon <e id="E1" t="O">Total</e>, une <e id="E2" t="M">bêche</e> et des <e id="E3" t="M">gourdins</e>.',
            'Mme <e id="E1" t="P">Cléa</e> parle ; <e id="E1" t="P">elle</e> a un gourdin. « <e id="E2" t="O">Azov</e> »',
            '<e id="E1" t="P">Agents</e> et agents. En <e id="E2" t="L">Syldavie</e>.',
            '<e id="E1" t="P">Camille</e> part.\n\nE1 | GENDER_FEMALE | E1',
        )
    )
    assert corpus.facts("SBU") == Facts("m", "s", article="definite", initial="s")
    assert corpus.facts("Total").article == "none" and corpus.facts("Azov").article == ""
    assert corpus.facts("bêche") == Facts("f", "s", article="noun", initial="c")
    assert (corpus.facts("gourdins").gender, corpus.facts("gourdins").number) == ("m", "p")
    assert (corpus.facts("Cléa").gender, corpus.facts("Cléa").kind) == ("f", "person")
    assert corpus.facts("Agents").article == "" and corpus.facts("Syldavie").locative == "en"
    assert corpus.facts("Camille").gender == "f"


def test_lexicons_answer_in_order():
    first, second = Given({"Kiev": Facts(gender="m")}), Given({"Kiev": Facts("f", "s")})
    both = Lexicons(first, second)
    assert both.facts("Kiev") == Facts("m", "s") and both.facts("Lviv") == Facts()
    assert both.readings("mot") == frozenset() and both.inflected("mot", "m", "s") == ""


@pytest.mark.parametrize(
    ("form", "old", "new", "made"),
    [
        ("arrêté", ("m", "s"), ("f", "p"), "arrêtées"),
        ("mises", ("f", "p"), ("m", "s"), "mis"),
        ("punis", ("m", "p"), ("f", "s"), ""),
        ("nationaux", ("m", "p"), ("f", "p"), "nationales"),
        ("russe", ("f", "s"), ("m", "p"), "russes"),
        ("nouvel", ("m", "s"), ("f", "s"), "nouvelle"),
        ("publique", ("f", "s"), ("m", "s"), "public"),
        ("meurtrière", ("f", "s"), ("m", "p"), "meurtriers"),
        ("européenne", ("f", "s"), ("m", "s"), "européen"),
        ("actif", ("m", "s"), ("f", "s"), "active"),
        ("dangereux", ("m", "p"), ("f", "p"), "dangereuses"),
        ("urgent", ("m", "s"), ("f", "s"), "urgente"),
        ("zut", ("m", "s"), ("f", "s"), ""),
    ],
)
def test_inflection(form, old, new, made):
    assert inflected(form, old, new, Silent()) == made


def test_a_form_is_read_in_its_own_place_only():
    assert four_forms("grande", "m", "s") == ()


RULES = {
    "declension": {
        "n28": {
            "ending": "",
            "declension": [
                {"val": "", "g": "m", "n": "s"},
                {"val": "e", "g": "f", "n": "s"},
                {"val": "s", "g": "m", "n": "p"},
                {"val": "es", "g": "f", "n": "p"},
            ],
        },
        "n17": {"ending": "", "declension": [{"val": "", "n": "s"}, {"val": "s", "n": "p"}]},
    },
    "conjugation": {
        "v36": {
            "ending": "er",
            "t": {"p": ["e", "es", "e", "ons", "ez", "ent"], "pp": ["é", "ée", "és", "ées"], "pr": "ant", "b": "er", "ip": None},
        }
    },
}  # fmt: skip
WORDS = {
    "blessé": {"A": {"tab": "n28"}, "N": {"g": "x", "tab": "n28"}},
    "ville": {"N": {"g": "f", "tab": "n17"}},
    "harde": {"N": {"g": "f", "tab": "n17", "h": 1}},
    "hase": {"N": {"g": "f", "tab": "n17"}},
    "arrêter": {"V": {"tab": "v36"}},
    "dix": {"D": {"tab": "d1"}, "value": 10},
}
TRIE = [{"0": 1}, {"a": [{"1": 2, "0": 1}, {"s": [{"1": 1}, {}]}]}]


def test_the_files_of_the_packages_are_read():
    lexicon = PackageLexicon(WORDS, RULES, TRIE)
    assert lexicon.facts("villes") == Facts("f", "p", initial="c")
    assert lexicon.facts("grande ville") == Facts("f", "s", initial="c")
    assert lexicon.facts("blessé").gender == "m" and lexicon.facts("Ville") == Facts()
    assert lexicon.facts("harde").initial == "c" == lexicon.facts("hase").initial
    assert Reading("A", "f", "p", "arrêter (pp)") in lexicon.readings("arrêtées")
    assert Reading("V", "", "p", "arrêter") in lexicon.readings("arrêtent")
    assert lexicon.readings("dix") == {Reading("X", "", "", "dix")} and not lexicon.readings("mot")
    assert (
        lexicon.inflected("blessé", "f", "p") == "blessées"
        and lexicon.inflected("mot", "m", "s") == ""
    )


def test_a_lexicon_settles_what_endings_leave_open():
    """« détruit » could be a verb in the present; of « parle » it is known that it is no adjective."""
    document = from_markup('La mairie du <e id="E1" t="F">village</e> détruit parle.', id="d")
    new = Facts("f", "s")
    with pytest.raises(Declined) as declined:
        substitute(document, "E1", "ville", new)
    assert declined.value.issues[0].code == "P16"
    table = {"ending": "re", "t": {"pp": ["t", "te", "ts", "tes"]}}
    rules = {"declension": {}, "conjugation": {"v1": table, **RULES["conjugation"]}}
    words = {"détruire": {"V": {"tab": "v1"}}, "parler": {"V": {"tab": "v36"}}}
    lexicon = PackageLexicon(words, rules, TRIE)
    made = substitute(document, "E1", "ville", new, lexicon=lexicon)
    assert made.text == "La mairie de la ville détruite parle."


def test_without_the_packages_the_command_is_named(monkeypatch):
    monkeypatch.setattr(package, "find_spec", lambda name: None)
    french_lexicon.cache_clear()
    with pytest.raises(MissingExtraError, match=r'pip install "bouture\[french\]"'):
        french_lexicon()


def test_the_packages_are_found_by_their_folders(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    for name, content in (
        ("data/lexicon-fr", WORDS),
        ("data/rules-fr", RULES),
        ("haspirater", TRIE),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), "utf-8")
    spec = ModuleSpec("x", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(package, "find_spec", lambda name: spec)
    french_lexicon.cache_clear()
    assert french_lexicon().facts("ville").gender == "f"
    french_lexicon.cache_clear()
