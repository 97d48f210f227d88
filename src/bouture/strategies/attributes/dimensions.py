"""The dimensions along which texts are varied and their values: from the options, gold, the guide, a model, and those shipped."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.register import register_name, register_of
from bouture.strategies.attributes.clusters import subjects
from bouture.strategies.conversation import Prompts, one_line
from bouture.strategies.dialogue import Materials

MOST_DIMENSIONS, MOST_VALUES = 10, 30
"""Six to ten dimensions of eight to thirty values each (AttrPrompt, science A.4.1)."""
LONGEST_NAME, LONGEST_VALUE = 60, 200
"""Characters."""


class Dimension(msgspec.Struct, frozen=True):
    """One way in which texts differ."""

    name: str
    values: tuple[str, ...]
    """At least two."""
    labels: tuple[str, ...] = ()
    """Where the values are entity labels, these, in the order of `values`; else empty."""


def merged(groups: Iterable[Iterable[Dimension]]) -> tuple[Dimension, ...]:
    """The dimensions of the groups in their order, each name once, at most 10 of at most 30 values.

    A dimension with fewer than two values varies nothing and is left out.
    """
    found: dict[str, Dimension] = {}
    for dimension in (one for group in groups for one in group):
        if len(dimension.values) >= 2 and len(found) < MOST_DIMENSIONS:
            cut = Dimension(
                dimension.name, dimension.values[:MOST_VALUES], dimension.labels[:MOST_VALUES]
            )
            found.setdefault(fold(dimension.name), cut)
    return tuple(found.values())


def stated(options: Mapping[str, Sequence[str]]) -> list[Dimension]:
    """Those of the options."""
    return [tidy(name, values) for name, values in options.items()]


def of_gold(gold: Sequence[Document], prompts: Prompts, language: str) -> list[Dimension]:
    """The subjects of gold (clusters of its words) and its registers."""
    registers = dict.fromkeys(register_of(document) for document in gold if document.text.strip())
    names = [register_name(register) for register in registers]
    said = tuple(name.fr if language == "fr" else name.en for name in names)
    return [
        Dimension(prompts["subject"], subjects(gold, language)),
        Dimension(prompts["register"], said),
    ]


def of_guide(materials: Materials, prompts: Prompts) -> list[Dimension]:
    """What is put forward: an entity label, a relation, those wanted most first."""
    schema, wanted = materials.schema, materials.wanted
    labels = tuple(sorted(schema.entities, key=lambda x: -wanted.label(x)))
    ties = tuple(sorted(schema.relations, key=lambda x: -wanted.relation(x)))
    return [Dimension(prompts["entity"], labels, labels), Dimension(prompts["relation"], ties)]


def shipped(prompts: Prompts) -> list[Dimension]:
    """Those of the prompt file: certainty, point of view, syntax…"""
    found = []
    for line in prompts.listed("dimensions"):
        name, _, values = line.partition(":")
        found.append(tidy(name, values.split(";")))
    return found


def tidy(name: str, values: Iterable[str]) -> Dimension:
    """A dimension with its name and values on one line, trimmed and cut, each value once."""
    once: dict[str, str] = {}
    for value in values:
        said = one_line(value)[:LONGEST_VALUE].strip()
        if any(map(str.isalnum, said)):
            once.setdefault(fold(said), said)
    return Dimension(one_line(name)[:LONGEST_NAME].strip(), tuple(once.values()))
