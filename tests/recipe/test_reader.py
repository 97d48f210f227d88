"""A recipe is decoded into typed objects, or every problem is named with its line."""

from pathlib import Path

import pytest

from bouture.errors import RecipeError
from bouture.recipe.reader import load_recipe

SMALL = "corpus:\n  train: train.jsonl\nstrategies:\n  - use: duplicate\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_recipe(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path, SMALL))
    assert recipe.corpus.train == tmp_path / "train.jsonl"
    assert recipe.run == tmp_path / "run"


def test_a_folder_stands_for_its_recipe(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    assert load_recipe(tmp_path).strategies[0].use == "duplicate"


def test_paths_of_overrides_are_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    recipe = load_recipe(write(tmp_path, SMALL), {"corpus.test": "test.jsonl", "seed": "5"})
    assert recipe.corpus.test == elsewhere / "test.jsonl"
    assert recipe.corpus.train == tmp_path / "train.jsonl"
    assert recipe.seed == 5


def test_overrides_reach_items_by_name_or_number(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL)
    assert load_recipe(path, {"strategies.duplicate.samples": "3"}).strategies[0].samples == 3
    assert load_recipe(path, {"strategies.0.samples": "4"}).strategies[0].samples == 4
    with pytest.raises(RecipeError, match="no item"):
        load_recipe(path, {"strategies.rewrite.samples": "4"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL.replace("train:", "trian:"), r"unknown key `corpus.trian`; did you mean `train`\?"),
        (SMALL.replace("train:", "trian:"), r"line 1: `corpus.train` is missing"),
        (
            SMALL.replace("use: duplicate", "use: duplicate\n    sample: 2"),
            r":5: unknown key .*sample.*did you mean `samples`",
        ),
        (SMALL + "seed: many\n", r":5: `seed`: .*many"),
        (SMALL + "evaluate:\n  sizes: [20, alle]\n", r"line 6: `evaluate.sizes.1`"),
        (SMALL + "model: {provider: [}\n", r":5: not valid YAML"),
        ("- a\n- b\n", "a list of"),
        ("corpus:\n  train: a\nstrategies: []\n", r":3: `strategies`"),
    ],
)
def test_problems_name_line_and_nearest_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        load_recipe(write(tmp_path, text))


def test_no_recipe_and_no_utf8_are_recipe_errors(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no such recipe"):
        load_recipe(tmp_path / "recipe.yaml")
    (tmp_path / "recipe.yaml").write_bytes(b"name: \xe9\n")
    with pytest.raises(RecipeError, match="not UTF-8"):
        load_recipe(tmp_path)
