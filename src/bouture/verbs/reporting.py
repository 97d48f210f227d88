"""The verb `report`: pages from what a run folder, a profile or an agreement holds."""

import random
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path

import msgspec

from bouture.augment.folder import read_outcomes, read_summary
from bouture.augment.outcome import Outcome
from bouture.corpus.document import Document
from bouture.corpus.profile import Profile, profile
from bouture.errors import RecipeError
from bouture.report.profile_page import profile_page
from bouture.report.run_page import RunMaterial, run_page
from bouture.verbs.measure import read_evaluations
from bouture.verbs.session import RecipeLike, Settings, study_of

SHOWN = 20_000
"""Outcomes that a report looks at one by one; beyond, a sample of that many speaks for all."""


def report(run: str | Path, language: str = "fr", output: str | Path | None = None) -> Path:
    """Writes the report of a run again; returns where.

    Args:
        run: the run folder.
        language: `fr` or `en`.
        output: file to write; `report.html` in the run folder when None.

    Raises:
        RunFolderError: there is no run.
    """
    refuse_language(language)
    folder = Path(run)
    study = study_of(folder)
    planned = {job.id for job in study.jobs}
    outcomes, sampled = _drawn(one for one in read_outcomes(folder) if one.job in planned)
    usable = [o.document for o in outcomes if o.document and o.status in ("accepted", "repaired")]
    summary = read_summary(folder)
    evaluated = read_evaluations(folder)
    material = RunMaterial(
        name=study.recipe.name,
        recipe=(folder / "recipe.yaml").read_text(encoding="utf-8"),
        summary=summary,
        outcomes=outcomes,
        train=study.train,
        gold=profile(study.train, study.guide),
        new=profile(usable),
        thresholds=_thresholds(folder),
        evaluations=evaluated.evaluations if evaluated else (),
        cost=summary.cost,
        currency=summary.currency,
        sampled=sampled,
    )
    target = Path(output) if output else folder / "report.html"
    target.write_text(run_page(material, language), encoding="utf-8")
    return target


def _drawn(outcomes: Iterable[Outcome]) -> tuple[tuple[Outcome, ...], bool]:
    """All outcomes, or a uniform sample of them in their order (algorithm R, Vitter 1985); whether it is one."""
    rng = random.Random(13)
    kept: list[tuple[int, Outcome]] = []
    seen = 0
    for number, outcome in enumerate(outcomes):
        seen += 1
        if number < SHOWN:
            kept.append((number, outcome))
        elif (place := rng.randrange(seen)) < SHOWN:
            kept[place] = (number, outcome)
    return tuple(outcome for _, outcome in sorted(kept, key=itemgetter(0))), seen > SHOWN


def report_run(recipe: RecipeLike, settings: Settings = None, language: str | None = None) -> Path:
    """The report of the run that a recipe names, in the recipe's language unless told otherwise."""
    found = study_of(recipe, settings).recipe
    return report(found.run, language or found.language)


def refuse_language(language: str) -> None:
    """Raises RecipeError unless there are reports in this language."""
    if language not in ("fr", "en"):
        raise RecipeError(f"there is no report in {language!r}", hint="fr or en")


def describe_page(
    found: Profile,
    target: str | Path,
    title: str,
    language: str = "fr",
    documents: Sequence[Document] = (),
) -> Path:
    """Writes a profile as an HTML page with charts; returns where.

    With the documents themselves, probable annotation errors are shown in their context.
    """
    return _write(Path(target), profile_page(found, title, language, documents))


def _write(path: Path, page: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def _thresholds(folder: Path) -> dict[str, dict[str, float]]:
    try:
        return msgspec.json.decode(
            (folder / "checks.json").read_bytes(), type=dict[str, dict[str, float]]
        )
    except FileNotFoundError:
        return {}
