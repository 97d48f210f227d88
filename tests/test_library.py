"""What the README shows as Python works as it stands, in a plain script without a main guard."""

import subprocess
import sys
from pathlib import Path

import pytest

import bouture

SCRIPT = """
import bouture

documents = bouture.read("train.jsonl")
print(bouture.to_markup(documents[0]).splitlines()[0])
text = documents[0].text
found = bouture.anchor(text, [bouture.Quote("Kiev", "LIEU", before="à")])
print(found[0].how, text[found[0].start : found[0].end])
done = bouture.run("recipe.yaml")
print(done.summary.accepted > 0, done.report.exists(), done.evaluations[0].task)
"""
RECIPE = """
corpus: {train: train.jsonl, test: test.jsonl}
strategies: [{use: shuffle_within_segments}, {use: label_wise_token_replacement}]
evaluate: {tasks: [relations], bootstrap: 200}
"""


def test_a_script_reads_anchors_runs_and_measures(example: Path, tmp_path: Path) -> None:
    bouture.write(bouture.read(example / "train.jsonl")[:30], tmp_path / "train.jsonl")
    bouture.write(bouture.read(example / "test.jsonl")[:15], tmp_path / "test.jsonl")
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    markup, anchored, ran = ended.stdout.splitlines()
    assert '<e id="E1" t="EVENEMENT">explosions</e>' in markup
    assert anchored == "exact Kiev"
    assert ran == "True True relations"
    assert ended.stderr == ""


def test_every_public_name_exists_and_has_a_docstring() -> None:
    for name in bouture.__all__:
        found = getattr(bouture, name)
        assert name == "__version__" or found.__doc__, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        bouture.nonsense  # noqa: B018


def test_importing_bouture_imports_nothing_heavy() -> None:
    code = (
        "import sys, bouture, bouture.cli; "
        "print([m for m in ('numpy', 'sklearn', 'scipy', 'aiohttp', 'pydantic', 'jinja2') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
