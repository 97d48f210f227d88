"""One round of a mixture: from what the corpus lacks to jobs."""

import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from math import ceil

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.guide import Guide
from bouture.corpus.schema import Schema
from bouture.strategies.planner.allotment import (
    PRIOR,
    Bounds,
    Candidate,
    acceptance,
    allot,
    fillable,
    spread,
)
from bouture.strategies.planner.caps import Favourites
from bouture.strategies.planner.cells import NEGATIVES, Cell, Counting, Numbers
from bouture.strategies.planner.deficits import (
    Deficit,
    Growth,
    deficits,
    negative_share,
    wanted_of,
)
from bouture.strategies.planner.serving import Serving
from bouture.strategies.planner.sources import Holders, Sources, holders_of, in_order
from bouture.strategies.planning import Job
from bouture.strategies.wanted import Wanted


class Ingredient(msgspec.Struct, frozen=True):
    """A strategy of the mixture."""

    name: str
    serving: Serving
    share: float = 1.0


class Terms(msgspec.Struct, frozen=True):
    """What is asked of a mixture."""

    calls: int
    """Over all rounds."""
    rounds: int = 1
    seed: int = 13
    least: int = 20
    """Mentions of a label, relations of a kind, documents of an edge case, at least."""
    register: str = ""
    """Key of `meta` that names the register of a document."""


class Outcomes(msgspec.Struct, frozen=True):
    """What became of the rounds so far."""

    jobs: Sequence[Job] = ()
    asked: Mapping[str, int] = {}
    """Jobs with an outcome, by strategy; those without an answer are left out."""
    accepted: Mapping[str, int] = {}
    """Of these, the ones whose documents were accepted and do not all begin like too many others."""
    made: Numbers = Numbers()
    """Of the accepted documents; see `Mixture.count`."""


class Round(msgspec.Struct, frozen=True):
    """What one round makes, and why."""

    number: int
    """From 1."""
    jobs: tuple[Job, ...]
    wanted: Wanted
    """For the strategies that choose what to write about."""
    lacking: tuple[Deficit, ...]
    """Every cell as it stood before the round."""
    planned: Mapping[Cell, Mapping[str, int]]
    """Calls meant for a cell, by strategy."""


class Mixture:
    """Plans the rounds of a recipe; what a round is depends on corpus, terms and earlier outcomes alone.

    Args:
        gold: the training documents.
        raw: texts without annotation, for the strategies that start from them.
        schema, guide: what can occur.
        ingredients: the strategies, in the order of the recipe.
        terms: how much is asked for.
    """

    def __init__(
        self,
        gold: Sequence[Document],
        schema: Schema,
        ingredients: Sequence[Ingredient],
        terms: Terms,
        *,
        guide: Guide | None = None,
        raw: Sequence[Document] = (),
    ) -> None:
        rules = any("rule" in one.serving.kinds and one.serving.plans for one in ingredients)
        self.ingredients, self.terms = tuple(ingredients), terms
        self.counting = Counting(gold, schema, guide if rules else None, terms.register)
        self.gold = self.counting.all(gold)
        self._documents = {False: list(gold), True: list(raw)}
        self._order = {d.id: number for number, d in enumerate((*gold, *raw))}
        expected = PRIOR[0] / sum(PRIOR)
        self._growth = Growth(documents=terms.calls * expected, least=terms.least)

    def count(self, documents: Iterable[Document]) -> Numbers:
        """What accepted documents hold."""
        return self.counting.all(documents)

    def favourites(self) -> Favourites:
        """To be told of accepted documents, for the caps that only they can break."""
        return Favourites(self._documents[False])

    def lacking(self, made: Numbers = Numbers()) -> tuple[Deficit, ...]:
        """Every cell: what gold has, what was accepted, what there should be."""
        return deficits(self.counting, self.gold, made, self._growth)

    def serving(self, cell: Cell) -> list[str]:
        """Names of the strategies that can fill a cell."""
        held = self.gold.cells.get(cell, 0) > 0
        return [
            one.name
            for one in self.ingredients
            if one.serving.fills(cell) and (one.serving.plans or held)
        ]

    def round(self, number: int, so_far: Outcomes = Outcomes()) -> Round | None:
        """The jobs of a round; None when nothing is left to ask, or nobody to ask it of.

        In round 1 acceptances are expectations; later they are drawn (Thompson sampling) with the
        seed of the recipe and the number of the round.
        """
        left = self.terms.calls - len(so_far.jobs)
        return self._planned(number, ceil(left / max(1, self.terms.rounds - number + 1)), so_far)

    def rest(self, number: int, so_far: Outcomes = Outcomes()) -> Round | None:
        """All that is left to ask from round `number` on as one round: what is shown before a run.

        The rounds themselves will differ, for each follows what those before it have brought.
        """
        return self._planned(number, self.terms.calls - len(so_far.jobs), so_far, drawing=False)

    def _planned(
        self, number: int, calls: int, so_far: Outcomes, drawing: bool = True
    ) -> Round | None:
        usable = [one for one in self.ingredients if self._documents[one.serving.raw]]
        if calls <= 0 or not usable:
            return None
        lacking = self.lacking(so_far.made)
        rng = random.Random(f"{self.terms.seed} round {number}")
        candidates = [self._candidate(one, so_far) for one in usable]
        bounds = Bounds(
            {kind: negative_share(self.gold, kind) for kind in NEGATIVES},
            self._room(candidates, lacking, so_far),
        )
        drawn = rng if drawing and number > 1 else None
        given = allot(calls, candidates, lacking, bounds, drawn)
        sources = self._sources(so_far.jobs)
        planned: dict[Cell, dict[str, int]] = {}
        jobs: list[Job] = []
        for one in usable:
            jobs += _jobs(one, given[one.name], lacking, sources[one.name], planned)
        if not jobs:
            return None
        names = [one.name for one in self.ingredients]
        ordered = tuple(in_order(jobs, names, self._order))
        return Round(number, ordered, wanted_of(lacking), lacking, planned)

    def _candidate(self, one: Ingredient, so_far: Outcomes) -> Candidate:
        asked, accepted = so_far.asked.get(one.name, 0), so_far.accepted.get(one.name, 0)
        return Candidate(one.name, one.serving, one.share, min(accepted, asked), asked)

    def _room(
        self, candidates: Sequence[Candidate], lacking: Sequence[Deficit], so_far: Outcomes
    ) -> dict[str, int]:
        """The most calls of strategies that have a bound: rules lack so much, and a text is annotated once."""
        rules = sum(one.lacks for one in lacking if one.cell.kind == "rule")
        room = {}
        for one in candidates:
            if one.serving.raw:
                had = sum(job.strategy == one.name for job in so_far.jobs)
                room[one.name] = max(0, len(self._documents[True]) - had)
            elif one.serving.kinds == ("rule",):
                room[one.name] = ceil(rules / acceptance(one))
        return room

    @cached_property
    def _holders(self) -> Holders:
        return holders_of(self._documents[False], self.counting)

    def _sources(self, earlier: Sequence[Job]) -> dict[str, Sources]:
        """Where the calls of each strategy start: gold is shared, so that nothing of it comes too often."""

        def made(raw: bool) -> Sources:
            rng = random.Random(f"{self.terms.seed} sources {raw}")
            # What raw texts hold is not asked: nobody has annotated them.
            holders = {} if raw else self._holders
            return Sources(self._documents[raw], holders, self.terms.calls, rng)

        gold = made(raw=False)
        found = {one.name: made(raw=True) if one.serving.raw else gold for one in self.ingredients}
        for job in earlier:
            found.get(job.strategy, gold).used(job)
        return found


def _jobs(
    one: Ingredient,
    calls: int,
    lacking: Sequence[Deficit],
    sources: Sources,
    planned: dict[Cell, dict[str, int]],
) -> list[Job]:
    """The jobs of one strategy: so many for each cell it can fill; from any document where it can fill none."""
    cells = {} if one.serving.raw else spread(calls, fillable(one.serving, lacking), planned)
    jobs = []
    for cell, number in cells.items():
        if number:
            planned.setdefault(cell, {})[one.name] = number
            jobs += [sources.job(one.name, cell) for _ in range(number)]
    return jobs + [sources.job(one.name) for _ in range(calls - len(jobs))]
