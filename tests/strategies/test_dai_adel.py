"""Dai and Adel's experiment: options as in their code; the recipes load; the script chooses on dev and measures on test."""

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import bouture
from bouture.corpus.document import Document
from bouture.recipe.build import build
from bouture.recipe.reader import load_recipe
from bouture.strategies.all_operations import AllOperations
from bouture.strategies.dialogue import Declined
from bouture.strategies.label_wise_token_replacement import LabelWiseTokenReplacement
from conftest import ROOT
from strategies.driving import gold, make, materials

HERE = ROOT / "examples" / "dai-adel"


@pytest.fixture
def grid() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("grid", HERE / "grid.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["grid"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["grid"]


def places(document: Document) -> Document:
    """The document with its places only: quick to learn."""
    entities = tuple(entity for entity in document.entities if entity.label == "LIEU")
    return Document(document.id, document.text, entities)


@pytest.mark.parametrize("name", ["recipe.yaml", "all.yaml"])
def test_the_recipes_make_documents_and_ask_nobody(name):
    study = build(load_recipe(HERE / name))
    assert study.local == frozenset(study.strategies) and not study.asked
    wanted = study.recipe.evaluate
    assert wanted and wanted.sizes == (50, 150, 500, "all") and wanted.seeds == 5
    assert wanted.part == "dev" and study.dev and study.test
    for use in study.recipe.strategies:
        assert use.samples == 3 * wanted.factor
        assert use.options["p"] == 0.3


def test_the_script_has_the_papers_grid_and_every_operator_of_the_recipe(grid):
    assert grid.P == (0.1, 0.3, 0.5, 0.7) and grid.N == (1, 3, 6, 10)
    recipe = load_recipe(HERE / "recipe.yaml")
    assert tuple(use.label for use in recipe.strategies) == grid.OPERATORS
    for p in grid.P:
        for n in grid.N:
            settings = grid.settings_of(grid.Point(p, n), "dev", Path("/tmp"))
            changed = load_recipe(HERE / "recipe.yaml", settings)
            assert changed.evaluate and changed.evaluate.factor == n
            assert {(u.options["p"], u.samples) for u in changed.strategies} == {(p, 3 * n)}


def test_the_script_runs_the_grid(grid, example, tmp_path, monkeypatch, capsys):
    paths = {}
    for part, count in (("train", 12), ("dev", 6), ("test", 6)):
        paths[part] = tmp_path / f"{part}.jsonl"
        bouture.write(
            [places(d) for d in bouture.read(example / f"{part}.jsonl")[:count]], paths[part]
        )
    given = [f"--set=corpus.{part}={path}" for part, path in paths.items()]
    out = ["--set=evaluate.sizes=[10]", "--set=evaluate.bootstrap=200", f"--out={tmp_path / 'out'}"]
    monkeypatch.setattr(sys, "argv", ["grid.py", "--p", "0.5", "--n", "1", "2", *given, *out])
    grid.main()
    said = capsys.readouterr().out
    assert said.count("*") == len(grid.OPERATORS)  # one point chosen for each
    table = said.split("on test")[1]
    assert all(f"    10  {name}" in table for name in grid.OPERATORS)
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"p0.5-n1-dev", "p0.5-n2-dev"}


@pytest.mark.parametrize(("power", "share"), [(1.0, 0.9), (0.5, 0.75), (0.0, 0.5)])
def test_power_flattens_the_frequencies_that_tokens_are_drawn_by(power, share):
    corpus = gold(*["rouge"] * 9, "verte")
    strategy = LabelWiseTokenReplacement(
        materials(corpus), LabelWiseTokenReplacement.Options(p=1, power=power)
    )
    [start] = gold("bleue")
    drawn = Counter(make(strategy, start, seed).text for seed in range(1000))
    assert drawn["rouge"] / 1000 == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("inside", [True, False])
def test_all_takes_synonyms_inside_mentions_only_when_asked(tmp_path, inside):
    path = tmp_path / "th.dat"
    path.write_text(
        "UTF-8\nattaque|1\n(Nom féminin)|frappe\nfrappe|1\n(Nom féminin)|attaque\n",
        encoding="utf-8",
    )
    corpus = gold('Voici une <e id="E1" t="EVENEMENT">attaque</e>')
    options = AllOperations.Options(p=1, thesaurus=path, inside_mentions=inside)
    strategy = AllOperations(materials(corpus), options)
    found = set()
    for seed in range(40):
        try:
            found.add(make(strategy, corpus[0], seed).text)
        except Declined:
            continue
    assert ("Voici une frappe" in found) == inside
