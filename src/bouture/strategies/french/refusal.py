"""Why a surface cannot be put somewhere: a code and the words it is about."""

from bouture.corpus.issue import Wording

WORDINGS = {
    "P10": Wording(
        "the gender of {word!r} is not known, and {needed!r} depends on it",
        "le genre de « {word} » n’est pas connu, et « {needed} » en dépend",
    ),
    "P11": Wording(
        "the number of {word!r} is not known, and {needed!r} depends on it",
        "le nombre de « {word} » n’est pas connu, et « {needed} » en dépend",
    ),
    "P12": Wording(
        "whether {needed!r} is elided before {word!r} is not known",
        "on ne sait pas si « {needed} » s’élide devant « {word} »",
    ),
    "P13": Wording(
        "whether {word!r} takes an article is not known (near {needed!r})",
        "on ne sait pas si « {word} » prend l’article (près de « {needed} »)",
    ),
    "P14": Wording(
        "the preposition of place of {word!r} is not known, or {needed!r} may be one or not",
        "la préposition de lieu de « {word} » n’est pas connue, ou « {needed} » peut en être une ou non",
    ),
    "P15": Wording(
        "{word!r} cannot stand after {needed!r}: a determiner would be missing or too many",
        "« {word} » ne peut suivre « {needed} » : un déterminant manquerait ou serait de trop",
    ),
    "P16": Wording(
        "whether {needed!r} agrees with {word!r}, or how, is not certain",
        "il n’est pas certain que « {needed} » s’accorde avec « {word} », ni comment",
    ),
    "P17": Wording(
        "{needed!r} may stand for what becomes {word!r} and would no longer agree",
        "« {needed} » peut représenter ce qui devient « {word} » et ne s’accorderait plus",
    ),
    "P18": Wording(
        "another mention is in the way of {word!r}: {needed!r}",
        "une autre mention gêne la pose de « {word} » : « {needed} »",
    ),
    "P19": Wording(
        "{needed!r} is no noun that {word!r} could replace, or no surface is given for it",
        "« {needed} » n’est pas un nom que « {word} » puisse remplacer, ou aucune forme n’est donnée pour lui",
    ),
}
"""A wording for each code of this family; `word` is the new surface, `needed` what asks for the fact."""


class Refused(Exception):
    """A surface cannot be put in a place; carries the code, the surface and the words near it."""

    def __init__(self, code: str, word: str, needed: str) -> None:
        super().__init__(code)
        self.code = code
        self.word = word
        self.needed = needed
