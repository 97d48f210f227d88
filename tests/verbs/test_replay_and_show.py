"""Stored answers read again under another recipe, and one document shown from prompt to outcome."""

import json
from pathlib import Path

import pytest

import bouture.errors
from bouture.augment.folder import read_outcomes
from bouture.cli import main
from bouture.llm.store.answers import AnswerStore
from bouture.verbs.study import augment
from llm.rewriting import rewriting_server

ONLY = {
    "evaluate": "null",
    "strategies": "[{use: rewrite, limit: 6}]",
    "model.provider": "openai",
    "model.name": "m",
}


def files(folder: Path) -> dict[str, bytes]:
    names = ("accepted.jsonl", "review.jsonl", "rejected.jsonl")
    return {name: (folder / name).read_bytes() for name in names}


def test_a_new_check_reads_old_answers_without_asking(example: Path, tmp_path: Path) -> None:
    with rewriting_server() as server:
        settings = {**ONLY, "model.options": f"{{base_url: '{server.base_url}'}}"}
        few = {**settings, "checks": "[{use: offsets}]", "run": str(tmp_path / "run")}
        augment(example, few)
        asked = len(server.bodies)
        assert asked >= 6
        all_checks = {**settings, "run": str(tmp_path / "run")}
        with pytest.raises(bouture.errors.RunFolderError, match="checks"):
            augment(example, all_checks)
        replayed = augment(example, all_checks, replay=True)
        assert len(server.bodies) == asked
        assert (replayed.pending, replayed.asked) == (0, 0)
        assert (tmp_path / "run" / "ledger.before-1.jsonl").exists()
        fresh = augment(example, {**settings, "run": str(tmp_path / "fresh")})
    assert files(tmp_path / "run") == files(tmp_path / "fresh")
    assert replayed.requested == fresh.requested


def test_what_was_never_answered_stays_pending_in_a_replay(example: Path, tmp_path: Path) -> None:
    with rewriting_server() as server:
        settings = {
            **ONLY,
            "model.options": f"{{base_url: '{server.base_url}'}}",
            "run": str(tmp_path / "run"),
        }
        first = augment(example, settings)
        more = {**settings, "strategies": "[{use: rewrite, limit: 9}]"}
        replayed = augment(example, more, replay=True)
        assert (replayed.requested, replayed.pending) == (9, 3)
        assert first.requested == 6
        server.bodies.clear()
        done = augment(example, more)
        assert done.pending == 0
        sources = {o.source for o in read_outcomes(tmp_path / "run") if o.strategy == "rewrite"}
        assert len(sources) == 9
        assert len(server.bodies) < 2 * 3 + 1


def test_a_document_and_a_key_are_shown_from_prompt_to_outcome(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    augment(example, {"evaluate": "null", "strategies": "[{use: rewrite}]", "run": str(run)})
    rejected = json.loads((run / "rejected.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert main(["show", str(run), rejected["job"]]) == 0
    said = capsys.readouterr().out
    assert rejected["codes"][0] in said
    assert "## Texte à réécrire" in said
    assert rejected["answer"].split()[0] in said
    key = rejected["requests"][0]
    assert main(["show", str(run), key[:12], "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert shown["outcomes"][0]["job"] == rejected["job"]
    assert len(shown["turns"]) == len(rejected["requests"])
    with AnswerStore(run / "answers.sqlite") as store:
        stored = store.get(key)
    assert stored is not None and shown["turns"][0][1]["text"] == stored.text
    assert main(["show", str(run), "nothing-of-that-name"]) == 2
    assert "nothing-of-that-name" in capsys.readouterr().err


def test_where_all_is_answered_neither_a_key_nor_a_network_is_needed(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    away = {
        **ONLY,
        "model.options": "{}",
        "model.name": "written-for-the-example",
        "offline": "true",
        "run": str(tmp_path / "run"),
    }
    with pytest.raises(bouture.errors.BoutureError, match=r"OPENAI_API_KEY|not on this machine"):
        augment(example, away)
    bouture.batch_import(example, example / "answers.jsonl", away)
    done = augment(example, away)
    assert (done.pending, done.failed, done.asked) == (0, 0, 0)
    assert done.requested == 6


def test_another_document_asks_for_itself_alone(example: Path, tmp_path: Path) -> None:
    lines = (example / "train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    train = tmp_path / "train.jsonl"
    train.write_text("".join(lines[:20]), encoding="utf-8")
    with rewriting_server() as server:
        settings = {
            **ONLY,
            "strategies": "[{use: rewrite}]",
            "corpus.train": str(train),
            "model.options": f"{{base_url: '{server.base_url}'}}",
            "run": str(tmp_path / "run"),
        }
        augment(example, settings)
        train.write_text("".join(lines[:21]), encoding="utf-8")
        with pytest.raises(bouture.errors.RunFolderError, match="train"):
            augment(example, settings)
        server.bodies.clear()
        replayed = augment(example, settings, replay=True)
        assert (replayed.requested, replayed.pending, len(server.bodies)) == (21, 1, 0)
        done = augment(example, settings)
        assert (done.requested, done.pending, done.asked) == (21, 0, len(server.bodies))
        assert 1 <= len(server.bodies) <= 2  # the new document, and perhaps its repair turn


def test_all_that_was_made_of_a_source_is_shown(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    local = "[{use: duplicate, limit: 3}, {use: shuffle_within_segments, limit: 3}]"
    augment(example, {"evaluate": "null", "strategies": local, "run": str(run)})
    source = next(read_outcomes(run)).source
    assert main(["show", str(run), source, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {one["source"]["id"] for one in shown} == {source}
    assert main(["show", str(tmp_path), source]) == 2
    assert "no run here" in capsys.readouterr().err
