"""Noise of live news (science A.3.4; the noise injection of LLM-DA, arXiv 2402.14568): signs, capitals, spellings, slips."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Wording
from bouture.corpus.normalise import fold
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import Edit, declining, origin_of
from bouture.strategies.noise import damage, typography
from bouture.strategies.noise.page import Kind, Page, edited, is_safe
from bouture.strategies.noise.spellings import TABLE, read_spellings

NOTHING = Wording(
    "document {document!r} holds nothing that the noise asked for could change",
    "le document « {document} » n’a rien que le bruit demandé puisse changer",
)

Name = Literal[
    "spellings",
    "capital_title",
    "unaccented_capitals",
    "unaccented",
    "straight_apostrophes",
    "curly_apostrophes",
    "tight_punctuation",
    "tight_numbers",
    "plain_spaces",
    "no_break_spaces",
    "narrow_spaces",
    "hyphenation",
    "slips",
]
"""The kinds of noise, in the order in which they are applied."""
RIVALS = (
    ("unaccented_capitals", "unaccented"),
    ("straight_apostrophes", "curly_apostrophes"),
    ("plain_spaces", "no_break_spaces", "narrow_spaces"),
)
"""Kinds of which a document has one at most."""
TOLD = frozenset(("spellings", "slips"))
"""Kinds whose origin says each word that changed, and what into; for the others, how many places."""
LIKELY: dict[Name, float] = {
    "spellings": 0.4,
    "capital_title": 0.1,
    "unaccented_capitals": 0.2,
    "unaccented": 0.1,
    "straight_apostrophes": 0.3,
    "curly_apostrophes": 0.1,
    "tight_punctuation": 0.2,
    "tight_numbers": 0.1,
    "plain_spaces": 0.2,
    "no_break_spaces": 0.1,
    "narrow_spaces": 0.1,
    "hyphenation": 0.05,
    "slips": 0.1,
}
"""A judgement, not a measurement: what live feeds show daily is likely, what scans show is rare."""
Probability = Annotated[float, Field(ge=0, le=1)]


class Noise:
    """The source with some of its signs and words as another hand would have typed them; mentions follow exactly.

    Each kind is drawn for the document with its probability. When nothing drawn finds anything to
    change, the other kinds are tried in an order drawn by their probabilities. Labels, relations and
    ids stay; a mention reads differently only where the noise fell on it. `origin.parameters["noise"]`
    says what was changed: words and what they became for names and slips, else the number of places.
    """

    name = "noise"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        kinds: Mapping[Name, Probability] = Field(
            LIKELY,
            min_length=1,
            description="probability that a document has each kind of noise; kinds not named are never applied",
        )
        rate: float = Field(
            0.03,
            gt=0,
            le=1,
            description="share of the words that `hyphenation` and `slips` touch where they are applied, one at least",
        )
        spellings: Path | None = Field(
            None,
            description="your own table of names, a name a line, its spellings separated by `|`; replaces the one shipped",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._azerty = materials.language != "en"
        spellings = read_spellings(options.spellings or TABLE)
        own: dict[str, Kind] = {
            "spellings": spellings.other,
            "hyphenation": damage.hyphenation,
            "slips": damage.slips,
        }
        self._kinds: dict[Name, Kind] = {
            name: own[name] if name in own else getattr(typography, name)
            for name in get_args(Name)
            if options.kinds.get(name, 0) > 0
        }

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        drawn = self._drawn(rng)
        made = document
        noise: dict[str, object] = {}
        for name in drawn:
            made = self._applied(name, made, rng, noise)
        if not noise:
            for name in self._in_turn(rng, drawn):
                made = self._applied(name, made, rng, noise)
                if noise:
                    break
        if not noise:
            raise Declined(declining("P25", NOTHING, document))
        origin = origin_of(self.name, document, self.options, _kept(document, made))
        parameters = {**origin.parameters, "noise": noise}
        return [made.with_origin(msgspec.structs.replace(origin, parameters=parameters))]
        yield

    def _drawn(self, rng: random.Random) -> list[Name]:
        """The kinds this document shall have, in the order of application, one of a group of rivals."""
        drawn = [name for name in self._kinds if rng.random() < self.options.kinds[name]]
        for rivals in RIVALS:
            here = [name for name in drawn if name in rivals]
            if len(here) > 1:
                kept = rng.choice(here)
                drawn = [name for name in drawn if name == kept or name not in rivals]
        return drawn

    def _in_turn(self, rng: random.Random, tried: Sequence[Name]) -> list[Name]:
        """The kinds not tried yet, the likelier the sooner (Efraimidis and Spirakis, IPL 97(5), 2006)."""
        left = [name for name in self._kinds if name not in tried]
        return sorted(left, key=lambda name: -(rng.random() ** (1 / self.options.kinds[name])))

    def _applied(
        self, name: Name, document: Document, rng: random.Random, noise: dict[str, object]
    ) -> Document:
        """The document with one kind of noise; `noise` is told what changed, when anything did."""
        page = Page(document, rng, self.options.rate, self._azerty)
        edits = [edit for edit in self._kinds[name](page) if is_safe(document, edit)]
        if not edits:
            return document
        noise[name] = _told(document.text, edits) if name in TOLD else len(edits)
        return edited(document, edits)


def _told(text: str, edits: Sequence[Edit]) -> dict[str, str]:
    return {text[edit.start : edit.end]: edit.text for edit in edits}


def _kept(source: Document, made: Document) -> str:
    """`mentions` when every mention reads as it did, case and typography aside; else `labels`."""
    before = Counter((m.entity, fold(m.text)) for m in source.mentions())
    same = before == Counter((m.entity, fold(m.text)) for m in made.mentions())
    return "mentions" if same else "labels"
