"""Puts gold mentions in each other's places where French allows it; what is learnt once, and quick to ask many times."""

from collections.abc import Sequence

from bouture.corpus.document import Document, Mention, Span
from bouture.strategies.editing import Edit
from bouture.strategies.french.agreement import Agreement, Change, scope_of
from bouture.strategies.french.apposition import TITLES, gender_of_head, head_of, is_further_name
from bouture.strategies.french.around import (
    Placed,
    edits_of,
    is_quoted,
    placed,
)
from bouture.strategies.french.doubts import Doubts
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.frame import Words
from bouture.strategies.french.lexicon import Corpus, Silent
from bouture.strategies.french.places import Places
from bouture.strategies.french.pronouns import in_doubt, shows
from bouture.strategies.french.reading import Lexicon
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.surface import Surface

_NOTHING = Surface("")


class Knowledge:
    """What a corpus, and the table of places, tell of its own surfaces, by label."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._corpus = Corpus(documents, by_label=True)
        self._places: dict[str, Places] = {}
        self._facts: dict[tuple[str, str], Facts] = {}

    def facts(self, label: str, surface: str) -> Facts:
        """All that is known of a surface under a label."""
        known = self._facts.get((label, surface))
        if known is None:
            known = self._found(label, surface).completed(surface)
            self._facts[label, surface] = known
        return known

    def _found(self, label: str, surface: str) -> Facts:
        places = self._places.get(label)
        if places is None:
            places = self._places[label] = Places(label)
        return places.facts(surface).known_first([self._corpus.facts(surface, label)])

    def under(self, label: str) -> Lexicon:
        """The same as a lexicon, for the surfaces of one label."""
        return _Under(self, label)


class _Under(Silent):
    def __init__(self, knowledge: Knowledge, label: str) -> None:
        self._knowledge = knowledge
        self._label = label

    def facts(self, surface: str) -> Facts:
        return self._knowledge.facts(self._label, surface)


class Spot:
    """The place of one mention: which surfaces may stand there, and the edits that put one there."""

    def __init__(
        self, words: Words, mention: Mention, pronouns: Sequence[Mention], lexicon: Lexicon
    ) -> None:
        self.words = words
        self.lexicon = lexicon
        self.item = placed(words, mention, _NOTHING, Facts(), lexicon)
        self._old = self.item.old
        self._pronouns = pronouns
        """Mentions of the same entity that are pronouns: they stay as they are."""
        self._free: dict[tuple[bool, bool], bool] = {}
        head = head_of(words, self.item.frame)
        self._quoted = is_quoted(words, self.item.frame.noun, self.item.last)
        further = is_further_name(words, self.item.frame)
        self._beside = head is not None or self._quoted or further
        self._person = False
        self._title = ""
        """Gender of the title or noun beside which a name of a person stands."""
        if head is not None:
            titled = words.forms[head] in TITLES
            self._person = titled or self._old.kind == "person"
            self._title = gender_of_head(words, head, lexicon) if self._person else ""

    def takes(self, new: Facts) -> bool:
        """Whether nothing around would have to agree otherwise with a surface of which this is known."""
        if self._title:
            return new.gender == self._title
        if self._beside and not self._person:
            return True
        gender = not new.gender or new.gender != self._old.gender
        number = not new.number or new.number != self._old.number
        if self._old.kind == new.kind == "city" and not new.gender and not self._old.gender:
            gender = False
        if not gender and not number:
            return True
        if (gender, number) not in self._free:
            self._free[gender, number] = self._is_free(gender, number)
        return self._free[gender, number]

    def _is_free(self, gender: bool, number: bool) -> bool:
        """Whether no word in reach shows the gender, or the number, of the mention."""
        old = (self._old.gender, self._old.number)
        new = ("" if gender else old[0], "" if number else old[1])
        for pronoun in self._pronouns:
            shown = shows(pronoun.text.lower())
            if (gender and shown[0]) or (number and shown[1]):
                return False
        words, item = self.words, self.item
        change = Change(old, new, item.mention.text)
        agreement = Agreement(words, scope_of(words, item.frame, item.last), change, self.lexicon)
        try:
            agreement.follow(item.frame.governed)
        except Refused:
            return False
        if agreement.changed or next(iter(Doubts(agreement)), None) is not None:
            return False
        stretch = range(item.last + 1, min(len(words.tokens), agreement.scope.end + _NEXT))
        return next(in_doubt(words, stretch, old, new, self.lexicon), None) is None

    def edits(self, surface: Surface, new: Facts, inner: list[Span], group: str) -> list[Edit]:
        """The edits that put a surface here.

        Raises:
            Refused: P10-P19.
        """
        item: Placed = self.item._replace(surface=surface, new=new)
        return edits_of(self.words, item, inner, group)


_NEXT = 12
"""Words of the next sentence in which a pronoun is looked for."""
