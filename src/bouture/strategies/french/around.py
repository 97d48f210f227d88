"""One mention replaced by a surface: the edits to it and to the words before it."""

from typing import NamedTuple

import msgspec

from bouture.corpus.document import Mention, Span
from bouture.strategies.editing import Edit
from bouture.strategies.french.facts import Facts, Number
from bouture.strategies.french.frame import Frame, Words, frame_of, shown_facts
from bouture.strategies.french.initials import initial
from bouture.strategies.french.places import place
from bouture.strategies.french.placing import Old, parts_of
from bouture.strategies.french.reading import Lexicon
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.surface import Surface
from bouture.strategies.french.words import (
    BEING,
    CONTRACTED,
    DETERMINERS,
    HAVING,
    MODALS,
    PREPOSITIONS,
)
from bouture.strategies.french.writing import Lead, Parts, is_capital, lead, spelt

_VERBAL = (
    BEING
    | HAVING
    | MODALS
    | frozenset(["été", "s’", "se", "n’", "ne", "lui", "pu", "dû", "fait", "se", "faire"])
)


class Placed(NamedTuple):
    """A mention in its frame, and what is to take its place."""

    mention: Mention
    frame: Frame
    last: int
    old: Facts
    surface: Surface
    new: Facts


def placed(
    words: Words, mention: Mention, surface: Surface, new: Facts, lexicon: Lexicon
) -> Placed:
    """The mention with what its frame and the lexicon tell of it.

    Raises:
        Refused: P19: the mention is no noun; P18: it does not begin and end with a token.
    """
    first, last = words.at.get(mention.start), words.ending.get(mention.end)
    if first is None or last is None:
        raise Refused("P18", surface.text, mention.text)
    if _is_open(surface.text) or _is_open(mention.text):
        raise Refused("P19", surface.text, mention.text)
    frame = frame_of(words, first)
    known = lexicon.facts(mention.text)
    if frame.determiner == "le" and frame.preposition in ("de", "à") and not frame.adjectives:
        fused = place(f"{'Les' if frame.shown[1] == 'p' else 'Le'} {mention.text}")
        if fused.kind:  # « au Havre »
            frame, known = frame._replace(determiner=""), fused
    if frame.determiner == "des" and known.article == "definite":  # « des États-Unis »
        frame = frame._replace(preposition="de", determiner="le")
    lonely = not (frame.determiner or frame.preposition or frame.adjectives)
    if lonely and mention.text[0].islower() and frame.earlier in _VERBAL:
        raise Refused("P19", surface.text, mention.text)
    old = shown_facts(frame).known_first([known]).completed(mention.text)
    return Placed(mention, frame, last, old, surface, new)


def _is_open(text: str) -> bool:
    """Whether a surface ends in a word that asks for another: what follows it would have to change."""
    *first, last = text.replace("'", "’").lower().split(" ")
    return last in PREPOSITIONS or last.endswith("’") or (bool(first) and last in DETERMINERS)


def edits_of(words: Words, item: Placed, inner: list[Span], group: str = "") -> list[Edit]:
    """The edits that put the surface there; `inner` are the spans of the mentions nested in it.

    Raises:
        Refused: P10-P15, P18.
    """
    frame, surface, new = item.frame, item.surface, item.new
    if is_quoted(words, frame.noun, item.last) and surface.text[0].isupper():
        return _edits(words, item, Lead((), ()), (inner, 0, group))
    if _own_determiner(words, frame.noun, item.last):
        return [*_phrase(words, item, inner, group)]
    if begins_with_determiner(surface.text):
        raise Refused("P15", surface.text, _before(words, frame) or item.mention.text)
    own, new = _fused(item)
    old = Old(item.mention.text, item.old, item.last)
    parts = parts_of(words, frame, old, surface.text, new)
    _check_number(item, parts)
    adjectives = tuple(words.forms[n] for n in frame.adjectives)
    cut = len(own) if parts.preposition in ("de", "à") and not parts.determiner else 0
    if cut:
        number: Number = "p" if own == "Les " else "s"
        new = Facts("m", number, initial=initial(surface.text[cut:]))
        parts = parts._replace(determiner="le")
    written = lead(parts, adjectives, surface.text[cut:], new)
    return _edits(words, item, written, (inner, cut, group))


def is_quoted(words: Words, first: int, last: int) -> bool:
    """Whether quotation marks stand right around the mention: then it is cited as it is."""
    if first == 0 or last + 1 >= len(words.tokens):
        return False
    return words.forms[first - 1] in _QUOTES and words.forms[last + 1] in _QUOTES


_QUOTES = frozenset("«»“”\"'’‘")


def _before(words: Words, frame: Frame) -> str:
    start = words.tokens[frame.first].start
    return words.text[start : words.tokens[frame.noun].start].strip()


def _check_number(item: Placed, parts: Parts) -> None:
    """« une dizaine de tableaux », « chef de police »: a noun without determiner keeps its number."""
    if parts.determiner or item.new.article != "noun":
        return
    if not item.new.number or not item.old.number:
        unknown = item.surface.text if not item.new.number else item.mention.text
        raise Refused("P11", unknown, parts.preposition or item.mention.text)
    if item.new.number != item.old.number:
        raise Refused("P15", item.surface.text, parts.preposition or item.mention.text)


def _fused(item: Placed) -> tuple[str, Facts]:
    """The article that a name brings along (« Le Havre »), when « à » and « de » contract with it; the facts.

    They do with names of towns and papers (« au Havre », « du Monde »), not with those of persons
    (« de Le Pen »).
    """
    text, new = item.surface.text, item.new
    if not text.startswith((*_FUSED, "La ", "L’", "L'")) or new.kind == "person":
        return "", new
    own = next((article for article in _FUSED if text.startswith(article)), "")
    if new.article == "definite":
        return own, msgspec.structs.replace(new, article="none")
    if not new.kind:  # « L’Iran » taken from the beginning of a sentence, or « L’Oréal »?
        raise Refused("P13", text, text[:2].strip())
    return own, new


_FUSED = ("Le ", "Les ")


def _own_determiner(words: Words, first: int, last: int) -> bool:
    form = words.forms[first]
    return (
        first < last
        and (form in DETERMINERS or form in CONTRACTED)
        and not (words.tokens[first].text[:1].isupper() and not words.starts_sentence(first))
    )


def begins_with_determiner(surface: str) -> bool:
    head, _, rest = surface.replace("'", "’").partition(" ")
    form = "l’" if head.startswith("l’") else head
    return form == "l’" or bool(rest and (form in DETERMINERS or form in CONTRACTED))


def _phrase(words: Words, item: Placed, inner: list[Span], group: str) -> list[Edit]:
    """A mention that holds its own determiner is replaced as a whole."""
    surface, frame = item.surface.text, item.frame
    whole = begins_with_determiner(surface) or item.new.article == "none"
    form = surface.replace("'", "’").split(" ")[0].lower()
    contracts = frame.preposition in ("de", "à") and form in ("le", "les")
    doubled = frame.preposition == "de" and form in ("des", "du", "de", "d’")
    if not whole or frame.determiner or contracts or doubled:
        raise Refused("P15", surface, _before(words, frame) or item.mention.text)
    parts = Parts(frame.opener, frame.preposition, "", False)
    adjectives = tuple(words.forms[n] for n in frame.adjectives)
    written = lead(parts, adjectives, surface, item.new)
    return _edits(words, item, written, (inner, 0, group))


def _edits(
    words: Words, item: Placed, written: Lead, how: tuple[list[Span], int, str]
) -> list[Edit]:
    inner, cut, group = how
    frame, mention = item.frame, item.mention
    text, tokens = words.text, words.tokens
    after = frame.adjectives[0] if frame.adjectives else frame.noun
    now = tuple(words.forms[frame.first : after])
    capital = is_capital(words, frame)
    edits: list[Edit] = []
    inserted = ""
    if written.words != now and now:
        edits.append(_of_lead(words, frame.first, after, written.words, capital))
    elif written.words != now:
        inserted = spelt(written.words, text, capital)
    surface = item.surface.text[cut:]
    rises = capital and not written.words and not frame.adjectives and surface[0].islower()
    if rises:
        surface = surface[0].upper() + surface[1:]
    for number, form in zip(frame.adjectives, written.adjectives, strict=True):
        first = number == frame.first or (capital and not written.words and number == after)
        if form != words.forms[number] or (first and capital):
            shown = like(tokens[number].text, form)
            if capital and not written.words and number == after:
                shown = shown[0].upper() + shown[1:]
            if shown != tokens[number].text:
                edits.append(Edit(tokens[number].start, tokens[number].end, shown))
    at = mention.start
    if inserted and at > 0 and text[at - 1] in " \u00a0\u202f":
        edits.append(Edit(at - 1, at, text[at - 1] + inserted))
        inserted = ""
    moved = _moved(item, inner, (len(inserted), cut))
    edits.append(Edit(at, mention.end, inserted + surface, moved))
    edits = _joined(words, edits, inner)
    _check_others(words, edits, item, inner, bool(inserted))
    return [edit._replace(group=group) for edit in edits if _changes(text, edit)]


def _joined(words: Words, edits: list[Edit], inner: list[Span]) -> list[Edit]:
    """The edits to the words before and to the mention as one, where no other mention begins between them."""
    if len(edits) < 2 or edits[0].end != edits[-1].start:
        return edits
    lead, mention = edits[0], edits[-1]
    known = {span for span, _ in mention.inner}
    starts = (m.span for m in words.document.mentions() if m.start == mention.start)
    if any(span not in known for span in starts):
        return edits
    by = len(lead.text)
    moved = tuple((old, Span(new.start + by, new.end + by)) for old, new in mention.inner)
    return [Edit(lead.start, mention.end, lead.text + mention.text, moved), *edits[1:-1]]


def _changes(text: str, edit: Edit) -> bool:
    return text[edit.start : edit.end] != edit.text


def _moved(
    item: Placed, inner: list[Span], shift: tuple[int, int]
) -> tuple[tuple[Span, Span], ...]:
    lead_length, cut = shift
    length = len(item.surface.text) - cut
    pairs = [(item.mention.span, Span(lead_length, lead_length + length))]
    if cut and inner:
        raise Refused("P18", item.surface.text, item.mention.text)
    for old, (span, _) in zip(inner, item.surface.inner, strict=True):
        pairs.append((old, Span(lead_length + span.start, lead_length + span.end)))
    return tuple(pairs)


def _of_lead(words: Words, first: int, after: int, new: tuple[str, ...], capital: bool) -> Edit:
    """Replaces the words before a mention that change, keeping those that do not and the spaces."""
    tokens, forms = words.tokens, words.forms
    text = words.text
    while first < after and new and forms[first] == new[0]:
        first, new, capital = first + 1, new[1:], False
    stop = after
    while stop > first and new and forms[stop - 1] == new[-1]:
        stop, new = stop - 1, new[:-1]
    if first == stop:  # words are added only: beside one that stays
        first, new = first - 1, (forms[first - 1], *new)
    start, end = tokens[first].start, tokens[stop].start
    shown = spelt(new, text, capital)
    old = text[start:end]
    gap = old[len(old.rstrip()) :]
    if shown.endswith(" ") and gap:
        shown = shown[:-1] + gap
    if shown and old.strip("'’ ").isupper() and len(old.strip()) > 1 and old.strip("'’ ")[1:]:
        shown = shown.upper()
    elif shown and old[:1].isupper():
        shown = shown[0].upper() + shown[1:]
    if "'" in old or "’" in old:
        shown = shown.replace("’", "'") if "'" in old else shown.replace("'", "’")
    return Edit(start, end, shown)


def like(now: str, form: str) -> str:
    """`form` with the capitals of the word it replaces."""
    if now.isupper() and len(now.strip("'’.")) > 1:
        return form.upper()
    return form[:1].upper() + form[1:] if now[:1].isupper() else form


def _check_others(
    words: Words, edits: list[Edit], item: Placed, inner: list[Span], inserting: bool
) -> None:
    """No other mention may be cut, emptied, or changed, save those around all of it and those inside."""
    own = {item.mention.span, *inner}
    first, last = edits[0].start, item.mention.end
    for other in words.document.mentions():
        if other.start >= last:
            break
        if other.end <= first:
            continue
        span = other.span
        if span in own and other.entity == item.mention.entity:
            continue
        if span in own:
            if span == item.mention.span and span not in inner:
                raise Refused("P18", item.surface.text, other.text)
            continue
        around = span.start <= first and item.mention.end <= span.end
        if span.contains(item.mention.span) and not (
            inserting and span.start == item.mention.start
        ):
            if around or all(e.start >= span.start or e.end <= span.start for e in edits):
                continue
            raise Refused("P18", item.surface.text, other.text)
        if any(span.start < e.end and e.start < span.end for e in edits):
            raise Refused("P18", item.surface.text, other.text)
