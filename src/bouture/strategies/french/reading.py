"""What a lexicon is: facts about surfaces, readings of words, forms of adjectives."""

from typing import NamedTuple, Protocol

from bouture.strategies.french.facts import Facts


class Reading(NamedTuple):
    """One way to read the form of a word."""

    kind: str
    """`N` noun, `A` adjective or past participle, `V` another form of a verb, `X` anything else."""
    gender: str = ""
    number: str = ""
    lemma: str = ""


class Lexicon(Protocol):
    """Knows surfaces and words; what it does not know it leaves empty."""

    def facts(self, surface: str) -> Facts:
        """What is known of a surface that may stand for a mention."""
        ...

    def readings(self, form: str) -> frozenset[Reading]:
        """How a word in lower case may be read; empty when it is not known."""
        ...

    def inflected(self, form: str, gender: str, number: str) -> str:
        """An adjective or participle in another gender and number; empty when not known."""
        ...
