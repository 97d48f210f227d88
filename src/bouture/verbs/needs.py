"""What a mixture is to fill: each cell with what there is, what there should be, and the jobs planned for it."""

import msgspec

from bouture.recipe.build import Study
from bouture.strategies.planner.mixture import Mixture
from bouture.verbs.course import seen


class CellPlan(msgspec.Struct, frozen=True):
    """One thing that the corpus is to have: what there is, what there should be, who makes more."""

    kind: str
    """`label`, `relation`, `rule`, `edge`, `no_entity` or `no_relation`."""
    parts: tuple[str, ...]
    """E.g. label, register, length."""
    name: str
    name_fr: str
    has: int
    """Mentions, relations or documents, as the kind counts: gold, and accepted so far."""
    made: int
    """Of these, accepted so far."""
    target: float
    lacks: float
    documents: float
    """Documents that would fill it: lacks / what one of gold's brings."""
    strategies: tuple[str, ...]
    """Those that can make more of it."""
    calls: dict[str, int]
    """Calls planned for it, by strategy."""


def mixed(study: Study, mixture: Mixture) -> tuple[Study, tuple[CellPlan, ...]]:
    """The study with all that is still to be asked as jobs, and the cells that they are meant for."""
    course, so_far = seen(study)
    rest = mixture.rest(len(course.rounds) + 1, so_far)
    jobs = course.jobs + (list(rest.jobs) if rest else [])
    strategies = study.told(rest.wanted) if rest else study.strategies
    planned = rest.planned if rest else {}
    cells = tuple(
        CellPlan(
            kind=one.cell.kind,
            parts=one.cell.parts,
            name=one.cell.name.en,
            name_fr=one.cell.name.fr,
            has=one.has,
            made=one.made,
            target=round(one.target, 1),
            lacks=round(one.lacks, 1),
            documents=round(one.documents, 1),
            strategies=tuple(mixture.serving(one.cell)),
            calls=dict(planned.get(one.cell, {})),
        )
        for one in mixture.lacking(so_far.made)
    )
    return study._replace(jobs=jobs, strategies=strategies), cells
