"""Strategies of others: one that a package brings, built and installed, and one in a file beside the recipe."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bouture
from bouture.verbs.study import augment
from conftest import ROOT
from llm.rewriting import rewriting_server

PACKAGE = ROOT / "tests" / "plugin_package"
PAGE = ROOT / "docs" / "plugins.md"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as pip installs it."""
    folder = tmp_path_factory.mktemp("plugin")
    source = shutil.copytree(PACKAGE, folder / "source")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    alone = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(folder / "site")]
    subprocess.run([*pip, *alone, str(source)], check=True, timeout=120)
    assert list((folder / "site").glob("*.dist-info/entry_points.txt"))
    return folder / "site"


def command(*words: str, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command of bouture in a process of its own, with another package on its path."""
    script = "import sys; from bouture.cli import main; sys.exit(main(sys.argv[1:]))"
    env = {**os.environ, "COLUMNS": "100"} | ({"PYTHONPATH": str(site)} if site else {})
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def recipe(folder: Path, example: Path, use: dict[str, object]) -> Path:
    written = {
        "corpus": {"train": str(example / "train.jsonl"), "guide": str(example / "guide.md")},
        "strategies": [use],
        "checks": [{"use": "offsets"}, {"use": "schema_labels"}],
    }
    (folder / "recipe.yaml").write_text(json.dumps(written), encoding="utf-8")
    return folder


def test_a_strategy_of_an_installed_package(installed: Path, example: Path, tmp_path: Path) -> None:
    study = recipe(tmp_path, example, {"use": "first_sentences", "options": {"most": 1}})
    without = command("run", str(study))
    assert without.returncode == 2 and "first_sentences" in without.stderr
    done = command("run", str(study), "--quiet", site=installed)
    assert done.returncode == 0, done.stderr
    made = bouture.read(study / "run" / "accepted.jsonl")
    by_id = {document.id: document for document in bouture.read(example / "train.jsonl")}
    assert len(made) > 50
    for document in made:
        assert document.origin is not None and document.origin.strategy == "first_sentences"
        source = by_id[document.origin.sources[0]]
        assert source.text.startswith(document.text) and len(document.text) < len(source.text)
    summary = json.loads((study / "run" / "summary.json").read_text())
    assert summary["accepted"] + summary["repaired"] == len(made) and set(
        summary["strategies"]
    ) == {"first_sentences"}
    wrong = command("plan", str(study), "--set", "strategies.0.options.mots=1", site=installed)
    assert wrong.returncode == 2 and "did you mean `most`" in wrong.stderr


def test_a_name_nearly_right_is_told_by_that_of_the_package(
    installed: Path, example: Path, tmp_path: Path
) -> None:
    study = recipe(tmp_path, example, {"use": "first_sentence"})
    said = command("plan", str(study), site=installed)
    assert said.returncode == 2 and "did you mean 'first_sentences'" in said.stderr


def test_a_package_that_cannot_be_imported_is_named(
    installed: Path, example: Path, tmp_path: Path
) -> None:
    broken = shutil.copytree(installed, tmp_path / "site")
    (broken / "bouture_first_sentences" / "__init__.py").write_text("1 / 0\n", encoding="utf-8")
    study = recipe(tmp_path, example, {"use": "first_sentences"})
    said = command("plan", str(study), site=broken)
    assert said.returncode == 2 and "Traceback" not in said.stderr
    assert "bouture-first-sentences" in said.stderr and "ZeroDivisionError" in said.stderr


def test_a_strategy_in_a_file_asks_a_model(example: Path, tmp_path: Path) -> None:
    shutil.copy(PACKAGE / "headline.py", tmp_path)
    recipe(tmp_path, example, {"use": "headline.py:Headline", "limit": 6})
    with rewriting_server() as server:
        server.answering = lambda body: "<e id='E1' t='LIEU'>Kiev</e> sous les tirs"
        given = {
            "model.provider": "openai",
            "model.name": "m",
            "model.options": f"{{base_url: '{server.base_url}'}}",
        }
        summary = augment(tmp_path, given)
        assert len(server.bodies) == summary.asked == summary.modelled > 3
        assert "Écris un titre" in server.bodies[0]["messages"][0]["content"]
    made = bouture.read(tmp_path / "run" / "accepted.jsonl")
    assert {document.text for document in made} == {"Kiev sous les tirs"}
    assert made[0].mentions()[0].text == "Kiev"


def test_the_page_shows_what_is_tested_here() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for file in (PACKAGE / "src/bouture_first_sentences/__init__.py", PACKAGE / "headline.py"):
        assert file.read_text(encoding="utf-8") in page, file
    project = (PACKAGE / "pyproject.toml").read_text(encoding="utf-8")
    assert project.partition("[project]")[2] in page
