"""Files as other tools write them, read in full: a Label Studio export, a brat folder, a CoNLL file; and what bouture writes."""

import json
from pathlib import Path

import pytest

from bouture.corpus.document import Document, Entity, Origin, Relation, Span
from bouture.errors import FormatError
from bouture.formats import examine, read, write

GOLDEN = Path(__file__).parent / "golden"

DOCUMENT = Document(
    "direct-1",
    "Zelensky à Kiev : « Je reste. »",
    (
        Entity("E1", "PERSONNE", (Span(0, 8), Span(20, 22))),
        Entity("E2", "LIEU", (Span(11, 15),)),
    ),
    (Relation("E1", "SITUÉ_À", "E2"), Relation("E1", "GENDER_MALE", "E1")),
    Origin("rewrite", sources=("direct-0",)),
    {"heure": "10:05"},
)


def test_label_studio_export() -> None:
    documents, issues = examine(GOLDEN / "labelstudio.json")
    assert documents == [
        Document(
            "101",
            "Le maire de Kiev, Vitali Klitschko, appelle au calme.",
            (
                Entity("Kx1", "FONCTION", (Span(3, 16),)),
                Entity("Kx2", "LIEU", (Span(12, 16),)),
                Entity("Kx2.2", "ORGANISATION", (Span(12, 16),)),
                Entity("Kx3", "PERSONNE", (Span(18, 34),)),
            ),
            (Relation("Kx3", "EXERCE", "Kx1"), Relation("Kx3", "SITUÉ_À", "Kx2")),
            meta={"heure": "10:05"},
        ),
        Document("alerte", "🔴 Alerte à Lviv.", (Entity("p1", "LIEU", (Span(11, 15),)),)),
        Document("104", "À suivre."),
    ]
    assert [(issue.code, issue.place.document) for issue in issues] == [
        ("V30", "101"),
        ("V34", "101"),
        ("V33", "101"),
        ("V40", "alerte"),
        ("V31", "103"),
        ("V32", "104"),
    ]
    assert "13 (2022-03-03T11:00:00.000000Z)" in issues[0].message


def test_brat_folder() -> None:
    documents, issues = examine(GOLDEN / "brat")
    assert documents == [
        Document(
            "direct-12",
            "Le 2 mars, le maire de Kiev, Vitali Klitschko,\r\na parlé. "
            "« La ville tient », a dit le maire.\n",
            (
                Entity("T1", "DATE", (Span(3, 9),)),
                Entity("T2", "FONCTION", (Span(14, 27),)),
                Entity("T3", "LIEU", (Span(23, 27),)),
                Entity("T4", "PERSONNE", (Span(29, 45), Span(83, 91))),
            ),
            (Relation("T4", "EXERCE", "T2"), Relation("T4", "SITUÉ_À", "T3")),
        ),
        Document(
            "direct-13", "Rien à signaler 😀 à Lviv.\n", (Entity("ville", "LIEU", (Span(20, 24),)),)
        ),
    ]
    assert [issue.code for issue in issues] == ["V34", "V34"]
    assert read(GOLDEN / "brat" / "direct-13.ann") == documents[1:]
    assert read(GOLDEN / "brat" / "direct-13.txt") == documents[1:]


def test_conll_file() -> None:
    documents, issues = examine(GOLDEN / "direct.conll")
    assert [document.text for document in documents] == [
        "Le maire de Kiev, Vitali Klitschko, a dit :\nl'armée russe recule.",
        "Lviv # 3",
    ]
    assert [[(m.label, m.text) for m in document.mentions()] for document in documents] == [
        [("LIEU", "Kiev"), ("PERSONNE", "Vitali Klitschko"), ("ORGANISATION", "armée russe")],
        [("LIEU", "Lviv")],
    ]
    assert [document.id for document in documents] == ["direct-1", "direct-2"]
    assert {issue.code for issue in issues} == {"V38", "V39"}


@pytest.mark.parametrize(
    ("rows", "mentions"),
    [
        ("a B-X\nb I-X\nc O", ["a b"]),
        ("a I-X\nb I-X\nc I-Y", ["a b", "c"]),
        ("a I-X\nb B-X\nc I-X", ["a", "b c"]),
        ("a B-X\nb E-X\nc S-X", ["a b", "c"]),
        ("a U-X\nb B-X\nc L-X", ["a", "b c"]),
        ("a S-X\nb I-X\nc O", ["a", "b"]),
        ("a B-X\n\nb I-X\nc O", ["a", "b"]),
        ("O\ta\nB-X\tb\nI-X\tc", ["b c"]),
        ("TOKEN\tNE\tFINE\na\tB-X\tB-Z\nb\tI-X\tO\nc\tO\tO", ["a b"]),
        ("1\ta\tB-X\t_\n2\tb\tI-X\t_\n3\tc\tO\t_", ["a b"]),
    ],
)
def test_conll_schemes(tmp_path: Path, rows: str, mentions: list[str]) -> None:
    path = tmp_path / "a.conll"
    path.write_text(rows + "\n", encoding="utf-8")
    assert [m.text for document in read(path) for m in document.mentions()] == mentions


def test_conll_without_document_marks_is_one_document_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "phrases.tsv"
    path.write_text("Kiev\tB-LIEU\ntient\tO\n\nLviv\tB-LIEU\n", encoding="utf-8")
    assert [(d.id, d.text) for d in read(path)] == [
        ("phrases-1", "Kiev tient"),
        ("phrases-2", "Lviv"),
    ]


def test_conll_u_texts_and_glued_tokens(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    path.write_text(
        "# newdoc id = d7\n# sent_id = 1\n# text = Kiev?  Oui\nKiev\tB-LIEU\n?\tO\nOui\tO\n\n"
        "# newdoc id = d8\nKiev\tB-LIEU\tSpaceAfter=No\n?\tO\t_\nOui\tO\t_\n",
        encoding="utf-8",
    )
    assert [(d.id, d.text) for d in read(path)] == [("d7", "Kiev?  Oui"), ("d8", "Kiev? Oui")]


def test_what_is_written_in_full(tmp_path: Path) -> None:
    write([DOCUMENT], tmp_path / "a.jsonl")
    assert json.loads((tmp_path / "a.jsonl").read_text("utf-8")) == {
        "id": "direct-1",
        "text": "Zelensky à Kiev : « Je reste. »",
        "entities": [
            {
                "id": "E1",
                "label": "PERSONNE",
                "mentions": [
                    {"start": 0, "end": 8, "text": "Zelensky"},
                    {"start": 20, "end": 22, "text": "Je"},
                ],
            },
            {"id": "E2", "label": "LIEU", "start": 11, "end": 15, "text": "Kiev"},
        ],
        "relations": [
            {"head": "E1", "label": "SITUÉ_À", "tail": "E2"},
            {"head": "E1", "label": "GENDER_MALE", "tail": "E1"},
        ],
        "origin": {"strategy": "rewrite", "sources": ["direct-0"]},
        "meta": {"heure": "10:05"},
    }
    write([DOCUMENT], tmp_path / "a.csv", lossy=True)
    assert (tmp_path / "a.csv").read_bytes().decode() == (
        "id,text,entities,relations\r\n"
        'direct-1,Zelensky à Kiev : « Je reste. »,"[{""id"": 0, ""mentions"": ['
        '{""value"": ""Zelensky"", ""start"": 0, ""end"": 8}, {""value"": ""Je"", ""start"": 20, ""end"": 22}], '
        '""type"": ""PERSONNE""}, {""id"": 1, ""mentions"": [{""value"": ""Kiev"", ""start"": 11, ""end"": 15}], '
        '""type"": ""LIEU""}]","[[0, ""SITUÉ_À"", 1], [0, ""GENDER_MALE"", 0]]"\r\n'
    )
    write([DOCUMENT], tmp_path / "brat", lossy=True)
    assert (tmp_path / "brat" / "direct-1.ann").read_text("utf-8") == (
        "T1\tPERSONNE 0 8\tZelensky\nT2\tPERSONNE 20 22\tJe\nT3\tLIEU 11 15\tKiev\n"
        "*\tIdentity T1 T2\nR1\tSITUÉ_À Arg1:T1 Arg2:T3\nR2\tGENDER_MALE Arg1:T1 Arg2:T1\n"
        "#1\tEntityId T1\tE1\n#2\tEntityId T3\tE2\n"
    )
    write([DOCUMENT], tmp_path / "a.conll", lossy=True)
    assert (tmp_path / "a.conll").read_text("utf-8") == (
        "# id = direct-1\n# text = Zelensky à Kiev : « Je reste. »\n# entities = "
        '["E1", "E2", "E1.1"]\nZelensky\tB-PERSONNE\nà\tO\nKiev\tB-LIEU\n:\tO\n«\tO\nJe\tB-PERSONNE\n'
        "reste\tO\n.\tO\n»\tO\n\n"
    )


def test_label_studio_regions_written(tmp_path: Path) -> None:
    write([DOCUMENT], tmp_path / "a.json")
    (task,) = json.loads((tmp_path / "a.json").read_text("utf-8"))
    result = task["annotations"][0]["result"]
    assert result[1] == {
        "id": "r0.1",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 20, "end": 22, "text": "Je", "labels": ["PERSONNE"]},
        "meta": {"entity": "E1"},
    }
    assert result[3] == {
        "type": "relation",
        "from_id": "E1",
        "to_id": "E2",
        "direction": "right",
        "labels": ["SITUÉ_À"],
    }


def test_label_studio_relabelled_and_renumbered_regions(tmp_path: Path) -> None:
    """What a person does in the tool: region ids change, one mention gets another label."""
    write([DOCUMENT], tmp_path / "a.json")
    task = json.loads((tmp_path / "a.json").read_text("utf-8"))
    text = (
        json.dumps(task)
        .replace('"r0.1"', '"xYz"')
        .replace('"E1", "from_name"', '"aBc", "from_name"')
    )
    task = json.loads(
        text.replace('"from_id": "E1"', '"from_id": "aBc"').replace(
            '"to_id": "E1"', '"to_id": "aBc"'
        )
    )
    (tmp_path / "b.json").write_text(json.dumps(task), encoding="utf-8")
    assert read(tmp_path / "b.json") == [DOCUMENT]
    task[0]["annotations"][0]["result"][1]["value"]["labels"] = ["PRONOM"]
    (tmp_path / "c.json").write_text(json.dumps(task), encoding="utf-8")
    (document,), (issue,) = examine(tmp_path / "c.json")
    assert [(e.id, e.label, e.spans) for e in document.entities] == [
        ("E1", "PERSONNE", (Span(0, 8),)),
        ("E1.2", "PRONOM", (Span(20, 22),)),
        ("E2", "LIEU", (Span(11, 15),)),
    ]
    assert issue.code == "V42"


def test_brat_never_overwrites_a_folder_with_files(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("à garder", encoding="utf-8")
    with pytest.raises(FormatError, match="not empty"):
        write([Document("d", "x")], tmp_path, "brat")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "à garder"


def test_brat_document_ids_become_file_names(tmp_path: Path) -> None:
    made = [Document(id, "x") for id in (".x", "100%41", "a/b", "a:b*?", "é«à»", "fin.", "../..")]
    write(made, tmp_path / "out")
    assert all(path.parent == tmp_path / "out" for path in (tmp_path / "out").rglob("*"))
    assert {d.id for d in read(tmp_path / "out")} == {d.id for d in made}


def test_formats_are_guessed(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.csv", "c.json", "d", "e.conll"):
        write([Document("d", "texte")], tmp_path / name)
        assert read(tmp_path / name) == [Document("d", "texte")]
    (tmp_path / "corpus.data").write_bytes((tmp_path / "b.csv").read_bytes())
    assert read(tmp_path / "corpus.data") == [Document("d", "texte")]
    with pytest.raises(FormatError, match="known: jsonl") as error:
        write([], tmp_path / "a.docx")
    assert "labelstudio (.json)" in str(error.value)
    (tmp_path / "note.md").write_text("# Bonjour", encoding="utf-8")
    with pytest.raises(FormatError, match="no known format"):
        read(tmp_path / "note.md")
    with pytest.raises(FormatError, match="no such file"):
        read(tmp_path / "absent.jsonl")
