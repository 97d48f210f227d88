"""Names in a recipe become objects, and what must not change while a run continues is one string."""

import json
from pathlib import Path

import pytest

from bouture.errors import RecipeError
from bouture.recipe.build import Study, build
from bouture.recipe.identity import fingerprint
from bouture.recipe.reader import load_recipe


def study(example: Path, **settings: str) -> Study:
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return build(load_recipe(example, named))


def test_the_example_is_built_whole(example: Path) -> None:
    found = study(example)
    assert list(found.strategies) == [use.label for use in found.recipe.strategies]
    assert len(found.jobs) == len(found.train) * len(found.strategies)
    assert found.schema.hard


def test_a_higher_limit_adds_sources_and_takes_none_away(example: Path) -> None:
    few, more = (
        {
            job.source
            for job in study(example, strategies__rewrite__limit=limit).jobs
            if job.strategy == "rewrite"
        }
        for limit in ("5", "9")
    )
    assert (len(few), len(more)) == (5, 9)
    assert few < more


def test_the_fingerprint_ignores_delivery_but_not_the_question(example: Path) -> None:
    plain = fingerprint(study(example))
    for same in (
        {"model__concurrency": "2"},
        {"run": "elsewhere"},
        {"model__prices__input": "9"},
        {"strategies__rewrite__limit": "3"},
        {"evaluate": "null"},
    ):
        assert fingerprint(study(example, **same)) == plain, same
    for other in ({"model__name": "x"}, {"seed": "99"}, {"corpus__dev": "null"}):
        assert fingerprint(study(example, **other)) != plain, other


def test_what_is_made_again_from_a_sample_knows_nothing_else(example: Path) -> None:
    found = study(example)
    sample = found.train[:12]
    inside = {(m.label, m.text) for d in sample for m in d.mentions()}
    made = found.made_again(sample, 1)
    assert {d.origin.strategy for d in made if d.origin} == set(found.strategies) - {"rewrite"}
    assert len({d.id for d in made}) == len(made)
    for document in made:
        assert document.origin is not None
        assert set(document.origin.sources) <= {d.id for d in sample}
        if document.origin.strategy == "mention_replacement":
            assert {(m.label, m.text) for m in document.mentions()} <= inside


def test_a_strategy_that_asks_needs_a_model(example: Path) -> None:
    with pytest.raises(RecipeError, match="the recipe names none"):
        study(example, model="null")


def test_a_name_used_twice_is_refused(example: Path) -> None:
    with pytest.raises(RecipeError, match="used twice"):
        study(example, strategies="[{use: duplicate}, {use: duplicate}]")
    twice = study(example, strategies="[{use: duplicate}, {use: duplicate, name: again}]")
    assert list(twice.strategies) == ["duplicate", "again"]


def test_a_recipe_that_was_read_keeps_its_folder(
    example: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read = load_recipe(example)
    monkeypatch.chdir(tmp_path)
    assert len(build(read).jobs) == 5 * len(build(read).train)


def test_adding_a_strategy_that_asks_a_model_continues_a_local_run(example: Path) -> None:
    one = "{use: shuffle_within_segments}"
    local = study(example, strategies=f"[{one}]", model="null")
    both = study(example, strategies=f"[{one}, {{use: rewrite}}]")
    old, new = (json.loads(fingerprint(one)) for one in (local, both))
    assert {key for key in old | new if old.get(key) != new.get(key)} == {"strategy rewrite"}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"evaluate__sizes": "[500]"}, "larger than the 119"),
        ({"evaluate__arms": "[nosuch]"}, "no arm 'nosuch'"),
        ({"evaluate__learners": "{entities: {use: crff}}"}, "crff"),
        ({"strategies": "[{use: duplicate, name: mixture}]"}, "name of an arm"),
        ({"strategies": "[{use: duplicate}]"}, "nothing to compare"),
    ],
)
def test_an_experiment_that_could_not_be_run_is_refused_before_anything_is_asked(
    example: Path, setting: dict[str, str], said: str
) -> None:
    with pytest.raises(RecipeError, match=said):
        study(example, **setting)
