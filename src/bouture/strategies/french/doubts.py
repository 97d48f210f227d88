"""Words near a mention that might agree with it, where that cannot be told: reasons to refuse a change."""

from collections.abc import Iterator

from bouture.strategies.french.agreement import Agreement, is_epicene
from bouture.strategies.french.inflection import may_show
from bouture.strategies.french.words import (
    ADVERBS,
    BEING,
    CONTRACTED,
    DETERMINERS,
    HAVING,
    INVARIABLE,
    LINKING,
    PLURAL_VERBS,
    PRENOMINAL,
    PREPOSITIONS,
    SINGULAR_VERBS,
    TELLING,
)

_COUNTING = """
    deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente cent plusieurs certains certaines
    beaucoup aucun aucune tous toutes un une autres uns unes plupart moitié tiers
"""
COUNTING = frozenset(_COUNTING.split())
"""Words that stand for a number of what was named."""


class Doubts:
    """The tokens of the sentence that could agree with the mention and are not settled, as an iterable of numbers."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self.words = agreement.words
        self.scope = agreement.scope
        self.change = agreement.change

    def __iter__(self) -> Iterator[int]:
        """Tokens that could agree with the mention and are not settled."""
        for n in range(self.scope.start, self.scope.end):
            if n not in self._agreement.settled and self._is_doubtful(n):
                yield n

    def _is_doubtful(self, n: int) -> bool:
        words, form = self.words, self.words.forms[n]
        if n > self.scope.last and self._is_ranked(n):
            return True
        if not form.isalpha() or form in INVARIABLE or form in PREPOSITIONS or form in DETERMINERS:
            return False
        if form in CONTRACTED or form in SINGULAR_VERBS or form in PLURAL_VERBS:
            return False
        if words.tokens[n].text[:1].isupper() and n > self.scope.start:
            return False
        if form.endswith(("ment", "ait", "aient", "er")):
            return False
        if words.forms[n - 1] == "en":
            return False  # « en pleine guerre »
        if self._of_both(n):
            return True
        if not self._agreement.could_be_old(form):
            return False
        if form.endswith("ant") and not self._is_bare_participle(n):
            return False
        if n < self.scope.first and not self._is_detached(n):
            return False
        if not self.change.gender and not self.change.number:
            return False
        if is_epicene(form) and not self.change.number:
            return False
        return not self._belongs_elsewhere(n)

    def _belongs_elsewhere(self, n: int) -> bool:
        """A noun after its determiner, an adjective after its noun, a participle after « avoir »."""
        words = self.words
        before = n - 1
        while before >= self.scope.start and (
            words.forms[before] in ADVERBS or words.forms[before] in PRENOMINAL
        ):
            before -= 1
        if before < self.scope.start:
            return False
        form = words.forms[before]
        if before == self.scope.last and before == n - 1:
            return False
        after_verb = form in BEING or form in LINKING or form == "été"
        if self._agreement.governed and n > self.scope.last and after_verb:
            return not self._counted(before)  # the subject is what governs the mention
        if form in DETERMINERS or form in CONTRACTED or form in ("de", "d’", "en", "à"):
            return True
        if form in HAVING:
            return not self._is_object(n)
        if self._agreement.is_mention(n) and form not in BEING:
            return True  # a noun that is a mention of its own
        if before in self._agreement.settled or before == self.scope.last:
            return False
        if self._agreement.is_mention(before) or words.tokens[before].text[:1].isupper():
            return self._not_next_to_own(before)
        return before > self.scope.start and (
            words.forms[before - 1] in DETERMINERS or words.forms[before - 1] in CONTRACTED
        )

    def _is_ranked(self, n: int) -> bool:
        """« ce raid, le troisième »: an article and an adjective that stand for a noun."""
        gender, change = TELLING.get(self.words.forms[n], ("", ""))[0], self.change
        if not gender or not change.gender or change.old[0] not in ("", gender):
            return False
        after = self._agreement.form(n + 2)
        alone = not after.isalpha() or after in PREPOSITIONS or after in INVARIABLE
        return gender != change.new[0] and self._agreement.form(n + 1) in PRENOMINAL and alone

    def _of_both(self, n: int) -> bool:
        """« le policier et la voisine sont arrivés »: a plural that agrees with two, one of which changes."""
        if not self._agreement.joined or not self.change.gender or self._agreement.governed:
            return False
        plural = any(number == "p" for _, number in may_show(self.words.forms[n]))
        return plural and self.words.forms[n - 1] in BEING | LINKING | ADVERBS | {"été"}

    def _counted(self, verb: int) -> bool:
        """« parmi les agents, trois sont blessés »: the subject is a number of what the mention names."""
        while verb > self.scope.last and self.words.forms[
            verb
        ] in BEING | LINKING | HAVING | ADVERBS | {"été"}:
            verb -= 1
        return self.words.forms[verb] in COUNTING

    def _is_object(self, n: int) -> bool:
        """« la voiture que le policier a vue »: the mention is the object, and comes first."""
        first = self.scope.last + 1
        while first in self._agreement.settled or self._agreement.form(first) == ",":
            first += 1
        return n > first and self._agreement.form(first) in ("que", "qu’")

    def _is_bare_participle(self, n: int) -> bool:
        """A word in « -ant » right after the mention and without a complement: an adjective perhaps."""
        after = self._agreement.form(n + 1)
        complement = after in DETERMINERS or after in CONTRACTED or after in PREPOSITIONS
        return n == self.scope.last + 1 and not complement

    def _is_detached(self, n: int) -> bool:
        """« Blessé, le policier… », « est arrivé le policier »: words before the mention that may be of it."""
        if self._agreement.governed:
            return False
        forms = self.words.forms
        if n == self.scope.first - 1 and forms[n - 1] in BEING | LINKING | {"été"}:
            return True
        return n < self.scope.start + 2 and "," in forms[n : self.scope.first]

    def _not_next_to_own(self, before: int) -> bool:
        return not self.scope.first <= before <= self.scope.last
