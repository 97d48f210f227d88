"""The law of every format: what it carries comes back the same; what it does not is refused, then reported."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from bouture.corpus.document import Document, Entity, Span
from bouture.errors import LossError
from bouture.formats import FORMATS, examine, read, write
from documents import corpora, documents

NAMES = FORMATS.names()
SUFFIX = {
    "jsonl": ".jsonl",
    "textmine": ".csv",
    "labelstudio": ".json",
    "brat": "",
    "conll": ".conll",
}
LAW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def carried(name: str, made: list[Document]) -> list[Document]:
    """The documents as the format carries them, in the order in which it reads them."""
    form = FORMATS.load(name)()
    return [arranged(name, form.lose(document).document) for document in made]


def arranged(name: str, document: Document) -> Document:
    """CoNLL gives entities in reading order."""
    if name != "conll":
        return document
    return replace(document, entities=tuple(sorted(document.entities, key=lambda e: e.spans)))


def in_file_order(name: str, made: list[Document]) -> list[Document]:
    return sorted(made, key=lambda d: d.id) if name == "brat" else made


@pytest.mark.parametrize("name", NAMES)
@given(made=corpora())
@LAW
def test_reading_gives_what_was_written(name: str, made: list[Document]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"corpus{SUFFIX[name]}"
        lost = write(made, path, lossy=True)
        again, issues = examine(path, name)
        assert in_file_order(name, again) == in_file_order(name, carried(name, made))
        assert bool(lost) == any(FORMATS.load(name)().lose(d).lost for d in made)
        assert {issue.code for issue in issues} <= {"V02"}


@pytest.mark.parametrize("name", NAMES)
@given(document=documents())
@LAW
def test_losing_twice_loses_nothing_more(name: str, document: Document) -> None:
    form = FORMATS.load(name)()
    whole, _ = form.lose(document)
    assert form.lose(whole) == (whole, ())


@pytest.mark.parametrize("name", NAMES)
@given(made=corpora())
@LAW
def test_writing_refuses_to_lose_and_writes_nothing(name: str, made: list[Document]) -> None:
    losing = [d.id for d in made if FORMATS.load(name)().lose(d).lost]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"corpus{SUFFIX[name]}"
        if losing:
            with pytest.raises(LossError, match="--lossy") as error:
                write(made, path)
            assert repr(losing[0]) in str(error.value)
            assert list(Path(folder).iterdir()) == []
        else:
            assert write(made, path) == []
            assert in_file_order(name, read(path, name)) == in_file_order(name, carried(name, made))


@pytest.mark.parametrize("name", ["jsonl", "labelstudio"])
@given(made=corpora())
@LAW
def test_lossless_formats_lose_nothing(name: str, made: list[Document]) -> None:
    assert carried(name, made) == made
    assert all(not FORMATS.load(name)().lose(d).lost for d in made)


def test_bioes_is_written_and_read_back(tmp_path):
    spans = ((0, 2, "U"), (3, 11, "L"), (14, 18, "L"))
    entities = tuple(
        Entity(f"e{n}", label, (Span(start, end),)) for n, (start, end, label) in enumerate(spans)
    )
    document = Document("d", "3e New York à Kiev.", entities)
    path = tmp_path / "d.bioes"
    write([document], path)
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if "\t" in line]
    assert [tag for _, tag in rows] == ["S-U", "B-L", "E-L", "O", "S-L", "O"]
    assert read(path) == [document]
