"""Commands as a user types them: what they print, what they write, and their exit codes."""

import json
from pathlib import Path

import pytest

import bouture
from bouture.cli import main


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, example: Path) -> Path:
    """Forty documents of the example as a TextMine CSV, the way a participant would have them."""
    path = tmp_path_factory.mktemp("corpus") / "mine.csv"
    documents = bouture.read(example / "train.jsonl")[:40]
    bouture.write(documents, path, "textmine", lossy=True)
    return path


@pytest.fixture
def study(corpus: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    assert main(["init", str(folder), "--corpus", str(corpus), "--quiet"]) == 0
    return folder


def test_from_a_csv_to_a_report(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(study / "data" / "train.jsonl"), "--quiet"]) == 0
    assert (
        main(["guide", "check", str(study / "guide.md"), str(study / "data" / "train.jsonl")]) == 0
    )
    assert main(["plan", str(study)]) == 0
    said = capsys.readouterr().out
    assert "mention_replacement" in said
    assert main(["preview", str(study), "-n", "1"]) == 0
    assert "<e id=" in capsys.readouterr().out

    quick = ["--set", "evaluate=null", "--quiet"]
    assert main(["run", str(study), *quick]) == 0
    run = study / "run"
    summary = json.loads((run / "summary.json").read_text())
    parts = ("accepted", "repaired", "review", "rejected", "failed", "pending")
    assert summary["requested"] == sum(summary[part] for part in parts) == 3 * 24
    made = bouture.read(run / "accepted.jsonl")
    assert len(made) == summary["accepted"] + summary["repaired"]
    assert {document.origin.strategy for document in made if document.origin} >= {
        "mention_replacement"
    }
    assert 'lang="fr"' in (run / "report.html").read_text(encoding="utf-8")

    ledger = (run / "ledger.jsonl").read_bytes()
    assert main(["run", str(study), *quick]) == 0
    assert (run / "ledger.jsonl").read_bytes() == ledger
    english = tmp_path / "en.html"
    assert main(["report", str(run), "--lang", "en", "-o", str(english), "--quiet"]) == 0
    assert 'lang="en"' in english.read_text(encoding="utf-8")


def test_a_run_refuses_another_recipe_and_says_what_differs(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = [
        "--set",
        "evaluate=null",
        "--set",
        "strategies=[{use: duplicate, limit: 3}]",
        "--quiet",
    ]
    assert main(["run", str(study), *quick]) == 0
    assert main(["run", str(study), *quick, "--set", "seed=99"]) == 2
    assert "what differs: seed" in capsys.readouterr().err


def test_describe_writes_a_page_and_json(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "profile.html"
    assert main(["describe", str(corpus), "--html", str(page), "--lang", "fr", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["documents"] == 40
    assert 'lang="fr"' in page.read_text(encoding="utf-8")


def test_convert_refuses_to_lose_and_says_what_it_left_out(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mine.conll"
    assert main(["convert", str(corpus), str(target)]) == 2
    assert "--lossy" in capsys.readouterr().err
    assert not target.exists()
    assert main(["convert", str(corpus), str(target), "--lossy"]) == 0
    assert "relation" in capsys.readouterr().out
    assert target.exists()
    assert main(["convert", str(corpus), str(target), "--lossy"]) == 2
    assert "--overwrite" in capsys.readouterr().err


def test_what_run_would_refuse_plan_refuses_too(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for setting, said in (
        ("evaluate.seeds=3", "seeds cannot tell"),
        ("checks=[{use: lenght}]", "did you mean 'length'"),
        ("strategies=[{use: rewrite}]", "names none"),
        ("corpus.test=null", "names no file"),
        ("strategies[0].limits=3", "did you mean `limit`"),
        ("model={name: m, parameters: {api_key: sk-secret}}", "looks like a key"),
    ):
        assert main(["plan", str(study), "--set", setting]) == 2, setting
        error = capsys.readouterr().err
        assert said in error.replace("\n", " "), setting
        assert "sk-secret" not in error


def test_a_run_goes_on_with_more_jobs(study: Path) -> None:
    quick = ["--set", "evaluate=null", "--quiet", "--set"]
    some = "strategies=[{use: shuffle_within_segments, limit: 5}]"
    more = "strategies=[{use: shuffle_within_segments, limit: 9}, {use: mention_replacement}]"
    assert main(["run", str(study), *quick, some]) == 0
    before = (study / "run" / "ledger.jsonl").read_bytes()
    assert main(["run", str(study), *quick, more]) == 0
    assert (study / "run" / "ledger.jsonl").read_bytes().startswith(before)
    summary = json.loads((study / "run" / "summary.json").read_text())
    assert summary["requested"] == 9 + 24


def test_init_refuses_documents_on_both_sides(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["init", str(tmp_path / "x"), "--corpus", str(corpus), "--test", str(corpus)]
    assert main(words) == 1
    assert "40 documents are in the corpus and in dev or test" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_batch_files_carry_requests_out_and_answers_in(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = [
        "--set",
        "strategies=[{use: rewrite, limit: 2}]",
        "--set",
        "model={provider: recorded, name: m}",
        "--set",
        "evaluate=null",
    ]
    folder, answers = tmp_path / "out", tmp_path / "answers.jsonl"
    export = ["batch", "export", str(study), str(folder), "--dialect", "bouture"]
    assert main([*export, *settings]) == 0
    (requests,) = folder.glob("*.jsonl")
    lines = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    answers.write_text(
        "\n".join(json.dumps({"key": line["key"], "text": "Je ne peux pas."}) for line in lines)
    )
    assert main(["batch", "import", str(study), str(answers), *settings]) == 0
    assert "2 answers stored" in capsys.readouterr().err
    # A refusal is answered by one repair turn, which has no answer yet: those jobs fail, resumably.
    assert main(["run", str(study), *settings, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["failed"] == 2


def test_check_and_agree(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, dev = example / "train.jsonl", example / "dev.jsonl"
    leaked = tmp_path / "leaked.jsonl"
    bouture.write(bouture.read(dev)[:2], leaked)
    assert main(["check", str(leaked), "--gold", str(gold), "--test", str(dev), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["status"] for one in found] == ["rejected", "rejected"]
    assert main(["agree", str(dev), str(dev), "--json"]) == 0
    assert '"f1": 1.0' in capsys.readouterr().out


def test_evaluate_refuses_a_leak(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = example / "train.jsonl", example / "test.jsonl"
    leaked = tmp_path / "leaked.jsonl"
    bouture.write(bouture.read(test)[:1], leaked)
    command = ["evaluate", "--train", str(train), "--test", str(test), "--synthetic", str(leaked)]
    assert main([*command, "--task", "entities"]) == 1
    assert bouture.read(test)[0].id in capsys.readouterr().err
    assert main([*command, "--task", "entities", "--seeds", "2"]) == 1
    assert "seeds" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("desribe x.jsonl", 2),
        ("describe", 2),
        ("describe {missing}.jsonl", 1),
        ("describe {bad}", 1),
        ("validate {bad}", 1),
        ("convert {bad} {missing}.csv", 1),
        ("run {missing}", 2),
        ("plan {bad}", 2),
        ("report {missing}", 2),
        ("guide check {bad} {bad}", 1),
        ("agree {bad} {bad}", 1),
        ("describe {bad} --format nonsense", 2),
        ("plan {missing} --set novalue", 2),
        ("evaluate --train {bad} --test {bad} --synthetic {bad} --task entities --sizes many", 2),
    ],
)
def test_bad_input_is_told_and_never_a_traceback(
    command: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b'{"id": "a", "text": "Kiev"}\n{"id": "b", "te\xff')
    words = command.format(bad=bad, missing=tmp_path / "missing").split()
    assert main(words) == code
    said = capsys.readouterr()
    assert (said.err + said.out).strip()
    assert "Traceback" not in said.err + said.out


def test_help_is_quick_and_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("describe", "convert", "validate", "init", "plan", "preview", "run", "report"):
        assert main([command, "--help"]) == 0
        assert f"bouture {command}" in capsys.readouterr().out.split("For example:")[1]


def test_init_splits_by_date(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["init", str(tmp_path / "s"), "--corpus", str(example / "train.jsonl")]
    assert main([*words, "--by-date", "nothing"]) == 1
    assert "no date under meta.nothing" in capsys.readouterr().err
    assert main([*words, "--by-date", "date", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 5
    dates = [
        [d.meta["date"][:10] for d in bouture.read(tmp_path / "s" / "data" / f"{part}.jsonl")]
        for part in ("train", "dev", "test")
    ]
    assert max(dates[0]) < min(dates[1]) <= max(dates[1]) < min(dates[2])
