"""Synonym replacement (Dai & Adel, COLING 2020, section 3.2) with a thesaurus file the user names, in agreement with the French around."""

import random
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Wording
from bouture.strategies.determiners import (
    DETERMINERS,
    Agreement,
    Before,
    agreement,
    before,
    form_before,
    initial,
    written,
)
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import Edit, apply_to_tokens, cuts, declining, made_by
from bouture.strategies.function_words import function_words
from bouture.strategies.labelling import LabelledToken, label_tokens
from bouture.strategies.thesaurus import Meaning, read_thesaurus

NO_SYNONYM = Wording(
    "no word of document {document!r} has a synonym that fits where it stands",
    "aucun mot du document « {document} » n’a de synonyme qui convienne à sa place",
)
PREPOSITIONS = frozenset(
    [
        "de",
        "d’",
        "en",
        "à",
        "sans",
        "par",
        "pour",
        "avec",
        "sous",
        "contre",
        "après",
        "avant",
        "selon",
        "dans",
        "sur",
        "vers",
        "entre",
        "dès",
        "malgré",
    ]
)
PRONOUNS = frozenset(
    ["je", "j’", "tu", "il", "elle", "on", "nous", "vous", "ils", "elles", "qui", "ne", "se"]
)
GENDERS = (
    ("f", ("tion", "sion", "ité", "ance", "ence"), {"bastion", "comité", "silence"}),
    ("m", ("isme", "ment", "age"), {"jument", "image", "page", "plage", "cage", "rage", "nage"}),
)
"""Endings that tell the gender of a French noun, and the words that they do not tell it of."""


class SynonymReplacement:
    """Each word is replaced with probability `p` by one of its synonyms, drawn uniformly.

    Beyond the paper: words of mentions are left alone unless `inside_mentions` (the paper replaces
    them too; a synonym of several words goes on with the label of the word). A French noun needs a
    synonym of its gender and number, an adjective one of its kind of ending, and the word before
    follows (`le`/`l’`, `de`/`d’`…); whatever is not certain is left as it is.
    """

    name = "synonym_replacement"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        thesaurus: Path = Field(
            description="thesaurus file in MyThes format, e.g. thes_fr.dat of Debian's mythes-fr"
        )
        p: float = Field(
            0.3,
            gt=0,
            le=1,
            description="probability that a word is replaced (the paper tries 0.1, 0.3, 0.5, 0.7)",
        )
        inside_mentions: bool = Field(False, description="also replace words inside mentions")

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._french = materials.language != "en"
        self._thesaurus = read_thesaurus(options.thesaurus)
        self._left = function_words(materials.language)
        forms: dict[str, set[str]] = {}
        for document in materials.gold:
            tokens = label_tokens(document)
            for number, token in enumerate(tokens):
                form = before(tokens, number).form
                if form in DETERMINERS:
                    forms.setdefault(token.text.lower(), set()).add(form)
        self._forms = {word: frozenset(seen) for word, seen in forms.items()}

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        edits = []
        possible = False
        tokens = label_tokens(document)
        for number in range(len(tokens)):
            drawn = rng.random() < self.options.p
            found = self._edits(document, tokens, number)
            possible = possible or bool(found)
            if drawn and found:
                edits.append(rng.choice(found))
        if not possible:
            raise Declined(declining("P02", NO_SYNONYM, document))
        made = apply_to_tokens(document, edits)
        keeps = "labels" if self.options.inside_mentions else "mentions"
        return [made_by(self.name, document, made, self.options, keeps)]
        yield

    def _edits(self, document: Document, tokens: list[LabelledToken], number: int) -> list[Edit]:
        """One edit for each synonym that can stand in the place of a token."""
        token = tokens[number]
        if token.cut or (token.mentions and not self.options.inside_mentions):
            return []
        if token.text.lower() in self._left:
            return []
        meanings = self._thesaurus.meanings(token.text)
        if not meanings:
            return []
        now = before(tokens, number)
        edits = []
        for meaning in meanings:
            for synonym in meaning.synonyms:
                lead = self._lead(now, token.text, (meaning, synonym), document.text)
                word = _cased(synonym, token.text)
                if lead is None or word is None or word == token.text:
                    continue
                start = now.start if lead else token.start
                edit = Edit(start, token.end, lead + word)
                if not cuts(document, edit):
                    edits.append(edit)
        return sorted(set(edits))

    def _lead(self, now: Before, word: str, new: tuple[Meaning, str], text: str) -> str | None:
        """What the word before becomes (empty: it stays); None when the synonym cannot stand there."""
        meaning, synonym = new
        if not self._french:
            fits = now.form not in ("a", "an") or initial(word) == initial(synonym) != ""
            return "" if fits else None
        noun = "nom" in meaning.part_of_speech.split()
        if not _may_follow(now, word, meaning) or not self._agrees(now, word, new, noun):
            return None
        form = form_before(now, self._agreement(synonym))
        if form is None or form == now.form:
            return None if form is None else ""
        return written(form, text[now.start :], text)

    def _agrees(self, now: Before, word: str, new: tuple[Meaning, str], noun: bool) -> bool:
        meaning, synonym = new
        if _is_plural(word) != _is_plural(synonym):
            return False
        if "adjectif" in meaning.part_of_speech:
            return not word.rstrip("s").endswith("e") or synonym.rstrip("s").endswith("e")
        if not noun:
            return True
        gender = agreement(word, frozenset((now.form,))).gender or self._agreement(word).gender
        return gender != "" and self._agreement(synonym).gender == gender

    def _agreement(self, word: str) -> Agreement:
        """What gold, the thesaurus and the spelling tell of a word."""
        head = word.lower().split()[0]
        known = agreement(word, self._forms.get(word.lower(), frozenset()))
        gender = self._thesaurus.gender(word) or known.gender or _gender(head)
        return known._replace(gender=gender, number="p" if _is_plural(head) else "s")


def _may_follow(now: Before, word: str, meaning: Meaning) -> bool:
    """Whether the word before is one that this part of speech follows.

    « la frappe » and « de frappe » are nouns, « d’annoncer » a verb, « il la frappe » too.
    """
    pronoun = now.form in ("le", "la", "les", "l’", "leur") and now.earlier in PRONOUNS
    determined = now.form in DETERMINERS and not pronoun
    if "nom" in meaning.part_of_speech.split():
        return determined or now.form in PREPOSITIONS
    if "verbe" in meaning.part_of_speech and now.form in PREPOSITIONS:
        return word.lower().endswith(("er", "ir", "re"))
    return not determined


def _is_plural(word: str) -> bool:
    """Whether a word looks plural: one that always ends so is taken for a plural, and so left."""
    return word.split()[0].lower().endswith(("s", "x", "z"))


def _gender(word: str) -> str:
    stem = word.rstrip("s")
    for gender, endings, exceptions in GENDERS:
        if stem.endswith(endings) and stem not in exceptions:
            return gender
    return ""


def _cased(synonym: str, word: str) -> str | None:
    """The synonym with the capitals of the word; None when they follow no pattern.

    A synonym with a capital of its own is a name (`state`, `Department of State`): never for a common word.
    """
    if word.islower():
        return synonym if synonym.islower() else None
    if word[0].isupper() and (len(word) == 1 or word[1:].islower()):
        return synonym[0].upper() + synonym[1:]
    return synonym.upper() if word.isupper() else None
