"""The substitution of one entity in one document: its mentions, what agrees with them, the pronouns that stand for it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bouture.corpus.document import Entity, Mention, Span
from bouture.strategies.editing import Edit
from bouture.strategies.french.agreement import Agreement, Change, scope_of
from bouture.strategies.french.apposition import (
    SWAPPED,
    TITLES,
    gender_of_head,
    head_of,
    is_further_name,
)
from bouture.strategies.french.around import Placed, edits_of, like, placed
from bouture.strategies.french.doubts import Doubts
from bouture.strategies.french.facts import Facts, Gender
from bouture.strategies.french.frame import Words, frame_of
from bouture.strategies.french.pronouns import ANAPHORS, agreeing, in_doubt, shows
from bouture.strategies.french.reading import Lexicon
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.surface import Surface
from bouture.strategies.french.words import ELIDED, FULL
from bouture.strategies.french.writing import spelt


def is_anaphor(text: str) -> bool:
    """Whether a mention is a pronoun, or « dernier » of « ce dernier »."""
    return text.lower().replace("'", "’") in ANAPHORS | _LATTER or text.lower() in ANAPHORS


_OBJECTS = frozenset(("l’", "le", "la", "les"))
_TAILS = ("", "-ci", "-là", "-même", "-mêmes")
_LATTER = frozenset(["dernier", "dernière", "derniers", "dernières"])


class _Turn(NamedTuple):
    """A mention of the entity with the change that concerns it."""

    mention: Mention
    change: Change
    agreement: Agreement


class Substitution:
    """The substitution of one entity in one document."""

    def __init__(self, words: Words, entity: Entity, lexicon: Lexicon, french: bool) -> None:
        self.words = words
        self.lexicon = lexicon
        self.french = french
        self.entity = entity
        self.mentions = [m for m in words.document.mentions() if m.entity == entity.id]

    def edits(self, wanted: Mapping[str, tuple[Surface, Facts]]) -> list[Edit]:
        replaced = [m for m in self.mentions if m.text in wanted]
        if not self.french:
            return [self._plain(m, wanted[m.text][0]) for m in replaced]
        items = [placed(self.words, m, *wanted[m.text], self.lexicon) for m in replaced]
        edits: list[Edit] = []
        for item in items:
            edits += edits_of(self.words, item, self._inner(item.mention, item.surface))
        for item in items:
            edits += self._title(item)
        changes = [(item, self._change(item)) for item in items]
        if any(change.gender or change.number for _, change in changes):
            edits += self._agreeing(changes)
        return _separate(edits)

    def _plain(self, mention: Mention, surface: Surface) -> Edit:
        inner = self._inner(mention, surface)
        pairs = [(mention.span, surface.span)]
        pairs += [(old, span) for old, (span, _) in zip(inner, surface.inner, strict=True)]
        return Edit(mention.start, mention.end, surface.text, tuple(pairs))

    def _inner(self, mention: Mention, surface: Surface) -> list[Span]:
        """The spans nested in a mention, which those of the new surface take over."""
        nested = [
            m
            for m in self.words.document.mentions()
            if m.entity != mention.entity and mention.span.contains(m.span)
        ]
        here = Surface(
            mention.text,
            tuple((Span(m.start - mention.start, m.end - mention.start), m.label) for m in nested),
        )
        if here.structure != surface.structure:
            raise Refused("P18", surface.text, nested[0].text if nested else mention.text)
        return [m.span for m in nested]

    def _change(self, item: Placed) -> Change:
        old, new = item.old, item.new
        if is_further_name(self.words, item.frame):
            return Change(("?", "s"), ("?", "s"), item.surface.text)  # the whole name decides
        head = head_of(self.words, item.frame)
        if head is not None and self._is_person(item) and not old.gender:
            gender: Gender = gender_of_head(self.words, head, self.lexicon)  # type: ignore[assignment]
            old = old.known_first([Facts(gender=gender)])
        if head is not None and not self._is_person(item):
            return Change(
                ("?", "s"), ("?", "s"), item.surface.text
            )  # all agrees with the noun beside
        if old.kind == new.kind == "city" and not old.gender and not new.gender:
            return Change(("?", "s"), ("?", "s"), item.surface.text)  # either gender is in use
        return Change((old.gender, old.number), (new.gender, new.number), item.surface.text)

    def _is_person(self, item: Placed) -> bool:
        head = head_of(self.words, item.frame)
        titled = head is not None and self.words.forms[head] in TITLES
        return titled or "person" in (item.old.kind, item.new.kind)

    def _title(self, item: Placed) -> list[Edit]:
        """« M. X » becomes « Mme Y »; « le président X » cannot become « le président Y » of a woman."""
        words, new = self.words, item.new
        head = head_of(words, item.frame)
        if head is None or not self._is_person(item):
            return []
        gender, form = gender_of_head(words, head, self.lexicon), words.forms[head]
        if not gender or gender == new.gender:
            return []
        if not new.gender:
            raise Refused("P10", item.surface.text, form)
        if form not in SWAPPED:
            raise Refused("P16", item.surface.text, form)
        return [self._token_edit(head, SWAPPED[form], item.mention, item.surface.text)]

    # Agreement

    def _agreeing(self, changes: Sequence[tuple[Placed, Change]]) -> list[Edit]:
        """The edits to what agrees with the entity, pronouns among it."""
        words = self.words
        turns: list[_Turn] = []
        edits: list[Edit] = []
        for item, change in changes:
            scope = scope_of(words, item.frame, item.last)
            agreement = Agreement(words, scope, change, self.lexicon)
            agreement.follow(item.frame.governed)
            turns.append(_Turn(item.mention, change, agreement))
        done = {item.mention.start for item, _ in changes}
        for mention in self.mentions:
            if mention.start not in done and is_anaphor(mention.text):
                edits += self._pronoun(mention, changes, turns)
        self._check_doubts(turns)
        for turn in turns:
            for number, form in turn.agreement.changed.items():
                edits.append(self._token_edit(number, form, turn.mention, turn.change.surface))
        return edits

    def _token_edit(self, number: int, form: str, mention: Mention, surface: str) -> Edit:
        token = self.words.tokens[number]
        every = self.words.document.mentions()
        for other in (every[n] for n in token.mentions):
            around = other.span.contains(mention.span)
            own = (
                other.entity == self.entity.id
                and other.start == token.start
                and other.end == token.end
            )
            if not around and not own:
                raise Refused("P18", surface, other.text)
        shown = like(token.text, form)
        pairs: tuple[tuple[Span, Span], ...] = ()
        span = Span(token.start, token.end)
        if any(every[n].span == span for n in token.mentions):
            pairs = ((span, Span(0, len(shown))),)
        return Edit(token.start, token.end, shown, pairs)

    def _pronoun(
        self, mention: Mention, changes: Sequence[tuple[Placed, Change]], turns: list[_Turn]
    ) -> list[Edit]:
        words = self.words
        first, last = words.at.get(mention.start), words.ending.get(mention.end)
        change = _governing(mention, words, changes)
        if (
            first is None
            or last is None
            or "".join(words.forms[first + 1 : last + 1]) not in _TAILS
        ):
            raise Refused("P17", change.surface, mention.text)
        frame = frame_of(words, first)
        if words.forms[first] in _LATTER:
            return self._latter(mention, change, turns)
        frame = frame._replace(first=first, adjectives=(), determiner="")
        shown = shows(words.forms[first])
        own = Change(
            (shown[0] or change.old[0], shown[1] or change.old[1]), change.new, change.surface
        )
        form = agreeing(words, first, change.new, change.surface)
        agreement = Agreement(words, scope_of(words, frame, first), own, self.lexicon)
        if words.forms[first] in _OBJECTS:
            agreement.of_object(first + 1)
        subject = words.forms[first] in ("il", "elle", "ils", "elles", "qui") and not frame.governed
        agreement.follow(governed=not subject)
        turns.append(_Turn(mention, own, agreement))
        return self._written_pronoun(first, form, mention, change.surface)

    def _written_pronoun(
        self, number: int, form: str, mention: Mention, surface: str
    ) -> list[Edit]:
        """The pronoun, and the word before it: « s’il » but « si elle », « d’elle » but « de lui »."""
        words = self.words
        if form == words.forms[number]:
            return []
        edits = [self._token_edit(number, form, mention, surface)]
        before = words.forms[number - 1] if number else ""
        vowel = form[0] in "aei"
        wanted = before
        if before in ("s’", "si"):
            wanted = "s’" if form in ("il", "ils") else "si"
        elif before in FULL or before in ELIDED:
            full = FULL.get(before, before)
            wanted = ELIDED[full] if vowel else full
        if wanted != before:
            token = words.tokens[number - 1]
            shown = spelt((wanted,), words.text, token.text[:1].isupper())
            edits.append(Edit(token.start, words.tokens[number].start, shown))
        return edits

    def _latter(self, mention: Mention, change: Change, turns: list[_Turn]) -> list[Edit]:
        """« ce dernier » → « cette dernière »."""
        four = ("dernier", "dernière", "derniers", "dernières")
        gender, number = change.new
        if not gender or not number:
            raise Refused("P17", change.surface, mention.text)
        new = four["sp".index(number) * 2 + "mf".index(gender)]
        facts = Facts(gender, number, article="noun").completed(new)  # type: ignore[arg-type]
        item = placed(self.words, mention, Surface(new), facts, self.lexicon)
        place_of = four.index(mention.text.lower())
        own = Change(("mf"[place_of % 2], "sp"[place_of // 2]), change.new, change.surface)
        agreement = Agreement(
            self.words, scope_of(self.words, item.frame, item.last), own, self.lexicon
        )
        agreement.follow(item.frame.governed)
        turns.append(_Turn(mention, own, agreement))
        return edits_of(self.words, item, self._inner(mention, Surface(new)))

    def _check_doubts(self, turns: Sequence[_Turn]) -> None:
        """What could agree with a mention in its sentence, or stand for it there or in the next."""
        settled: set[int] = set()
        for turn in turns:
            settled |= turn.agreement.settled
        for turn in turns:
            agreement, change = turn.agreement, turn.change
            if not (change.gender or change.number):
                continue
            agreement.settled = settled
            doubt = next(iter(Doubts(agreement)), None)
            if doubt is not None:
                raise Refused("P16", change.surface, self.words.forms[doubt])
            stretch = range(agreement.scope.start, self._next_end(agreement.scope.end))
            old = ("", "") if agreement.joined else change.old
            standing = in_doubt(self.words, stretch, old, change.new, self.lexicon)
            free = (n for n in standing if n not in settled)
            found = next((n for n in free if self._may_stand(n, agreement)), None)
            if found is not None:
                raise Refused("P17", change.surface, self.words.forms[found])

    def _may_stand(self, n: int, agreement: Agreement) -> bool:
        """A pronoun stands for what comes before it, or after it beyond a comma: « bien qu’il…, Kiev »."""
        first = agreement.scope.first
        return n > first or "," in self.words.forms[n:first]

    def _next_end(self, end: int) -> int:
        """One after the last word of the sentence that follows."""
        words = self.words
        n = end + 1
        while n < len(words.tokens) and words.tokens[n].text.strip(".!?…"):
            n += 1
        return min(n, len(words.tokens))


def _governing(mention: Mention, words: Words, changes: Sequence[tuple[Placed, Change]]) -> Change:
    """The change that a pronoun follows: of the nearest mention before it that it agrees with."""
    form = words.forms[words.at[mention.start]] if mention.start in words.at else ""
    shown = shows(form)
    fitting = [
        (item, change)
        for item, change in changes
        if (not shown[0] or change.old[0] in ("", shown[0]))
        and (not shown[1] or change.old[1] in ("", shown[1]))
    ]
    before = [change for item, change in fitting if item.mention.start < mention.start]
    if before:
        return before[-1]
    if fitting:
        return fitting[0][1]
    news = {change.new for _, change in changes}
    if len(news) == 1 and changes[0][1].new == shown:
        return changes[0][1]
    raise Refused("P17", changes[0][1].surface, mention.text)


def _separate(edits: Sequence[Edit]) -> list[Edit]:
    """The edits, each once; two that want the same word differently cannot be made."""
    found: dict[tuple[int, int], Edit] = {}
    for edit in edits:
        known = found.setdefault((edit.start, edit.end), edit)
        if known.text != edit.text:
            raise Refused("P18", edit.text, known.text)
    return list(found.values())
