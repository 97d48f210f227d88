"""The recipe of a new project: the default mixture, ready or in comments, in both languages."""

import re
from pathlib import Path

import pytest

from bouture.cli import main
from bouture.errors import RecipeError, UnknownNameError
from bouture.recipe.build import build
from bouture.recipe.reader import load_recipe
from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.planner.serving import default_mixture
from bouture.verbs.initial import init
from bouture.verbs.initial_recipe import LOCAL, Wishes

HAS = ("guide", "relations")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_without_a_model_the_mixture_stands_in_comments(
    example: Path, tmp_path: Path, language: str
) -> None:
    init(tmp_path / "study", example / "train.jsonl", language=language)  # type: ignore[arg-type]
    recipe = tmp_path / "study" / "recipe.yaml"
    found = build(load_recipe(recipe))
    assert tuple(found.members) == LOCAL and found.mixture is None
    text = recipe.read_text(encoding="utf-8")
    head, _, rest = text.partition("\nstrategies:\n")
    mixed = re.sub(r"^# ?", "", rest[rest.index("# strategies:") :], count=0, flags=re.MULTILINE)
    block = mixed[: mixed.index("budget:")]  # what the comment says to make of it
    recipe.write_text(f"{head}\n{block}\nrun: run\n", encoding="utf-8")
    found = build(load_recipe(recipe))
    assert list(found.members) == [p.strategy for p in default_mixture(STRATEGIES.names(), HAS)]
    assert found.mixture is not None and found.mixture.terms.rounds == 3


@pytest.mark.parametrize("language", ["fr", "en"])
def test_with_a_model_the_mixture_is_there(
    example: Path, tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wishes = Wishes(model='m "1"', provider="ollama")
    init(tmp_path / "study", example / "train.jsonl", language=language, wishes=wishes)  # type: ignore[arg-type]
    found = build(load_recipe(tmp_path / "study"))
    parts = default_mixture(STRATEGIES.names(), HAS)
    assert list(found.members) == [part.strategy for part in parts]
    assert found.recipe.model is not None
    assert (found.recipe.model.name, found.recipe.model.provider) == ('m "1"', "ollama")
    assert found.recipe.mixture is not None
    assert found.recipe.mixture.shares == {part.strategy: part.share for part in parts}
    assert found.mixture is not None and found.mixture.terms.calls == 3 * len(found.train)
    assert found.recipe.evaluate is not None and "duplicate" in found.recipe.evaluate.arms
    capsys.readouterr()
    assert main(["plan", str(tmp_path / "study"), "--lang", language]) == 0
    said = capsys.readouterr().out
    assert ("Ce qui manque au corpus" if language == "fr" else "What the corpus lacks") in said
    assert all(part.strategy in said for part in parts)


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        ("mistral", "dans MISTRAL_API_KEY"),
        ("openai", "dans OPENAI_API_KEY"),
        ("ollama", "à l’adresse http://localhost:11434/v1"),
        ("recorded", ""),
    ],
)
def test_where_the_model_is_reached(
    example: Path, tmp_path: Path, provider: str, said: str
) -> None:
    init(
        tmp_path / "study",
        example / "train.jsonl",
        guide=example / "guide.md",
        wishes=Wishes(model="m", provider=provider),
    )
    text = (tmp_path / "study" / "recipe.yaml").read_text(encoding="utf-8")
    assert said in text and ("base_url" in text) == bool(said)
    assert "\n  guide: guide.md\n" in text  # nothing to complete in a guide that is complete


def test_an_unknown_provider_is_refused_before_anything_is_written(
    example: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnknownNameError, match="mistrl"):
        init(tmp_path / "s", example / "train.jsonl", wishes=Wishes(model="m", provider="mistrl"))
    assert not (tmp_path / "s").exists()


def test_raw_texts_are_named_in_the_recipe(example: Path, tmp_path: Path) -> None:
    raw = tmp_path / "été" / "live feed.txt"
    raw.parent.mkdir()
    raw.write_text("Un texte.\n", encoding="utf-8")
    init(tmp_path / "study", example / "train.jsonl", wishes=Wishes(model="m", raw=raw))
    found = build(load_recipe(tmp_path / "study"))
    assert [document.text for document in found.raw] == ["Un texte."]
    with pytest.raises(RecipeError, match="there is no file"):
        init(tmp_path / "other", example / "train.jsonl", wishes=Wishes(raw=tmp_path / "no.txt"))
    assert not (tmp_path / "other").exists()
