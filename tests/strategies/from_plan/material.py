"""The corpora and guides that plans are drawn from in the tests."""

from functools import lru_cache

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.guide import EntityGuide, Guide, RelationGuide, Rule, RuleKind
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.schema import RelationType
from bouture.strategies.dialogue import Materials
from bouture.strategies.from_plan.family import DocumentGraph, EntityList, RelationTriples
from conftest import ROOT
from strategies.driving import gold

EXAMPLE = ROOT / "examples" / "direct-ukraine"
STRATEGIES = (EntityList, RelationTriples, DocumentGraph)


@lru_cache(1)
def example() -> tuple[list[Document], Guide]:
    """The corpus shipped with bouture and its guide."""
    return formats.read(EXAMPLE / "train.jsonl"), read_guide(EXAMPLE / "guide.md")


def example_materials(**known: object) -> Materials:
    documents, guide = example()
    return Materials(documents, guide.schema(), guide, **known)


SMALL = gold(
    'Le <e id="E1" t="FONCTION">commandant de la <e id="E2" t="UNITE">72e brigade</e></e>, '
    '<e id="E3" t="PERSONNE">Denys Hrek</e>, a parlé. <e id="E3" t="PERSONNE">Il</e> a quitté '
    '<e id="E4" t="LIEU">Lviv</e>.\n\nE3 | EXERCE | E1\nE3 | QUITTE | E4',
    '7 h 10 — L’<e id="E1" t="UNITE">armée russe</e> a visé <e id="E2" t="LIEU">Kherson</e>, dit '
    '<e id="E3" t="PERSONNE">Olena Bondar</e>. <e id="E3" t="PERSONNE">Bondar</e> y vivait.\n\n'
    "E1 | ATTAQUE | E2\nE3 | QUITTE | E2",
    'La <e id="E1" t="UNITE">garde nationale</e> et <e id="E2" t="PERSONNE">Taras Melnyk</e> sont à '
    '<e id="E3" t="LIEU">Soumy</e>, selon le <e id="E4" t="FONCTION">maire</e>.',
)


def small_guide(language: str = "fr") -> Guide:
    """A guide for the small corpus, with words for the directions."""
    texts = {
        "fr": (
            "Une personne nommée.",
            "Une force armée.",
            "Un nom géographique.",
            "Une fonction tenue par un individu.",
            "La force frappe le lieu.",
            "La tête frappe ; la queue est frappée.",
            "La personne tient la fonction.",
            "La tête est la personne ; la queue est la fonction.",
            "La personne part du lieu.",
            "La tête part ; la queue est ce qu’elle quitte.",
            "La mention exclut le déterminant.",
        ),
        "en": (
            "A named person.",
            "An armed force.",
            "A geographical name.",
            "An office held by one person.",
            "The force strikes the place.",
            "The head strikes; the tail is struck.",
            "The person holds the office.",
            "The head is the person; the tail is the office.",
            "The person leaves the place.",
            "The head leaves; the tail is what it leaves.",
            "The mention leaves the determiner out.",
        ),
    }[language]
    labels = ("PERSONNE", "UNITE", "LIEU", "FONCTION")
    entities = {label: EntityGuide(label, text) for label, text in zip(labels, texts, strict=False)}
    ends = {
        "ATTAQUE": ("UNITE", "LIEU"),
        "EXERCE": ("PERSONNE", "FONCTION"),
        "QUITTE": ("PERSONNE", "LIEU"),
    }
    relations = {
        label: RelationGuide(
            label,
            texts[4 + 2 * number],
            texts[5 + 2 * number],
            RelationType(label, frozenset([pair]), irreflexive=True, asymmetric=True),
        )
        for number, (label, pair) in enumerate(ends.items())
    }
    rule = Rule("GEN-B1", RuleKind.BOUNDARY, texts[10])
    return Guide(
        "Guide", language, entities, relations, (rule,), frozenset([("FONCTION", "UNITE")])
    )


def small_materials(language: str = "fr", **known: object) -> Materials:
    guide = small_guide(language)
    return Materials(SMALL, guide.schema(), guide, language=language, **known)
