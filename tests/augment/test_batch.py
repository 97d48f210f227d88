"""Requests out as batch files and answers back in: what is written, what is taken, what is refused and why."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from augment.batch_answers import answer, expired, key_of, overloaded, requests_in, write
from augment.small_work import files, run_http, work
from bouture.augment.batch.export import Export, export_requests
from bouture.augment.batch.intake import MOST_NAMED, Imported, import_answers
from bouture.augment.batch.round_files import Manifest, read_manifest
from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.errors import FormatError, RunFolderError
from bouture.llm.batch.files import DIALECTS, DialectName, ExportedRequest, Limits
from bouture.llm.client import Client
from bouture.llm.messages import Request
from bouture.llm.recorded import Recorded, RecordedAnswer
from llm.fake_server import FakeServer

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    with RunFolder(tmp_path / "run", "seed: 5\n", "five") as opened:
        yield opened


def exported_lines(folder: RunFolder, **how: Any) -> list[dict[str, Any]]:
    exported = export_requests(work(), folder, Export(**how))
    assert exported.folder is not None
    return requests_in(exported.folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_round_is_whole_and_says_what_it_holds(folder: RunFolder, dialect: DialectName) -> None:
    exported = export_requests(work(), folder, Export(dialect, clock=lambda: NOON))
    assert exported.folder == folder.path / "batch" / "round-001"
    manifest = read_manifest(exported.folder)
    assert manifest is not None
    assert manifest.made == "2026-11-25T12:00:00+00:00"
    assert manifest.files == exported.files
    assert exported.waiting + exported.ready + exported.done == len(work().jobs)
    found = contents(exported.folder)
    keys = [line.split()[0] for line in found["keys.txt"].decode().splitlines()]
    assert sorted(map(key_of, requests_in(exported.folder))) == keys
    assert len(keys) == manifest.requests == exported.requests > 50
    for entry in manifest.files:
        assert len(found[entry.name]) == entry.bytes
        assert found[entry.name].count(b"\n") == entry.requests
        assert f"{entry.sha256} |" in found["README.md"].decode()


def test_the_lines_are_those_of_the_dialects(folder: RunFolder, tmp_path: Path) -> None:
    def renamed(request: Request) -> dict[str, Any]:
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        return {"model": "fake", "messages": messages, "max_completion_tokens": 5}

    for dialect in DIALECTS:
        lines = exported_lines(folder, dialect=dialect, body_of=renamed, target=tmp_path / dialect)
        line = lines[0]
        if dialect == "bouture":
            own = msgspec.convert(line, ExportedRequest)
            asked = Request(own.messages, own.model, own.parameters, own.sample)
            assert asked.key == own.key
            assert own.job == "d00~ask~0"
        elif dialect == "mistral":
            assert set(line) == {"custom_id", "body"}
            assert set(line["body"]) == {"messages", "max_completion_tokens"}
        else:
            assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
            assert line["body"] == {
                "model": "fake",
                "messages": line["body"]["messages"],
                "max_completion_tokens": 5,
            }
            assert len(line["custom_id"]) == 64


def test_exporting_again_changes_nothing_when_nothing_has_changed(folder: RunFolder) -> None:
    first = export_requests(work(), folder, Export(clock=lambda: NOON))
    assert first.folder is not None
    before = contents(first.folder)
    later = export_requests(work(), folder, Export(clock=lambda: NOON + timedelta(hours=1)))
    assert later == first
    assert contents(first.folder) == before
    assert [path.name for path in first.folder.parent.iterdir()] == ["round-001"]


def test_a_new_round_stands_beside_the_one_that_waits(folder: RunFolder, tmp_path: Path) -> None:
    lines = exported_lines(folder)
    first = contents(folder.path / "batch" / "round-001")
    import_answers(work(), folder, [write(tmp_path / "a.jsonl", map(answer, lines[:10]))])
    second = export_requests(work(), folder)
    assert (second.round, second.folder) == (2, folder.path / "batch" / "round-002")
    assert second.again == len(lines) - 10
    assert contents(folder.path / "batch" / "round-001") == first


def test_a_damaged_round_is_written_anew_and_not_over(folder: RunFolder) -> None:
    one = export_requests(work(), folder)
    assert one.folder is not None
    file = one.folder / one.files[0].name
    file.write_bytes(file.read_bytes()[:-5])
    two = export_requests(work(), folder)
    assert two.round == 2
    assert two.files == one.files


def test_half_a_round_never_bears_the_name(folder: RunFolder) -> None:
    def broken(request: Request) -> dict[str, Any]:
        if "d05" in request.messages[-1].content:
            raise KeyboardInterrupt
        return {"messages": []}

    with pytest.raises(KeyboardInterrupt):
        export_requests(work(), folder, Export(body_of=broken))
    assert list((folder.path / "batch").iterdir()) == []


def test_a_target_that_holds_other_things_is_left_alone(folder: RunFolder, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    assert export_requests(work(), folder, Export(target=target)).folder == target
    assert export_requests(work(), folder, Export(target=target)).folder == target
    before = contents(target)
    for taken in (target, tmp_path, Path("/")):
        with pytest.raises(RunFolderError, match="something else here"):
            export_requests(work(), folder, Export("mistral", target=taken))
    assert contents(target) == before


def test_shards_keep_within_the_limits(folder: RunFolder, tmp_path: Path) -> None:
    whole = exported_lines(folder, target=tmp_path / "whole")
    for limits in (Limits(requests=7), Limits(bytes=1000)):
        target = tmp_path / f"{limits.requests}-{limits.bytes}"
        exported = export_requests(work(), folder, Export(target=target, limits=limits))
        assert exported.folder is not None
        assert len(exported.files) > 5
        assert all(f.requests <= limits.requests for f in exported.files)
        assert all(f.bytes <= limits.bytes for f in exported.files)
        assert requests_in(exported.folder) == whole


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_page_says_what_to_do(folder: RunFolder, dialect: DialectName, language: str) -> None:
    exported = export_requests(work(), folder, Export(dialect, language=language))
    assert exported.folder is not None
    page = (exported.folder / "README.md").read_text(encoding="utf-8")
    command = {
        "openai": "https://api.openai.com/v1/batches",
        "mistral": '"model": "fake", "input_files"',
        "vllm": "vllm run-batch -i requests-001.jsonl -o answers-001-001.jsonl --model fake",
        "bouture": '"key": "',
    }
    assert command[dialect] in page
    assert f"bouture batch import {folder.path} " in page
    assert f"bouture batch export {folder.path} --dialect {dialect}\n" in page
    assert "$" not in page.replace("$OPENAI_API_KEY", "").replace("$MISTRAL_API_KEY", "")
    assert ("Rapporter les réponses" in page) == (language == "fr")
    assert "{" not in page.replace('{"', "") or dialect == "bouture"


def test_bad_lines_do_not_stop_the_good_ones(folder: RunFolder, tmp_path: Path) -> None:
    lines = exported_lines(folder)
    foreign = answer(lines[0]) | {"custom_id": "0" * 64}
    path = write(tmp_path / "a.jsonl", [*map(answer, lines[:30]), foreign])
    other = answer(lines[1])
    other["response"]["body"]["choices"][0]["message"]["content"] = "autre chose"
    write(tmp_path / "b.jsonl", [other, expired(lines[40]), overloaded(lines[41], 503)])
    with path.open("ab") as file:
        file.write(
            b"<html>502 Bad Gateway</html>\n\n" + json.dumps(answer(lines[31])).encode()[:90]
        )
    found = import_answers(work(), folder, [path, tmp_path / "b.jsonl"])
    assert (found.new, found.known, found.conflicting, found.foreign) == (30, 0, 1, 1)
    assert (found.unreadable, found.altered) == (2, 0)
    assert found.errors == {"expired": 1, "server_error": 1}
    assert [(r.line, r.code, r.key) for r in found.refused] == [
        (31, "foreign", "0" * 64),
        (32, "not_json", ""),
        (34, "not_json", ""),
        (1, "conflicting", key_of(lines[1])),
    ]
    assert found.refused[0].path == str(path)
    stored = folder.store.get(key_of(lines[1]))
    assert stored is not None
    assert stored.text != "autre chose"
    assert folder.store.get(key_of(lines[40])) is None


def test_an_altered_request_is_refused(folder: RunFolder, tmp_path: Path) -> None:
    own = exported_lines(folder, dialect="bouture")
    filled = [line | {"text": "oui"} for line in own]
    filled[3]["messages"] = [{"role": "user", "content": "autrement"}]
    found = import_answers(work(), folder, [write(tmp_path / "own.jsonl", filled[:5])])
    assert (found.new, found.altered, found.refused[0].line) == (4, 1, 4)
    assert found.refused[0].key == own[3]["key"]
    assert all(r is not None and r.key == key for key, r, _ in folder.store.items())

    theirs = exported_lines(folder)
    echoed = [answer(line) | {"body": line["body"]} for line in theirs[:5]]
    echoed[0]["body"] = dict(reversed(echoed[0]["body"].items()))
    echoed[2]["body"] = echoed[2]["body"] | {"temperature": 0.1}
    found = import_answers(work(), folder, [write(tmp_path / "theirs.jsonl", echoed)])
    assert (found.new, found.altered, found.refused[0].line) == (4, 1, 3)


def test_requests_that_come_back_as_they_were_stay_pending(
    folder: RunFolder, tmp_path: Path
) -> None:
    lines = exported_lines(folder, dialect="bouture")
    half = [line | {"text": "oui"} if n % 2 else line for n, line in enumerate(lines)]
    found = import_answers(work(), folder, [write(tmp_path / "half.jsonl", half)])
    assert found == Imported(new=len(lines) // 2, errors={"unanswered": (len(lines) + 1) // 2})


def test_the_folder_of_the_round_may_hold_the_answers(folder: RunFolder) -> None:
    lines = exported_lines(folder)
    home = folder.path / "batch" / "round-001"
    text = "".join(json.dumps(answer(line)) + "\n" for line in lines)
    (home / "answers-001.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    found = import_answers(work(), folder, [home])
    assert found == Imported(new=len(lines))


def test_answers_to_later_turns_are_taken_from_the_same_files(tmp_path: Path) -> None:
    """Without any export, second turns first: the file of another run of the same recipe."""
    with RunFolder(tmp_path / "first", "seed: 5\n", "five") as folder:
        turns = []
        for name in ("one", "two"):
            lines = exported_lines(folder, dialect="bouture")
            turns.append(write(tmp_path / f"{name}.jsonl", map(answer, lines)))
            import_answers(work(), folder, turns[-1:])
        number = folder.store.count()
    with RunFolder(tmp_path / "second", "seed: 5\n", "five") as folder:
        stray = write(tmp_path / "stray.jsonl", [{"key": "f" * 64, "text": "x"}])
        found = import_answers(work(), folder, [stray, turns[1], turns[1], turns[0]])
        assert (found.new, found.known, found.foreign) == (number, 24, 1)
        assert [refused.key for refused in found.refused] == ["f" * 64]
        assert import_answers(work(), folder, turns) == Imported(known=number)


def test_a_missing_file_changes_nothing(folder: RunFolder, tmp_path: Path) -> None:
    good = write(tmp_path / "good.jsonl", map(answer, exported_lines(folder)))
    with pytest.raises(FormatError, match="cannot read the answers"):
        import_answers(work(), folder, [good, tmp_path / "none.jsonl"])
    assert folder.store.count() == 0


def test_refusals_are_all_counted_and_the_first_named(folder: RunFolder, tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[31m\n.jsonl"
    path.write_bytes(b'{"key": "\\u001b[31m"}\n' * 1000)
    found = import_answers(work(), folder, [path])
    assert found.unreadable == 1000
    assert len(found.refused) == MOST_NAMED
    assert all((r.path + r.message + r.key).isprintable() for r in found.refused)


def test_a_round_whose_keys_were_tampered_with_is_not_believed(
    folder: RunFolder, tmp_path: Path
) -> None:
    exported_lines(folder)
    keys = folder.path / "batch" / "round-001" / "keys.txt"
    keys.write_bytes(b"f" * 64 + b" " + b"0" * 16 + b"\n")
    stray = write(tmp_path / "stray.jsonl", [{"key": "f" * 64, "text": "x"}])
    assert import_answers(work(), folder, [stray]).foreign == 1


def test_a_manifest_is_read_back_or_passed_over(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    (tmp_path / "manifest.json").write_text('{"round": "one"}')
    assert read_manifest(tmp_path) is None
    manifest = Manifest(1, "openai", "", 0, "", (), 0, 0, 0, 0)
    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    assert read_manifest(tmp_path) == manifest


async def test_recorded_answers_replay_a_run(tmp_path: Path) -> None:
    async with FakeServer() as server:
        await run_http(tmp_path / "online", server.base_url, 4)
    with RunFolder(tmp_path / "online", "seed: 5\n", "five") as folder:
        lines = [
            msgspec.json.encode(RecordedAnswer.of(key, response, request))
            for key, request, response in folder.store.items()
        ]
        number = len(lines)
        (tmp_path / "recorded.jsonl").write_bytes(b"\n".join(lines))
        assert number == folder.store.count() > 50
    with RunFolder(tmp_path / "replay", "seed: 5\n", "five") as folder:
        recorded = Recorded(Recorded.Options(answers=tmp_path / "recorded.jsonl"))
        summary = await run(work(Client(recorded, folder.store)), folder)
    assert summary.failed == 0
    assert files(tmp_path / "replay") == files(tmp_path / "online")
