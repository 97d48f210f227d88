"""Broken files: each gives exactly the intended error, with line, document id and what to do; `validate` lists them all."""

import json
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.issue import Severity
from bouture.errors import FormatError, LossError
from bouture.formats import examine, read, validate, write

GOOD = '{"id":"a","text":"Kiev tient."}\n'


def line(**fields: Any) -> str:
    """One line of JSONL about document `b`."""
    return json.dumps({"id": "b", "text": "😀 Kiev tient.", **fields}, ensure_ascii=False) + "\n"


def entity(start: Any, end: Any, text: str = "Kiev", **more: Any) -> list[dict[str, Any]]:
    return [{"id": "e1", "label": "LIEU", "start": start, "end": end, "text": text, **more}]


class Broken(NamedTuple):
    """A file with one fault, and where and how it must be told."""

    name: str
    content: str | bytes
    code: str
    line: int | None
    document: str | None
    says: str
    hint: str


HEADER = "id,text,entities,relations\r\n"
KIEV = '"[{""id"": 0, ""mentions"": [{""value"": ""Kiev"", ""start"": 0, ""end"": 4}], ""type"": ""LIEU""}]"'
TASK = '[\n{"id": 1, "data": {"text": "Kiev"}, "annotations": [{"result": [\n%s\n]}]}\n]\n'
REGION = '{"id": "r1", "type": "labels", "value": {"start": 0, "end": 4, "text": "Kiev", "labels": ["LIEU"]}}'

BROKEN = [
    # bouture JSONL
    Broken("a.jsonl", GOOD.encode() + '{"id":"é"}\n'.encode("latin-1"), "V01", 2, None, "byte 8 ", "Windows-1252"),
    Broken("a.jsonl", GOOD.encode("utf-16"), "V01", 1, None, "byte 1 ", "UTF-16"),
    Broken("a.jsonl", GOOD + '{"id":"b","text":"Kie', "V04", 2, None, "stops in the middle", "cut short"),
    Broken("a.jsonl", GOOD + "{'id':'b'}\n", "V03", 2, None, "not valid JSON", "correct the line"),
    Broken("a.jsonl", GOOD + "[1]\n", "V06", 2, None, "found [1]", "correct"),
    Broken("a.jsonl", GOOD + '{"text":"x"}\n', "V05", 2, None, "document has no 'id'", "'text'"),
    Broken("a.jsonl", GOOD + '{"id":"b"}\n', "V05", 2, "b", "document has no 'text'", "'id'"),
    Broken("a.jsonl", GOOD + '{"id":"b","text":null}\n', "V06", 2, "b", "found None", "correct"),
    Broken("a.jsonl", GOOD + '{"id":"b","text":"\\ud83d"}\n', "V17", 2, "b", "surrogate", "UTF-8"),
    Broken("a.jsonl", GOOD + GOOD, "V10", 2, "a", "'a' is used twice; first in", "own id"),
    Broken("a.jsonl", line(entities=entity(3, 7)), "V13", 1, "b", "is 'iev ', the file says 'Kiev'", "UTF-16 units"),
    Broken("a.jsonl", line(entities=entity(5, 9)), "V13", 1, "b", "the file says 'Kiev'", "UTF-8 bytes"),
    Broken("a.jsonl", line(entities=entity(3, 7), text="«Kiev» tient."), "V13", 1, "b", "the file says", "at 1-5"),
    Broken("a.jsonl", line(entities=entity(4, 8), text="a Kiev tient."), "V13", 1, "b", "the file says", "at 2-6"),
    Broken("a.jsonl", line(entities=entity(3, 7), text="a Kiev tient."), "V13", 1, "b", "the file says", "count from 1"),
    Broken("a.jsonl", line(entities=entity(2, 5), text="a Kiev tient."), "V13", 1, "b", "the file says", "end is included"),
    Broken("a.jsonl", line(entities=entity(3, 7), text="a\r\n\nKiev"), "V13", 1, "b", "the file says", "line ends of one"),
    Broken("a.jsonl", line(entities=entity(3, 7), text="a\nKiev"), "V12", 1, "b", "3-7 is not inside the text (6 char", "CRLF"),
    Broken(
        "a.jsonl",
        line(entities=entity(6, 10), text=unicodedata.normalize("NFD", "été à Kiev, là")),
        "V13", 1, "b", "the file says 'Kiev'", "NFC form",
    ),
    Broken("a.jsonl", line(entities=entity(0, 5, "Minsk"), text="a Kiev"), "V13", 1, "b", "the file says 'Minsk'", "correct"),
    Broken("a.jsonl", line(entities=entity(0, 99)), "V12", 1, "b", "0-99 is not inside", "code points"),
    Broken("a.jsonl", line(entities=entity(2, 2)), "V12", 1, "b", "2-2 is not inside", "end excluded"),
    Broken("a.jsonl", line(entities=entity(-2, 2)), "V12", 1, "b", "-2-2 is not inside", "from 0"),
    Broken("a.jsonl", line(entities=entity("deux", 6)), "V06", 1, "b", "'start' should be a whole number", "correct"),
    Broken("a.jsonl", line(entities=entity(2, None)), "V06", 1, "b", "'end' should be a whole number", "correct"),
    Broken("a.jsonl", line(entities=[{"id": "e1", "start": 2, "end": 6}]), "V05", 1, "b", "entity 'e1' has no 'label'", "'start'"),
    Broken("a.jsonl", line(entities=[{"id": "e1", "label": "X", "mentions": []}]), "V05", 1, "b", "no 'mentions'", "[]"),
    Broken("a.jsonl", line(entities={"e1": 1}), "V06", 1, "b", "'entities' should be a list", "correct"),
    Broken("a.jsonl", line(entities=entity(2, 6) * 2), "V11", 1, "b", "entity id 'e1' is used twice", "own id"),
    Broken(
        "a.jsonl", line(entities=entity(2, 6), relations=[{"head": "e1", "label": "R", "tail": "e9"}]),
        "V14", 1, "b", "e1 | R | e9 points to entity 'e9'", "remove the relation",
    ),
    Broken("a.jsonl", line(relations=[["e1", "R", "e2"]]), "V06", 1, "b", "'relation' should be an object", "correct"),
    Broken("a.jsonl", line(meta=[1]), "V06", 1, "b", "'meta' should be an object", "correct"),
    Broken("a.jsonl", line(origin={"sample": 1}), "V03", 1, "b", "missing required field `strategy`", "correct"),
    Broken("a.jsonl", line(entities=entity(2, 6), clusters={"c": ["e1", "e2"]}), "V19", 1, "b", "cluster 'c' names 'e2'", "group"),
    Broken(
        "a.jsonl",
        line(entities=[*entity(2, 6), {"id": "e2", "label": "Y", "start": 0, "end": 1}], clusters={"c": ["e1", "e2"]}),
        "V18", 1, "b", "cluster 'c' joins mentions with different labels: LIEU, Y", "share its label",
    ),
    Broken(
        "a.jsonl", line(entities=entity(2, 6), relations=[{"head": "e1", "label": "", "tail": "e1"}]),
        "V05", 1, "b", "has no 'label'", "''",
    ),
    Broken("a.jsonl", line(entities=[{"id": "", "label": "X", "start": 2, "end": 6}]), "V05", 1, "b", "no 'id'", "''"),
    # TextMine
    Broken("a.csv", "id,text,relations\r\n1,x,[]\r\n", "V05", 1, None, "header has no 'entities'", "id, text, relations"),
    Broken("a.csv", HEADER + f"1,Kiev,{KIEV},[]\r\n2,\"Ki\r\n", "V04", 3, None, "middle of a row", "cut short"),
    Broken("a.csv", HEADER + "1,Kiev\r\n", "V03", 2, None, "2 cells for 4 columns", "correct") ,
    Broken("a.csv", HEADER + '1,"a\r\nb\nc",[],[]\r\n2,Kiev,[{],[]\r\n', "V03", 5, "2", "not valid JSON (entities)", "correct"),
    Broken("a.csv", HEADER + f'2,Kiev,{KIEV},"[[0, ""R"", 7]]"\r\n', "V14", 2, "2", "entity '7'", "remove"),
    Broken("a.csv", HEADER + f'2,Kiev,{KIEV},"[[0, ""R""]]"\r\n', "V06", 2, "2", '[head, "LABEL", tail]', "correct"),
    Broken("a.csv", HEADER + f"2,a Kiev,{KIEV},[]\r\n", "V13", 2, "2", "the file says 'Kiev'", "at 2-6"),
    Broken("a.csv", HEADER + "2,a,[],[]\r\n2,b,[],[]\r\n", "V10", 3, "2", "used twice; first in", "own id"),
    Broken("a.csv", HEADER.encode() + b"1,\xe9t\xe9,[],[]\r\n", "V01", 2, None, "byte 3 ", "Windows-1252"),
    Broken("a.csv", "", "V05", 1, None, "file has no 'id'", "∅"),
    # Label Studio
    Broken("a.json", TASK[:60], "V04", 2, None, "middle of a task", "cut short"),
    Broken("a.json", '{"id": 1}', "V03", 1, None, "should be a list", "export"),
    Broken("a.json", '[{"id": 1, "text": "x", "label": []}]', "V41", 1, None, "JSON-MIN", "not as JSON-MIN"),
    Broken("a.json", '[\n{"id": 1, "data": {"url": "u", "titre": "t"}}]', "V05", 2, "1", "no 'text'", "'titre'"),
    Broken("a.json", TASK % REGION.replace("0, ", "1, "), "V13", 2, "1", "says 'Kiev'", "at 0-4"),
    Broken("a.json", TASK % REGION.replace('"LIEU"', ""), "V05", 2, "1", "region 'r1' has no 'labels'", "[]"),
    Broken("a.json", TASK % REGION.replace("0, ", '"/div[1]", '), "V06", 2, "1", "'start' should be a whole number", "correct"),
    Broken(
        "a.json", TASK % (REGION + ', {"type": "relation", "from_id": "r1", "to_id": "zz", "labels": ["R"]}'),
        "V14", 2, "1", "entity 'zz'", "remove",
    ),
    Broken("a.json", '[{"id": 1, "data": {"text": "a\\ud83d"}, "annotations": [{"result": []}]}]', "V17", 1, "1", "offset 1", "UTF-8"),
    # brat (the text is « Kiev, Lviv »)
    Broken("d.ann", "T1\tLIEU 0 2;3 4\tKie v\n", "V35", 1, "d", "discontinuous (0 2;3 4)", "one stretch"),
    Broken("d.ann", "T1\tLIEU 0 4\tKiev\nE1\tAttaque:T1\n", "V36", 2, "d", "E1 is an event", "R line"),
    Broken("d.ann", "T1\tLIEU 0 4\tLviv\n", "V13", 1, "d", "the file says 'Lviv'", "at 6-10"),
    Broken("d.ann", "T1\tLIEU 0 40\tKiev\n", "V12", 1, "d", "0-40 is not inside", "code points"),
    Broken("d.ann", "T1\tLIEU 0 4\tKiev\nR1\tX Arg1:T1 Arg2:T2\n", "V14", 2, "d", "T1 | X | T2 points to entity 'T2'", "remove"),
    Broken("d.ann", "T1\tLIEU 0 4\tKiev\nT1\tLIEU 6 10\tLviv\n", "V11", 2, "d", "'T1' is used twice", "own id"),
    Broken("d.ann", "T1\tLIEU 0 4\tKiev\nT2\tGPE 6 10\tLviv\n*\tIdentity T1 T2\n", "V18", 3, "d", "GPE, LIEU", "label"),
    Broken("d.ann", "T1\tLIEU 0 4\tKiev\n*\tIdentity T1 T9\n", "V19", 2, "d", "names 'T9'", "group"),
    Broken("d.ann", "T1 LIEU 0 4 Kiev\n", "V03", 1, "d", "not valid brat", "correct"),
    Broken("d.ann", b"T1\tLIEU 0 4\tKiev\nT2\tLIEU 6 10\tLv" + b"\xff\n", "V01", 2, "d", "byte 16 ", "Windows"),
    Broken("seul.ann", "", "V37", None, "seul", "seul.txt is missing", "together"),
    # CoNLL
    Broken("a.conll", "# id = d\nKiev\tB-LIEU\ntient\tO\nbon\tLIEU\n", "V06", 4, "d", "found 'LIEU'", "correct"),
    Broken("a.conll", "# id = d\nKiev\tB-LIEU\ntient\n", "V05", 3, "d", "line has no 'token + tag'", "tient"),
    Broken("a.conll", "Kiev\tNOUN\ntient\tVERB\n", "V41", 1, None, "no column holds BIO tags", "O, B-LABEL"),
    Broken("a.conll", "# id = d\nKiev\tO\n\n# id = d\nLviv\tO\n", "V10", 4, "d", "first in", "own id"),
    Broken("a.conll", '# id = d\n# entities = ["a", "b"]\nKiev\tB-X\n', "V06", 1, "d", "a list of 1 ids", "correct"),
    Broken("a.conll", '# id = d\n# entities = [""]\nKiev\tB-X\n', "V05", 1, "d", "entity has no 'id'", "''"),
    Broken("a.conll", b"# id = d\nKi\xe9v\tO\n", "V01", 2, None, "byte 3 ", "Windows-1252"),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: f"{b.name}-{b.code}-{b.says[:30]}")
def test_broken_file(broken: Broken, tmp_path: Path) -> None:
    path = tmp_path / broken.name
    content = broken.content
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    (tmp_path / "d.txt").write_text("Kiev, Lviv", encoding="utf-8")
    name = "conll" if path.suffix == ".conll" else None
    with pytest.raises(FormatError) as caught:
        read(path, name)
    error = caught.value
    assert (error.path, error.line, error.document) == (str(path), broken.line, broken.document)
    assert broken.says in error.message
    assert broken.hint in error.hint
    errors = [i for i in validate(path, name) if i.severity is Severity.REJECT]
    assert [i.code for i in errors] == [broken.code]
    assert errors[0].place.path == str(path)
    assert (errors[0].place.line or None, errors[0].place.document or None) == error_place(error)
    assert errors[0].message_fr != errors[0].message


def error_place(error: FormatError) -> tuple[int | None, str | None]:
    return error.line, error.document


def test_validate_lists_everything_at_once_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        line(entities=[*entity(0, 99), *entity(0, 4, "Lviv", id="e2")]),
        GOOD,
        "{oops}\n",
        GOOD,
        line(id="c", relations=[{"head": "x", "label": "R", "tail": "x"}]),
        '{"id":"d","text":"\n',
        '{"id":"f","text":"Kiev tient.","note":1}\n',
        '{"id":"g","text":"  "}\n',
        '{"id":"h","text":"Ki',
    ]
    path.write_text("".join(lines), encoding="utf-8")
    assert [(i.place.line, i.place.document, i.code) for i in validate(path)] == [
        (1, "b", "V12"),
        (1, "b", "V13"),
        (3, "", "V03"),
        (4, "a", "V10"),
        (5, "c", "V14"),
        (6, "", "V03"),
        (7, "f", "V80"),
        (7, "", "V08"),
        (8, "g", "V81"),
        (9, "", "V04"),
    ]


def test_what_is_unambiguous_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    twice = {"head": "e1", "label": "R", "tail": "e1"}
    record = line(
        id=7,
        entities=[
            {
                "id": 1,
                "label": "LIEU",
                "mentions": [{"start": "2", "end": 6.0}, {"start": 2, "end": 6}],
            }
        ],
        relations=[{"head": 1, "label": "R", "tail": "1"}, {"head": "1", "label": "R", "tail": 1}],
        inconnu=twice,
    )
    path.write_bytes(b"\xef\xbb\xbf" + record.encode() + b"\n  \r\n")
    (document,), issues = examine(path)
    assert document == Document(
        "7", "😀 Kiev tient.", (Entity("1", "LIEU", (Span(2, 6),)),), (Relation("1", "R", "1"),)
    )
    assert [issue.code for issue in issues] == ["V02", "V07", "V07", "V16", "V15", "V08"]


def test_a_relation_drawn_without_a_label_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    relation = ', {"type": "relation", "from_id": "r1", "to_id": "r1", "labels": []}'
    path.write_text(TASK % (REGION + relation), encoding="utf-8")
    [document], [issue] = examine(path)
    assert len(document.entities) == 1 and document.relations == ()
    assert (issue.code, issue.severity) == ("V34", Severity.REVIEW)
    assert "relations sans type" in issue.message_fr


def test_crlf_files_and_crlf_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id":"a","text":"x\\r\\ny"}\r\n{"id":"b","text":"z"}\r\n')
    assert [document.text for document in read(path)] == ["x\r\ny", "z"]


def test_empty_files_and_documents(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.conll"):
        (tmp_path / name).write_bytes(b"")
        assert read(tmp_path / name) == []
        assert [issue.code for issue in validate(tmp_path / name)] == ["V09"]
    (tmp_path / "c.json").write_text("[]", encoding="utf-8")
    assert read(tmp_path / "c.json") == []


def test_doubtful_mentions_are_warned_of(tmp_path: Path) -> None:
    text = "Hier, Kiev. Les Ukrainiens, « Le Monde », M. Dupont et U.S. Army."
    wanted = {
        "V82": [(5, 10)],
        "V83": [(6, 11), (16, 27)],
        "V84": [(16, 24)],
        "V85": [(0, 9)],
        "": [(6, 10), (28, 40), (42, 44), (55, 59)],
    }
    spans = [span for listed in wanted.values() for span in listed]
    entities = tuple(Entity(f"e{n}", "X", (Span(*span),)) for n, span in enumerate(spans))
    write([Document("d", text, entities)], tmp_path / "a.jsonl")
    issues = validate(tmp_path / "a.jsonl")
    found = {code: [] for code in wanted if code} | {i.code: [] for i in issues}
    for issue in issues:
        found[issue.code].append((issue.place.start, issue.place.end))
    assert found["V82"] == wanted["V82"]
    assert found["V83"] == wanted["V83"]
    assert found["V84"] == [(0, 9), (16, 24)]
    assert set(found["V85"]) >= {(0, 9)}
    assert {i.severity for i in issues} == {Severity.REVIEW}


def test_losing_is_told_by_document(tmp_path: Path) -> None:
    two = Entity("a", "X", (Span(0, 4), Span(5, 10)))
    made = [
        Document(
            "d1", "Kiev tient.", (two, Entity("b", "Y", (Span(0, 10),))), (Relation("a", "R", "b"),)
        ),
        Document("d2", "Kiev"),
        Document("d3", "Kiev", (Entity("b", "Y Z", (Span(0, 4),)),), meta={"date": 1}),
    ]
    path = tmp_path / "a.conll"
    with pytest.raises(LossError) as caught:
        write(made, path)
    assert caught.value.message == (
        "conll cannot carry everything: in 1 document ('d1'): 1 relations; "
        "in 1 document ('d1'): the link between the mentions of 1 entities with several; "
        "in 1 document ('d1'): 2 mentions inside or across another: a, a.1; "
        "in 1 document ('d3'): the metadata: date; in 1 document ('d3'): labels with spaces: Y Z"
    )
    issues = write(made, path, lossy=True)
    assert [(i.code, i.place.document, i.place.path) for i in issues] == [
        ("V60", "d1", str(path)),
        ("V61", "d1", str(path)),
        ("V62", "d1", str(path)),
        ("V64", "d3", str(path)),
        ("V66", "d3", str(path)),
    ]
    assert [[(m.text, m.label) for m in d.mentions()] for d in read(path)] == [
        [("Kiev tient", "Y")],
        [],
        [("Kiev", "Y_Z")],
    ]


def test_writing_documents_with_one_id(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="two documents have this id"):
        write([Document("d", "x"), Document("d", "y")], tmp_path / "a.jsonl")
    assert not (tmp_path / "a.jsonl").exists()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write([Document("d", "x")], path)
    with pytest.raises(FormatError, match="cannot be written as JSON") as caught:
        write([Document("e", "y"), Document("f", "z", meta={"bad": object()})], path)
    assert caught.value.document == "f"
    assert read(path) == [Document("d", "x")]
    assert [p.name for p in tmp_path.iterdir()] == ["a.jsonl"]


GUIDE = """---
title: Lieux
language: fr
version: "1.0"
---
## Entités
### LIEU
**Définition.** Un endroit.
- [LIE-I1] Les villes sont des lieux.
  - Exemple : Il part pour <e id="E1" t="LIEU">Lviv</e>.
"""


def test_validate_with_a_guide_places_what_it_finds(tmp_path: Path) -> None:
    from bouture.corpus.guide_reader import parse_guide

    guide = parse_guide(GUIDE)
    path = tmp_path / "a.jsonl"
    good = Document("a", "Kiev tient.", (Entity("e1", "LIEU", (Span(0, 4),)),))
    bad = Document("b", "Kiev et Lviv.", (Entity("e1", "VILLE", (Span(0, 4),)),))
    write([good], path)
    assert not any(i.severity is Severity.REJECT for i in validate(path, guide=guide))
    write([good, bad], path)
    issues = [i for i in validate(path, guide=guide) if i.severity is Severity.REJECT]
    assert issues
    assert all("VILLE" in issue.message for issue in issues)
    assert [i for i in issues if i.place.document == "b"] == [
        i for i in issues if (i.place.path, i.place.line) == (str(path), 2)
    ]


def test_fields_of_a_label_studio_project_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    task = {
        "data": {"phrase": "a", "id": "d", "rang": 3, "meta": {"x": "a"}},
        "annotations": [{"result": []}],
    }
    path.write_text(json.dumps([task]), encoding="utf-8")
    assert read(path) == [Document("d", "a", meta={"x": "a", "rang": 3})]
    write(read(path), path)
    assert read(path) == [Document("d", "a", meta={"x": "a", "rang": 3})]
