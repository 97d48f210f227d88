"""What agrees with a mention around it, and what may: changed where that is certain, refused where it is not."""

from typing import NamedTuple

from bouture.strategies.french.frame import Frame, Words
from bouture.strategies.french.inflection import (
    inflected,
    is_listed,
    looks_like_participle,
    may_show,
)
from bouture.strategies.french.neighbours import (
    is_function,
    refuse_attribute,
    refuse_before,
    refuse_neighbour,
    refuse_of_head,
)
from bouture.strategies.french.reading import Lexicon
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.words import (
    ADVERBS,
    BEING,
    DETERMINERS,
    HAVING,
    INVARIABLE,
    LINKING,
    MODALS,
    PLURAL_VERBS,
    PRENOMINAL,
    PREPOSITIONS,
    SINGULAR_VERBS,
    VERBS_TOO,
)

GenderNumber = tuple[str, str]


class Change(NamedTuple):
    """What changes: gender and number before and after, and the surface that brings it about."""

    old: GenderNumber
    new: GenderNumber
    surface: str

    @property
    def gender(self) -> bool:
        return not (self.old[0] and self.old[0] == self.new[0])

    @property
    def number(self) -> bool:
        return not (self.old[1] and self.old[1] == self.new[1])


class Scope(NamedTuple):
    """The words of one sentence around a mention, as token numbers."""

    start: int
    first: int
    """First token of the mention with its frame."""
    last: int
    """Last token of the mention."""
    end: int
    """One after the last token of the sentence."""


DEGREES = frozenset(("très", "plus", "trop", "peu", "bien", "assez", "fort", "moins"))
JOINING = frozenset(("et", "ou", "ni"))


class Agreement:
    """Follows what depends on one mention, from left to right."""

    def __init__(self, words: Words, scope: Scope, change: Change, lexicon: Lexicon) -> None:
        self.words = words
        self.scope = scope
        self.governed = False
        self.change = change
        self.lexicon = lexicon
        self.changed: dict[int, str] = {}
        """Token number -> new form, lower-case."""
        self.settled: set[int] = set(range(scope.first, scope.last + 1))
        """Tokens of which it is certain what they agree with."""

    def follow(self, governed: bool) -> None:
        """Settles what stands right after the mention; `governed` by a preposition it is no subject."""
        self.governed = governed
        refuse_before(self)
        n = self._epithets(self.scope.last + 1)
        refuse_neighbour(self, n)
        if self.form(n) == "qui":
            self.settled.add(n)
            self._predicate(n + 1)
        elif not governed:
            self._predicate(n)

    @property
    def joined(self) -> bool:
        """Whether « et », « ou » or « ni » joins the mention to another: a plural may agree with both."""
        before = self.words.forms[self.scope.first - 1] if self.scope.first else ""
        return before in JOINING or self.form(self.scope.last + 1) in JOINING

    def form(self, n: int) -> str:
        return self.words.forms[n] if n < self.scope.end else ""

    def _epithets(self, n: int) -> int:
        """Adjectives and participles that follow at once, also after an adverb, « et » or a comma."""
        while n < self.scope.end:
            at = n
            comma = self.form(at) == ","
            if comma or (self.form(at) == "et" and n > self.scope.last + 1):
                at += 1
            while self.form(at) in DEGREES:
                at += 1
            if not self._is_epithet(at, after_comma=comma or at > n):
                break
            refuse_of_head(self, at, comma or self.form(n) == "et")
            self._agree(at)
            self.settled.update(range(n, at))
            n = at + 1
        return n

    def _is_epithet(self, n: int, after_comma: bool) -> bool:
        form = self.form(n)
        if (
            not form.isalpha()
            or form in INVARIABLE
            or form in PREPOSITIONS
            or form in SINGULAR_VERBS
        ):
            return False
        if self.words.tokens[n].text[:1].isupper() or form in DETERMINERS or self.is_mention(n):
            return False
        if not self.could_be_old(form):
            return False
        kinds = {reading.kind for reading in self.lexicon.readings(form)}
        if after_comma:
            return looks_like_participle(form) and (not kinds or "A" in kinds)
        if form in VERBS_TOO:
            return False
        if kinds:
            return "A" in kinds and "V" not in kinds
        return _is_surely_adjective(form) or is_listed(form)

    def could_be_old(self, form: str) -> bool:
        old = self.change.old
        return any(
            old[0] in ("", gender) and old[1] in ("", number) for gender, number in self.shows(form)
        )

    def shows(self, form: str) -> frozenset[GenderNumber]:
        readings = self.lexicon.readings(form)
        if readings:
            return frozenset((r.gender, r.number) for r in readings if r.kind == "A")
        return may_show(form)

    def _agree(self, n: int) -> None:
        """Token `n` agrees with the mention."""
        form = self.form(n)
        new, old = self.change.new, self.change.old
        self.settled.add(n)
        shows = {(g, k) for g, k in self.shows(form) if old[0] in ("", g) and old[1] in ("", k)}
        if not shows:
            return  # it never agreed
        if len(shows) > 1 and not all(old):
            shows = {min(shows)}
        before = min(shows)
        if (before[0] == new[0] or is_epicene(form)) and before[1] == new[1]:
            return
        if not new[0] and not is_epicene(form):
            raise Refused("P10", self.change.surface, form)
        if not new[1]:
            raise Refused("P11", self.change.surface, form)
        made = inflected(form, before, (new[0] or before[0], new[1]), self.lexicon)
        if not made:
            raise Refused("P16", self.change.surface, form)
        if made != form:
            self.changed[n] = made

    # The verb and what it links to the mention

    def _predicate(self, n: int) -> None:
        start = n
        n = self._skip(n)
        verb = self.form(n)
        if verb in SINGULAR_VERBS or verb in PLURAL_VERBS:
            self._verb(n)
            self.settled.update(range(start, n + 1))
            self._after_verb(n)
        elif self.change.number:
            self._refuse_verb(start)

    def _skip(self, n: int) -> int:
        while self.form(n) in ADVERBS or self.form(n).endswith("ment"):
            self.settled.add(n)
            n += 1
        return n

    def _verb(self, n: int) -> None:
        form = self.form(n)
        if not self.change.number:
            return
        old, new = self.change.old[1], self.change.new[1]
        is_plural = form in PLURAL_VERBS
        if old and (old == "p") != is_plural:
            raise Refused("P16", self.change.surface, form)
        if not new:
            raise Refused("P11", self.change.surface, form)
        if (new == "p") != is_plural:
            self.changed[n] = SINGULAR_VERBS[form] if new == "p" else PLURAL_VERBS[form]

    def _after_verb(self, verb: int) -> None:
        form = self.form(verb)
        reflexive = self.form(verb - 1) in ("s’", "se")
        n = self._skip(verb + 1)
        if form in HAVING and self.form(n) == "été":
            n = self._skip(n + 1)
            self._attributes(n)
        elif form in BEING and reflexive:
            if self.change.gender or self.change.number:
                self._refuse_if_variable(n)
        elif form in BEING or form in LINKING:
            if "en" in self.words.forms[verb + 1 : n + 1]:
                return  # « en pleine guerre »
            refuse_attribute(self, n)
            self._attributes(n)
        elif form in MODALS and self.form(n) == "être":
            self._attributes(self._skip(n + 1))
        elif form in HAVING and looks_like_participle(self.form(n)):
            self.settled.add(n)  # « a annoncé »: invariable

    def _attributes(self, n: int) -> None:
        """« arrêtée », « blessée et soignée »; not « nouvelle venue »: an adjective before a noun."""
        following = self.form(n + 1)
        if self.form(n) in PRENOMINAL and following.isalpha() and not is_function(following):
            self._refuse_if_variable(n)
        while self.form(n) and self.form(n).isalpha() and self.could_be_old(self.form(n)):
            if self.form(n) in DETERMINERS or self.form(n) in INVARIABLE or self.is_mention(n):
                if self.is_mention(n):
                    self._refuse_if_variable(n)
                return
            self._agree(n)
            after = n + 1
            if self.form(after) not in ("et", "ou", ","):
                return
            n = self._skip(after + 1)
            if not looks_like_participle(self.form(n)):
                return
            self.settled.add(after)

    def of_object(self, n: int) -> None:
        """« la police l’a arrêtée »: the participle agrees with the pronoun before « avoir »."""
        if self.form(n) in HAVING:
            n = self._skip(n + 1)
            if looks_like_participle(self.form(n)) and self.could_be_old(self.form(n)):
                self._agree(n)

    def _refuse_verb(self, n: int) -> None:
        """A verb that is not known may be the mention's; after an infinitive, before a full stop, it is its object."""
        before = self.form(self.scope.first - 1) if self.scope.first > self.scope.start else ""
        closed = not self.form(n)[:1].isalnum()
        comparing = {"plus", "moins", "aussi", "autant"} & set(
            self.words.forms[self.scope.start : self.scope.first]
        )
        if closed and comparing and self.form(self.scope.first).startswith("qu"):
            return
        if closed and before.endswith(("er", "ir", "re")) and before not in DETERMINERS:
            return
        raise Refused("P16", self.change.surface, self.form(n) or before)

    def _refuse_if_variable(self, n: int) -> None:
        form = self.form(n)
        if form and self.could_be_old(form) and not is_epicene(form):
            raise Refused("P16", self.change.surface, form)

    def is_mention(self, n: int) -> bool:
        return bool(self.words.tokens[n].mentions)


def is_epicene(form: str) -> bool:
    """Whether the form is the same in both genders."""
    return len({gender for gender, _ in may_show(form)}) == 2 and form.rstrip("s").endswith("e")


_SURE_TEXT = """
    ière ières ier iers ique iques iste istes ienne iennes ien iens éen éens éenne éennes aise
    aises ais oise oises ois aire aires euse euses eux ive ives if ifs elle elles el els ale
    ales al aux able ables ible ibles aine aines ain ains
"""
_SURE = tuple(_SURE_TEXT.split())
"""Endings of words that, right after a noun, are adjectives."""


def _is_surely_adjective(form: str) -> bool:
    """Whether a word that follows a noun at once is an adjective or participle, by its ending."""
    return form.endswith(_SURE) or (
        looks_like_participle(form) and not form.endswith(("it", "rit", "is", "i", "u"))
    )


def scope_of(words: Words, frame: Frame, last: int) -> Scope:
    """The sentence of a mention: from after the full stop before it to the one after it."""
    start = frame.first
    while start > 0 and not words.starts_sentence(start):
        start -= 1
    end = last + 1
    while end < len(words.tokens) and not _ends(words, end):
        end += 1
    return Scope(start, frame.first, last, end)


def _ends(words: Words, n: int) -> bool:
    return not words.tokens[n].text.strip(".!?…") or (n > 0 and "\n" in words.gap(n - 1))
