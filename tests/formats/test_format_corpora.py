"""The formats on real corpora: every one comes back the same from every format, up to what the format carries."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from bouture.corpus.document import Document
from bouture.formats import FORMATS, examine, read, validate, write

pytestmark = pytest.mark.shared
SUFFIX = {
    "jsonl": ".jsonl",
    "textmine": ".csv",
    "labelstudio": ".json",
    "brat": "",
    "conll": ".conll",
}
CORPORA = [
    "conll04/dev.jsonl",
    "conll04/train.jsonl",
    "crossner_politics/dev.jsonl",
    "crossner_politics/train.jsonl",
    "hipe2020_fr/dev.jsonl",
    "hipe2020_fr/train.jsonl",
    "mit_restaurant/dev.jsonl",
    "mit_restaurant/train.jsonl",
    "multicrossre_fr/dev.jsonl",
    "multicrossre_fr/train.jsonl",
    "popcorn_synthetic/synthetic.jsonl",
    "re3d/dev.jsonl",
    "re3d/train.jsonl",
    "textmine2025/dev.jsonl",
    "textmine2025/train.jsonl",
    "textmine2025/dev.csv",
    "textmine2025/train.csv",
    "wikineural_fr/train.jsonl",
    "wnut17/dev.jsonl",
    "wnut17/train.jsonl",
]
MOST = 120
"""Documents of a corpus that are taken through every format; the first ones."""


def arranged(name: str, documents: list[Document]) -> list[Document]:
    """Documents in the order, and with the order of entities, that the format has."""
    if name == "brat":
        return sorted(documents, key=lambda d: d.id)
    if name == "conll":
        return [
            replace(d, entities=tuple(sorted(d.entities, key=lambda e: e.spans))) for d in documents
        ]
    return documents


@pytest.mark.parametrize("corpus", CORPORA)
def test_every_corpus_through_every_format(corpus: str, shared: Path, tmp_path: Path) -> None:
    documents, issues = examine(shared / "data" / corpus)
    assert {issue.code for issue in issues} <= {"V08"}
    write(documents, tmp_path / "whole.jsonl")
    assert read(tmp_path / "whole.jsonl") == documents
    some = documents[:MOST]
    for name in FORMATS.names():
        form = FORMATS.load(name)()
        path = tmp_path / f"corpus{SUFFIX[name]}"
        write(some, path, lossy=True)
        carried = [form.lose(document).document for document in some]
        assert arranged(name, read(path)) == arranged(name, carried), name


@pytest.mark.parametrize("split", ["train", "dev"])
def test_textmine_csv_is_written_byte_for_byte(split: str, shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / "textmine2025" / f"{split}.csv"
    assert write(read(source), tmp_path / "again.csv") == []
    assert (tmp_path / "again.csv").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("split", ["train", "dev"])
def test_textmine_clusters_are_the_entities_of_the_csv(split: str, shared: Path) -> None:
    folder = shared / "data" / "textmine2025"

    def content(document: Document, prefix: str) -> object:
        entities = sorted(
            (e.id.removeprefix(prefix), e.label, sorted(e.spans)) for e in document.entities
        )
        relations = sorted(
            (r.head.removeprefix(prefix), r.label, r.tail.removeprefix(prefix))
            for r in document.relations
        )
        return document.text, entities, relations

    by_csv = {d.id: content(d, "") for d in read(folder / f"{split}.csv")}
    by_jsonl = {
        d.id.removeprefix("tm25-"): content(d, "e") for d in read(folder / f"{split}.jsonl")
    }
    assert by_jsonl == by_csv


def test_the_textmine_corpus_is_clean(shared: Path) -> None:
    assert validate(shared / "data" / "textmine2025" / "dev.csv") == []
    assert validate(shared / "data" / "textmine2025" / "dev.jsonl") == []


def test_the_example_corpus_is_clean(example: Path) -> None:
    for split in ("train", "dev", "test"):
        path = example / f"{split}.jsonl"
        assert path.exists()
        assert validate(path) == []
