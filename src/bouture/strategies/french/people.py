"""Gender of names in a corpus: titles before them, pronouns of the same entity, relations that state it."""

from collections.abc import Sequence

from bouture.corpus.document import Document, Mention
from bouture.strategies.french.apposition import TITLES
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.pronouns import shows

_TITLE = 14
"""Characters before a name in which a title is looked for."""
_GENDERS = {
    **dict.fromkeys(("male", "man", "masculin", "homme"), "m"),
    **dict.fromkeys(("female", "woman", "feminin", "féminin", "femme"), "f"),
}
"""Last word of the label of a relation of an entity to itself that states its gender (TextMine)."""


def names_of(documents: Sequence[Document], by_label: bool) -> dict[tuple[str, str], Facts]:
    """What titles, a relation to itself or pronouns of the same entity tell of its names, by label and name."""
    found: dict[tuple[str, str], set[Facts]] = {}
    for document in documents:
        of_entity: dict[str, set[str]] = {}
        people: set[str] = set()
        names: list[Mention] = []
        for relation in document.relations:
            gender = _GENDERS.get(relation.label.lower().split("_")[-1], "")
            if gender and relation.head == relation.tail:
                of_entity.setdefault(relation.head, set()).add(gender)
                people.add(relation.head)
        for mention in document.mentions():
            gender, _ = shows(mention.text.lower())
            if not gender and mention.text[0].isupper():
                names.append(mention)
                words = document.text[max(0, mention.start - _TITLE) : mention.start].split()
                gender = TITLES.get(words[-1].lower(), "") if words else ""
                if gender:
                    people.add(mention.entity)
            if gender:
                of_entity.setdefault(mention.entity, set()).add(gender)
        for name in names:
            genders = of_entity.get(name.entity, set())
            known = Facts(
                gender=next(iter(genders)) if len(genders) == 1 else "",  # type: ignore[arg-type]
                kind="person" if name.entity in people else "",
            )
            if known != Facts():
                found.setdefault((name.label if by_label else "", name.text), set()).add(known)
    return {key: known.pop() for key, known in found.items() if len(known) == 1}
