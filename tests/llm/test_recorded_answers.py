"""The recorded provider and its file."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.errors import AnswerMissing, FormatError
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.recorded import Recorded, RecordedAnswer, read_answers

ASKED = Request((Message("user", "Bonjour"),), "m", {"temperature": 1.0}, 2)
ANSWER = Response("Salut", "length", Usage(3, 4), "m-1", 0.25)


def recorded(path: Path, *lines: bytes) -> Recorded:
    path.write_bytes(b"\n".join(lines))
    return Recorded(Recorded.Options(answers=path))


async def test_it_answers_by_key(tmp_path: Path) -> None:
    line = msgspec.json.encode(RecordedAnswer.of(ASKED.key, ANSWER, ASKED))
    provider = recorded(tmp_path / "a.jsonl", line, b"", line)
    assert await provider.ask(ASKED) == ANSWER
    other = msgspec.structs.replace(ASKED, sample=3)
    with pytest.raises(AnswerMissing, match=r"a\.jsonl") as caught:
        await provider.ask(other)
    assert other.key[:12] in caught.value.hint
    assert "bouture batch export" in caught.value.hint
    await provider.close()


async def test_a_short_line_is_enough(tmp_path: Path) -> None:
    line = b'\xef\xbb\xbf{"key": "%s", "text": "oui \\ud83d", "mine": 1}' % ASKED.key.encode()
    provider = recorded(tmp_path / "a.jsonl", line)
    assert await provider.ask(ASKED) == Response("oui \ufffd")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "not a recorded answer"),
        (b'{"text": "x"}', "key"),
        (b'{"key": "%s"}' % (b"0" * 64), "text"),
        (b'{"key": "%s", "text": null}' % (b"0" * 64), "text"),
        (b'{"key": "abc", "text": "x"}', "not the key"),
        (b'{"key": "%s", "text": "\xff"}' % (b"0" * 64), "not a recorded answer"),
        (b'{"key": "%s", "text": "x", "messages": []}' % (b"0" * 64), "changed after the export"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, line: bytes, message: str) -> None:
    good = msgspec.json.encode(RecordedAnswer.of(ASKED.key, ANSWER))
    with pytest.raises(FormatError, match=message) as caught:
        recorded(tmp_path / "a.jsonl", good, line)
    assert caught.value.line == 2
    assert caught.value.path == str(tmp_path / "a.jsonl")


def test_two_answers_to_one_request_are_refused(tmp_path: Path) -> None:
    one = msgspec.json.encode(RecordedAnswer.of(ASKED.key, Response("a")))
    two = msgspec.json.encode(RecordedAnswer.of(ASKED.key, Response("b")))
    with pytest.raises(FormatError, match="two different answers"):
        recorded(tmp_path / "a.jsonl", one, two)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot read"):
        Recorded(Recorded.Options(answers=tmp_path / "none.jsonl"))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 2), st.integers(0, 9))
def test_lines_come_back(text: str, temperature: float, sample: int) -> None:
    request = Request((Message("user", text),), "m", {"temperature": temperature}, sample)
    line = RecordedAnswer.of(request.key, Response(text), request)
    back = msgspec.json.decode(msgspec.json.encode(line), type=RecordedAnswer)
    assert back.response == Response(text)
    assert back.request == request
    assert back.request is not None
    assert back.request.key == back.key


def test_reading_is_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    keys = [msgspec.structs.replace(ASKED, sample=n).key for n in range(5)]
    path.write_bytes(
        b"\n".join(msgspec.json.encode(RecordedAnswer.of(key, ANSWER)) for key in keys)
    )
    assert [answer.key for answer in read_answers(path)] == keys
