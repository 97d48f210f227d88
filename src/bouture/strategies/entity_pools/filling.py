"""Fills a pool: the same question for every document, so that a run asks it once (science A.3.2)."""

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Literal

from pydantic import Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.llm.messages import Message, Request, Response
from bouture.strategies.conversation import Prompts, Rules, complaints, converse, one_line, turns_of
from bouture.strategies.dialogue import Materials
from bouture.strategies.entity_pools.admission import Admission
from bouture.strategies.entity_pools.pool import Pool, Pooled
from bouture.strategies.entity_pools.reading import read_pool
from bouture.strategies.options import GuideOptions

NO_MENTION = Wording(
    "the answer holds no usable new mention of {label} ({unreadable} lines unreadable, {gold} already in "
    "gold, {guide} against the guide, {kind} of another kind, {nested} that would hold another mention, {twice} given twice)",
    "la réponse ne contient aucune nouvelle mention utilisable du type {label} ({unreadable} lignes illisibles, "
    "{gold} déjà dans le corpus, {guide} contraires au guide, {kind} d’une autre sorte, {nested} qui en contiendraient une autre, {twice} en double)",
)
THIN = Wording(
    "the pool of {label} holds {kept} of the {asked} mentions asked for ({unreadable} lines unreadable, {gold} "
    "already in gold, {guide} against the guide, {kind} of another kind, {nested} that would hold another mention, {twice} given twice)",
    "la réserve du type {label} contient {kept} des {asked} mentions demandées ({unreadable} lignes illisibles, {gold} "
    "déjà dans le corpus, {guide} contraires au guide, {kind} d’une autre sorte, {nested} qui en contiendraient une autre, {twice} en double)",
)
ASIDE = ("unreadable", "gold", "guide", "kind", "nested", "twice")

Filling = Generator[Request, Response, Pool]
Read = tuple[tuple[Pooled, ...], Mapping[str, int]]


class PoolOptions(GuideOptions):
    """How pools are asked for."""

    size: int = Field(
        100, ge=1, le=300, description="mentions asked for, for a label or each of its sub-pools"
    )
    sub_pools: dict[str, tuple[str, ...]] = Field(
        {},
        description="for a label, short descriptions of what to ask for apart (side, echelon, kind of place…)",
    )
    period: str = Field(
        "",
        description="when what is proposed must have existed, in words (“February to June 2022”)",
    )
    names: Literal["real", "fictitious", "any"] = Field(
        "real", description="whether proper names are real, invented, or either"
    )
    shown: int = Field(
        60, ge=0, description="mentions of gold shown for a label, the most frequent first"
    )


class Filler:
    """Asks for pools. What it asks depends on the corpus, the guide and the options, never on the document."""

    def __init__(self, materials: Materials, options: PoolOptions) -> None:
        self._options = options
        self._language = materials.language
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(materials.guide, self._prompts, options.guide_characters)
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._admission = Admission(materials)
        self._known: dict[str, Counter[str]] = {}
        for document in materials.gold:
            for mention in document.mentions():
                known = self._known.setdefault(mention.label, Counter())
                known[one_line(mention.text)] += 1
        # Every document asks the same questions and hears the same answers.
        self._messages = lru_cache(1 << 8)(self.messages)
        self._read = lru_cache(1 << 8)(self._read_anew)

    def fill(self, document: Document, label: str) -> Filling:
        """The pool of a label; use with `yield from`. `document` is named in what is found.

        Raises:
            Declined: P20, no usable mention came back for one of the questions.
        """
        groups = self._options.sub_pools.get(label) or ("",)
        parts: list[tuple[Pooled, ...]] = []
        aside: Counter[str] = Counter()
        for group in groups:
            heard = yield from converse(
                document,
                self._messages(label, group),
                self._turns,
                self._reader(document, label),
                self._complaint,
            )
            found, left = heard.value
            parts.append(found)
            aside.update(left)
        # In turn, so that each stretch of the pool has something of every sub-pool.
        mixed = chain.from_iterable(zip_longest(*parts))
        mentions, known = [], set[str]()
        for one in mixed:
            if one is not None and fold(one.surface) not in known:
                known.add(fold(one.surface))
                mentions.append(one)
        return Pool(label, tuple(mentions), len(groups) * self._options.size, dict(aside))

    def messages(self, label: str, group: str = "") -> tuple[Message, ...]:
        """The conversation that asks for mentions of a label."""
        prompts, options = self._prompts, self._options
        period = prompts.fill("period", period=one_line(options.period)) if options.period else ""
        user = prompts.fill(
            "user",
            rules=self._rules.of([label]),
            known=self._shown(label),
            number=options.size,
            label=label,
            group=f" {prompts.fill('group', group=one_line(group))}" if group else "",
            names=prompts[options.names],
            period=period or prompts["no period"],
        )
        return (Message("system", prompts["system"]), Message("user", user))

    def _shown(self, label: str) -> str:
        known = self._known.get(label, Counter())
        ranked = sorted(known, key=lambda surface: (-known[surface], surface))
        lines = [self._prompts.fill("known", surface=s) for s in ranked[: self._options.shown]]
        return "\n".join(lines) or self._prompts["nothing known"]

    def _reader(
        self, document: Document, label: str
    ) -> Callable[[Response], tuple[Read | None, Sequence[Issue]]]:
        def read(response: Response) -> tuple[Read | None, Sequence[Issue]]:
            found, aside = self._read(label, response.text, response.finish_reason)
            place = Place(document=document.id)
            if not found:
                issue = Issue.of("P20", Severity.REJECT, NO_MENTION, place, label=label, **aside)
                return None, [issue]
            return (found, aside), ()

        return read

    def _read_anew(self, label: str, text: str, finish_reason: str) -> Read:
        """The usable mentions of an answer, and how many others there were, by reason."""
        read, unreadable = read_pool(text, finish_reason)
        aside = Counter({**dict.fromkeys(ASIDE, 0), "unreadable": unreadable})
        kept: dict[str, Pooled] = {}
        for one in read:
            key = fold(one.surface)
            refused = self._admission.refuses(label, one.surface, one.facts.kind)
            reason = "twice" if key in kept else refused
            if reason:
                aside[reason] += 1
            else:
                kept[key] = one
        return tuple(kept.values()), aside

    def _complaint(self, issues: Sequence[Issue]) -> str:
        return self._prompts.fill("repair", complaints=complaints(issues, self._language))


def thin(pool: Pool, document: Document) -> list[Issue]:
    """A note when a pool holds less than half of what was asked for."""
    kept = len(pool.mentions)
    if 2 * kept >= pool.asked:
        return []
    told = {reason: pool.aside.get(reason, 0) for reason in ASIDE}
    told.update(kept=kept, asked=pool.asked)
    place = Place(document=document.id)
    return [Issue.of("P21", Severity.NOTE, THIN, place, label=pool.label, **told)]
