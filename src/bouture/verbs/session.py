"""A study opened for work: its objects, its run folder, the ways to its models."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from bouture.augment.folder import RunFolder
from bouture.augment.stopping import Stopping
from bouture.augment.talk import Work
from bouture.errors import UsageError
from bouture.llm.budget.booking import count_left_over
from bouture.llm.budget.meter import Meter
from bouture.llm.client import Answering
from bouture.recipe.build import Study, build
from bouture.recipe.identity import fingerprint, used
from bouture.recipe.reader import load_recipe
from bouture.recipe.sections import Recipe
from bouture.strategies.planner.course import Course
from bouture.strategies.planning import Job
from bouture.verbs.asking import account_of, answering, budget_of, stored_only
from bouture.verbs.course import read_course

RecipeLike = str | Path | Recipe
"""A recipe, the path of its file, or a folder that holds `recipe.yaml`: of a project, or of a run."""
Settings = Mapping[str, str] | None
"""Dotted keys that override the recipe, e.g. `{"strategies.rewrite.limit": "20"}`."""


def study_of(recipe: RecipeLike, settings: Settings = None) -> Study:
    """The objects that a recipe names.

    Raises:
        RecipeError, FormatError, GuideError: what is wrong, and where.
        UsageError: settings with a recipe that is an object already.
    """
    if isinstance(recipe, Recipe):
        if settings:
            raise UsageError(
                "settings change a recipe while it is read, and this one is an object already",
                hint="give its path, or change the object",
            )
        return _built(recipe)
    path = Path(recipe)
    if (path / "run.json").exists():  # a run folder, which may have been moved
        settings = {**(settings or {}), "run": json.dumps(str(path))}
    return _built(load_recipe(path, settings))


def _built(recipe: Recipe) -> Study:
    """The study, with the rounds that have begun in its run folder."""
    return build(recipe, read_course(recipe.run) if recipe.mixture else Course())


class Session(NamedTuple):
    """A study with its run folder open."""

    study: Study
    folder: RunFolder
    client: Answering | None
    replaying: bool = False
    meter: Meter | None = None
    """The budget, one for all clients of the session."""
    before: Sequence[Job] = ()
    """Jobs of earlier rounds: not done here, but remembered by the checks."""

    def renewed(self) -> "Session":
        """With a new client, for one can be used for one run alone."""
        if self.client is None:
            return self
        if self.replaying or self.meter is None:
            return self._replace(client=stored_only(self.folder.store))
        return self._replace(client=answering(self.study, self.folder.store, self.meter))

    def work(self, checked: bool = True, stopping: Stopping | None = None) -> Work:
        """What the loop needs; the checks are left out where nothing is judged."""
        recipe = self.study.recipe
        return Work(
            sources=self.study.sources,
            jobs=self.study.jobs,
            strategies=self.study.strategies,
            checks=self.study.checks() if checked else (),
            client=self.client,
            seed=recipe.seed,
            unanswered_wait=self.replaying,
            account=account_of(recipe, self.folder.store) if self.client else None,
            stopping=stopping or Stopping(),
        )


class Opening(NamedTuple):
    """How a session is opened."""

    writing: bool = False
    """The recipe in the run folder is replaced."""
    asking: bool = True
    """Models will be asked; without it no key is needed and nothing can be sent."""
    replaying: bool = False
    """Outcomes are set aside and stored answers read again."""


@contextmanager
def session(
    recipe: RecipeLike, settings: Settings = None, opening: Opening = Opening()
) -> Iterator[Session]:
    """The study of a recipe with its run folder open.

    Raises:
        RunFolderError: the folder is in use or belongs to another recipe.
    """
    study = study_of(recipe, settings)
    text = ""
    if opening.writing or not (study.recipe.run / "recipe.yaml").exists():
        text = yaml.safe_dump(used(study), allow_unicode=True, sort_keys=False)
    claim = fingerprint(study)
    with RunFolder(study.recipe.run, text, claim, anew=opening.replaying) as folder:
        client: Answering | None = None
        meter: Meter | None = None
        if study.asked:
            count_left_over(folder.store)  # What a killed run had in flight may have to be paid.
        if opening.replaying:
            client = stored_only(folder.store)
        elif opening.asking and study.asked and study.recipe.ray is None:
            meter = budget_of(study.recipe, folder.store)
            client = answering(study, folder.store, meter)
        yield Session(study, folder, client, opening.replaying, meter)
