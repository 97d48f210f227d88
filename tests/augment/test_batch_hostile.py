"""Files of answers from an enemy: nothing in them is run, believed or able to stop the good answers beside them."""

import gzip
import json
from pathlib import Path

import pytest

from augment.batch_answers import answer, key_of, requests_in, write
from augment.small_work import question, work
from bouture.augment.batch.export import Export, export_requests
from bouture.augment.batch.intake import Imported, import_answers
from bouture.augment.batch.page import page
from bouture.augment.batch.round_files import Manifest
from bouture.augment.folder import RunFolder
from bouture.llm.batch.files import DIALECTS, BatchFile, DialectName

TEMPLATE = "{{7*7}} ${jndi:ldap://x/a} {0.__class__} %s $(touch /tmp/owned) __import__('os')"
MODEL = "../../m'\"; touch owned; #\x1b[31m\n| x |{run}"


def test_an_enemy_cannot_stop_a_good_answer(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run", "seed: 5\n", "five") as folder:
        exported = export_requests(work(), folder, Export())
        assert exported.folder is not None
        lines = requests_in(exported.folder)
        back = tmp_path / "back"
        write(back / "a.jsonl", [answer(lines[0], lambda _: TEMPLATE)])
        for number, content in enumerate(
            (
                b"\xff\xfe\x00\x00" * 100,
                b"<html><body>\n<h1>502</h1>\n</body></html>\n",
                b"[" * 1_000_000 + b"\n",
                b'{"custom_id": "../../../etc/passwd", "response": {}}\n',
                b'{"custom_id": "%s", "response": %s}\n'
                % (b"0" * 64, b'{"a":' * 9000 + b"}" * 9000),
                b'{"key": "' + b"\\u001b[2J" * 1000 + b'", "text": "x"}\n',
                b"\x00" * 1_000_000,
                b"PK\x03\x04" + b"\x00" * 100,
                gzip.compress(b"lol" * 1_000_000)[:500],
                b'{"custom_id": "%s", "error": "%s"}\n' % (b"1" * 64, b"ha" * 1_000_000),
            )
        ):
            (back / f"b{number:02}.jsonl").write_bytes(content)
        write(back / "c.jsonl", [answer(lines[1])])
        found = import_answers(work(), folder, [back])
        assert (found.new, found.known, found.conflicting, found.altered) == (2, 0, 0, 0)
        assert found.foreign == 1
        assert found.unreadable == 11
        for refused in found.refused:
            assert len(refused.message) <= 300
            assert (refused.message + refused.path).isprintable()
        stored = folder.store.get(key_of(lines[0]))
        assert stored is not None
        assert stored.text == TEMPLATE


@pytest.mark.slow
def test_an_answer_of_50_MB_is_stored_as_it_is(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run", "seed: 5\n", "five") as folder:
        exported = export_requests(work(), folder, Export("bouture"))
        assert exported.folder is not None
        line = requests_in(exported.folder)[0]
        path = tmp_path / "long.jsonl"
        path.write_text(json.dumps({"key": line["key"], "text": "mot " * 12_500_000}))
        assert import_answers(work(), folder, [path]) == Imported(new=1)
        stored = folder.store.get(line["key"])
        assert stored is not None
        assert len(stored.text) == 50_000_000


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hostile_model_name_stays_a_name(dialect: DialectName, language: str) -> None:
    file = BatchFile("requests-001.jsonl", "0" * 64, 1, 1, MODEL)
    manifest = Manifest(1, dialect, "", 1, "0" * 64, (file,), 1, 0, 0, 0)
    said = page(manifest, language, Path("/tmp/a run'"))
    assert "\x1b" not in said
    assert "'/tmp/a run'\"'\"''" in said
    seen = 0
    for row in said.splitlines():
        if row.startswith("| requests-001.jsonl"):
            assert row.count("|") == 6
            seen += 1
        if "--model" in row and "requests-001" in row:
            name = "--served-model-name " if "--served-model-name" in row else "--model "
            assert row.rpartition(name)[2].startswith("'../../m'\"'\"'")
            seen += 1
        if '"model": "' in row and "input_files" in row:
            assert row.count("'") == 2
            seen += 1
    assert seen == {"openai": 1, "mistral": 2, "vllm": 3, "bouture": 1}[dialect]


def test_a_hostile_model_name_names_no_file(tmp_path: Path) -> None:
    todo = work(sources=1, names=["ask"])

    class Hostile:
        name = "ask"

        def __call__(self, document: object, rng: object) -> object:
            request = question("x")
            yield type(request)(request.messages, MODEL, request.parameters)

    todo = type(todo)(todo.sources, todo.jobs, {"ask": Hostile()})  # type: ignore[dict-item]
    with RunFolder(tmp_path / "run", "seed: 5\n", "five") as folder:
        exported = export_requests(todo, folder, Export("openai"))
        assert exported.folder is not None
        names = sorted(path.name for path in exported.folder.iterdir())
        assert names == ["README.md", "keys.txt", "manifest.json", "requests-001.jsonl"]
        assert exported.files[0].model == MODEL
