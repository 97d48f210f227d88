"""The lines of files of answers: plain, compressed, cut, swollen, endless; memory stays flat."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bouture.llm.batch.lines import Bounds, Refusal, lines_of
from bouture.llm.batch.reading import Answered, read_line
from llm.fake_server import completion

KEY = "ab" * 32


def read_all(path: Path, **bounds: Any) -> list[tuple[int, bytes | Refusal]]:
    return list(lines_of(path, Bounds(**bounds)))


def codes(found: list[tuple[int, bytes | Refusal]]) -> list[tuple[int, str]]:
    return [(n, line.code if isinstance(line, Refusal) else line.decode()) for n, line in found]


def test_plain_and_compressed_files_have_the_same_lines(tmp_path: Path) -> None:
    text = b'\xef\xbb\xbf{"a": 1}\r\n\n  \n{"b": 2}'
    (tmp_path / "plain").write_bytes(text)
    (tmp_path / "packed").write_bytes(gzip.compress(text))
    found = read_all(tmp_path / "plain")
    assert codes(found) == [(1, '{"a": 1}\r\n'), (4, '{"b": 2}')]
    assert read_all(tmp_path / "packed") == found


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    for name, pack in (("plain", bytes), ("packed", gzip.compress)):
        path = tmp_path / name
        path.write_bytes(pack(b"a\n" + b"x" * 3_000_000 + b"\nb\n" + b"y" * 11))
        assert codes(read_all(path, line=10)) == [
            (1, "a\n"),
            (2, "too_long"),
            (3, "b\n"),
            (4, "too_long"),
        ]
        assert codes(read_all(path, line=11))[-1] == (4, "y" * 11)


def test_a_bomb_ends_where_it_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    for filler in (b"\n", b"x", b"x\n"):
        path.write_bytes(gzip.compress(b"first\n" + filler * 500_000))
        found = read_all(path, free=100_000, line=100_000)
        assert found[0] == (1, b"first\n")
        assert isinstance(found[-1][1], Refusal)
        assert found[-1][1].code == "bomb"


def test_a_cut_archive_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    lines = b"".join(b"%064d\n" % (n * 7919 % 10_007) for n in range(50_000))
    path.write_bytes(gzip.compress(lines)[:-20_000])
    found = read_all(path)
    assert len(found) > 1000
    assert codes(found)[-1][1] == "cut"


def test_other_kinds_of_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content, code in ((b"PK\x03\x04....", "zip"), ("{}\n".encode("utf-16"), "utf16")):
        path.write_bytes(content)
        assert codes(read_all(path)) == [(0, code)]
    path.write_bytes(b"")
    assert read_all(path) == []


def test_an_answer_of_50_MB_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    text = "mot " * 12_500_000
    path.write_text(json.dumps({"key": KEY, "text": text}) + "\n" + '{"key": "', encoding="utf-8")
    (one, long), (two, torn) = read_all(path)
    assert (one, two) == (1, 2)
    assert isinstance(long, bytes)
    assert isinstance(torn, bytes)
    found = read_line(long)
    assert isinstance(found, Answered)
    assert len(found.response.text) == 50_000_000


def answer(number: int) -> bytes:
    response = {"status_code": 200, "body": completion(f"réponse {number}")}
    return json.dumps({"custom_id": KEY, "response": response, "error": None}).encode() + b"\n"


def many(path: Path, number: int) -> Iterator[None]:
    with path.open("wb") as file:
        for n in range(number):
            file.write(answer(n))
    for _, line in lines_of(path):
        assert isinstance(line, bytes)
        assert isinstance(read_line(line), Answered)
        yield


def test_memory_stays_flat(tmp_path: Path) -> None:
    peaks = []
    for number in (100, 5_000):
        tracemalloc.start()
        assert sum(1 for _ in many(tmp_path / "many.jsonl", number)) == number
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000
