"""Where facts about French words come from: what a corpus shows, what a table holds, what a package knows."""

from collections.abc import Iterable, Sequence

from bouture.corpus.document import Document
from bouture.strategies.determiners import DETERMINERS, agreement, before
from bouture.strategies.french.facts import Article, Facts, Locative
from bouture.strategies.french.initials import Initial, initial
from bouture.strategies.french.people import names_of
from bouture.strategies.french.reading import Lexicon, Reading
from bouture.strategies.french.vocabulary import Vocabulary
from bouture.strategies.french.words import PLAIN_PREPOSITIONS
from bouture.strategies.labelling import LabelledToken, label_tokens


class Silent:
    """A lexicon that knows nothing: the base of those that know only a part."""

    def facts(self, surface: str) -> Facts:
        return Facts()

    def readings(self, form: str) -> frozenset[Reading]:
        return frozenset()

    def inflected(self, form: str, gender: str, number: str) -> str:
        return ""


class Given(Silent):
    """Facts that a caller or a pool states, by surface."""

    def __init__(self, facts: dict[str, Facts]) -> None:
        self._facts = facts

    def facts(self, surface: str) -> Facts:
        return self._facts.get(surface, Facts())


class Lexicons:
    """Several lexicons: each fact from the first that knows it."""

    def __init__(self, *lexicons: Lexicon) -> None:
        self._lexicons = lexicons

    def facts(self, surface: str) -> Facts:
        return Facts().known_first(lexicon.facts(surface) for lexicon in self._lexicons)

    def readings(self, form: str) -> frozenset[Reading]:
        return next(filter(None, (x.readings(form) for x in self._lexicons)), frozenset())

    def inflected(self, form: str, gender: str, number: str) -> str:
        found = (lexicon.inflected(form, gender, number) for lexicon in self._lexicons)
        return next(filter(None, found), "")


class Corpus(Silent):
    """What the words before a surface tell of it in annotated documents.

    Titles, pronouns and a relation to itself (TextMine) give the gender of names. `le`, `un`, `cette`… give gender and number; `d’` and `de` the initial; a name seen only with the
    definite article takes it, one seen only bare takes none; `en` before a name is its preposition of place.
    With `by_label`, what is seen under one label is told of that label only.
    """

    def __init__(self, documents: Sequence[Document], by_label: bool = False) -> None:
        self._seen: dict[tuple[str, str], set[str]] = {}
        self._vocabulary = Vocabulary()
        words: set[str] = set()
        for document in documents:
            tokens = label_tokens(document)
            number = {token.start: n for n, token in enumerate(tokens) if not token.cut}
            words.update(token.text for token in tokens)
            self._vocabulary.read([token.text for token in tokens])
            for mention in document.mentions():
                n = number.get(mention.start)
                if n is not None:
                    key = (mention.label if by_label else "", mention.text)
                    self._seen.setdefault(key, set()).add(_before(tokens, n))
        named = names_of(documents, by_label)
        self._facts = {
            key: named.get(key, Facts()).known_first(
                [seen_as(key[1], _certain(key[1], seen, words))]
            )
            for key, seen in self._seen.items()
        }

    def facts(self, surface: str, label: str = "") -> Facts:
        known = self._facts.get((label, surface), Facts())
        if known.gender and known.number:
            return known
        return known.known_first([self._vocabulary.facts(surface)])

    def seen(self, surface: str, label: str = "") -> frozenset[str]:
        """The words seen before a surface; `^` where a sentence begins, empty after punctuation."""
        return frozenset(self._seen.get((label, surface), ()))


def _before(tokens: Sequence[LabelledToken], n: int) -> str:
    if n == 0 or (tokens[n - 1].text[-1] in ".!?…" and tokens[n - 1].text.lower() not in _BARE):
        return "^"
    return before(tokens, n).form


def _certain(surface: str, seen: set[str], words: set[str]) -> set[str]:
    """What is seen, without the beginnings of sentences when the word may owe its capital to them."""
    first = surface.split(" ")[0].lower()
    return seen - {"^"} if surface[:1].isupper() and first in words else seen


_BARE = PLAIN_PREPOSITIONS | frozenset(
    ["^", "et", "que", "qu’", "à", "m.", "mm.", "mme", "mlle", "monsieur", "madame"]
)
"""Words after which a name without article takes none; in apposition, in brackets and in titles any may do without."""
_DEFINITE = frozenset(("le", "la", "l’", "les", "du", "au", "aux"))


def _initial(surface: str, forms: frozenset[str]) -> Initial:
    """Of an acronym such as SBU « le » tells nothing of « de »: only « de » does."""
    if initial(surface) != "s":
        return ""
    return "c" if "de" in forms and "d’" not in forms else "s"


def seen_as(surface: str, seen: Iterable[str]) -> Facts:
    """What the forms seen before a surface tell of it."""
    forms = frozenset(seen)
    known = agreement(surface, forms)
    determined = forms & DETERMINERS
    bare = bool(forms & _BARE)
    article: Article = ""
    if surface[:1].islower():
        article = "noun"
    elif determined and not bare:
        article = "definite" if determined <= _DEFINITE | {"des"} else ""
    elif bare and not determined:
        article = "none"
    locative: Locative = "en" if "en" in forms else ""
    return Facts(
        gender=known.gender,  # type: ignore[arg-type]
        number=known.number,  # type: ignore[arg-type]
        article=article,
        locative=locative,
        initial=_initial(surface, forms) or known.initial,  # type: ignore[arg-type]
    )


def of_documents(documents: Sequence[Document], further: Lexicon | None = None) -> Lexicons:
    """What a corpus shows, then what another lexicon (such as `french_lexicon()`) knows."""
    return Lexicons(Corpus(documents), *([] if further is None else [further]))
