"""Words near a mention that might agree with it, where that cannot be told: reasons to refuse a change."""

from collections.abc import Iterator

from bouture.strategies.french.agreement import Agreement, is_epicene
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
)


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
        if not form.isalpha() or form in INVARIABLE or form in PREPOSITIONS or form in DETERMINERS:
            return False
        if form in CONTRACTED or form in SINGULAR_VERBS or form in PLURAL_VERBS:
            return False
        if words.tokens[n].text[:1].isupper() and n > self.scope.start:
            return False
        if form.endswith(("ment", "ait", "aient", "er")) or not self._agreement.could_be_old(form):
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
        if (
            self._agreement.governed
            and n > self.scope.last
            and (form in BEING or form in LINKING or form == "été")
        ):
            return True  # the subject is what governs the mention
        if form in DETERMINERS or form in CONTRACTED or form in ("de", "d’", "en", "à"):
            return True
        if form in HAVING:
            return True
        if self._agreement.is_mention(n) and form not in BEING:
            return True  # a noun that is a mention of its own
        if before in self._agreement.settled or before == self.scope.last:
            return False
        if self._agreement.is_mention(before) or words.tokens[before].text[:1].isupper():
            return self._not_next_to_own(before)
        return before > self.scope.start and (
            words.forms[before - 1] in DETERMINERS or words.forms[before - 1] in CONTRACTED
        )

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
