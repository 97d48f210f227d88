"""What a recipe says of a mixture, of raw texts, of followers and of strategies in files of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import bouture
from bouture.errors import RecipeError
from bouture.recipe.build import Study, build
from bouture.recipe.identity import fingerprint, used
from bouture.recipe.reader import load_recipe
from bouture.verbs.study import augment

LOCAL = "[{use: mention_replacement}, {use: shuffle_within_segments}]"


@pytest.fixture
def study(example: Path) -> Callable[..., Study]:
    def made(**settings: str) -> Study:
        named = {name.replace("__", "."): value for name, value in settings.items()}
        return build(load_recipe(example, {"evaluate": "null", **named}))

    return made


def test_a_mixture_shares_the_calls_out(study: Callable[..., Study]) -> None:
    found = study(strategies=LOCAL, mixture="{calls: 90, rounds: 3}")
    assert len(found.jobs) == 30  # the first round
    assert found.mixture is not None and found.mixture.terms.calls == 90
    assert {job.strategy for job in found.jobs} == {
        "mention_replacement",
        "shuffle_within_segments",
    }
    whole = study(strategies=LOCAL, mixture="{}")
    assert len(whole.jobs) == 3 * len(whole.train)


def test_strategies_are_told_what_is_lacking(
    study: Callable[..., Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    from bouture.strategies.shuffle_within_segments import ShuffleWithinSegments

    told = []
    init = ShuffleWithinSegments.__init__

    def hear(self, materials, options):  # type: ignore[no-untyped-def]
        told.append(materials.wanted)
        init(self, materials, options)

    monkeypatch.setattr(ShuffleWithinSegments, "__init__", hear)
    study(strategies=LOCAL, mixture="{}")
    study(strategies=LOCAL)
    assert told[0].label("HEURE") > 1 > told[0].label("LIEU")  # rare, frequent
    assert told[1].labels == {}


def test_the_fingerprint_knows_nothing_of_how_many(study: Callable[..., Study]) -> None:
    plain = fingerprint(study(strategies=LOCAL))
    for mixture in ("{calls: 10}", "{rounds: 4, shares: {mention_replacement: 3}}"):
        assert fingerprint(study(strategies=LOCAL, mixture=mixture)) == plain


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mixture": "{call: 3}"}, "did you mean `calls`"),
        ({"mixture": "{shares: {mention_replacemnt: 1}}"}, "did you mean 'mention_replacement'"),
        ({"mixture": "{shares: {rewrite: 0}}"}, "greater than 0"),
        ({"mixture": "{shares: {rewrite: .inf}}"}, "finite"),
        ({"mixture": "{factor: .inf}"}, "finite"),
        ({"mixture": "{factor: 0.001}"}, "is not one document to ask for"),
        ({"mixture": "{register_key: dat}"}, "did you mean 'date'"),
        ({"mixture": "{register_key: date}"}, "names no register"),
        ({"mixture": "[3]"}, "`mixture`: it should be keys with values"),
        ({"strategies": "[{use: duplicate, then: 3}]"}, "then`: it should be a list"),
        ({"budget__money": ".inf"}, "finite"),
        ({"mixture": "{calls: 400}"}, "more than 3 for each of the 119"),
        ({"mixture": "{factor: 0.5, calls: 60}"}, "more than 0.5 for each"),
        ({"strategies": "[{use: duplicate, samples: 2}]", "mixture": "{}"}, "shared out among all"),
        ({"strategies": "[{use: duplicate, limit: 2}]", "mixture": "{}"}, "strategies.0.limit"),
        ({"strategies": "[{use: duplicate, then: [{us: x}]}]"}, "did you mean `use`"),
        ({"strategies": "[{use: duplicate, then: [verificatoin]}]"}, "strategies.0.then.0"),
        ({"strategies": "[{use: nowhere.py:Mine}]"}, "nowhere.py cannot be read"),
        ({"corpus__raw": "nowhere.txt"}, "corpus.raw: there is no file"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(
    study: Callable[..., Study], settings: dict[str, str], said: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        study(**{"strategies": LOCAL, **settings})
    assert said in str(caught.value)


def test_a_corpus_without_documents_has_nothing_to_plan(
    study: Callable[..., Study], tmp_path: Path
) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    nothing = {"corpus__train": str(tmp_path / "empty.jsonl"), "evaluate": "null"}
    with pytest.raises(RecipeError, match=r"`corpus\.train` holds no document"):
        study(strategies=LOCAL, mixture="{}", **nothing)


def test_one_follower_needs_no_list(study: Callable[..., Study]) -> None:
    listed, alone = (
        study(strategies=f"[{{use: duplicate, then: {then}}}]").recipe.strategies[0].then
        for then in ("[verification]", "verification")
    )
    assert listed == alone and len(alone) == 1


RAW = """Des tirs ont été entendus à Kharkiv.

Le calme est revenu à Soumy.
"""


def test_raw_texts_are_read_from_lines_files_and_jsonl(
    study: Callable[..., Study], tmp_path: Path
) -> None:
    lines, folder, records = tmp_path / "live.txt", tmp_path / "texts", tmp_path / "more.jsonl"
    lines.write_text(RAW, encoding="utf-8-sig")
    (folder / "deep").mkdir(parents=True)
    (folder / "b.txt").write_text(RAW, encoding="utf-8")
    (folder / "deep" / "a.txt").write_text("Un texte.", encoding="utf-8")
    (folder / "empty.txt").write_text(" \n", encoding="utf-8")
    written = [{"text": "Sans nom."}, {"id": "n2", "text": "Nommé.", "meta": {"date": "2022"}}]
    records.write_text("\n".join(map(json.dumps, written)) + "\n", encoding="utf-8")
    for path, ids in (
        (lines, ["live-000001", "live-000003"]),
        (folder, ["b", "deep/a"]),
        (records, ["more-000001", "n2"]),
    ):
        found = study(corpus__raw=str(path)).raw
        assert [document.id for document in found] == ids
        assert not any(document.entities for document in found)
    assert found[1].meta == {"date": "2022"}
    assert study(corpus__raw=str(folder)).raw[0].text == RAW


def test_training_documents_that_are_measured_on_are_named(
    study: Callable[..., Study], tmp_path: Path, example: Path
) -> None:
    test = bouture.read(example / "test.jsonl")[0]
    train = list(bouture.read(example / "train.jsonl"))
    assert study().leaking == ()
    copied = msgspec.structs.replace(test, id="again")
    bouture.write([*train, copied], tmp_path / "train.jsonl")
    assert study(corpus__train=str(tmp_path / "train.jsonl")).leaking == ("again",)


def test_raw_texts_of_other_kinds_are_refused(study: Callable[..., Study], tmp_path: Path) -> None:
    """The lines of a table are no texts; and of a folder the file that cannot be read is named."""
    (tmp_path / "texts.csv").write_text("id,text\n1,Un texte.\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"texts\.csv is neither \.txt nor \.jsonl"):
        study(corpus__raw=str(tmp_path / "texts.csv"))
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "b.txt").write_bytes("été".encode("latin-1"))
    with pytest.raises(RecipeError, match=r"b\.txt is not UTF-8 \(byte 0\)"):
        study(corpus__raw=str(tmp_path / "texts"))
    (tmp_path / "odd.txt").write_text("Un\u2028seul\x0b texte.\r\nUn autre.\n", encoding="utf-8")
    assert len(study(corpus__raw=str(tmp_path / "odd.txt")).raw) == 2


def test_raw_texts_may_be_added_to_a_run(study: Callable[..., Study], tmp_path: Path) -> None:
    (tmp_path / "live.txt").write_text(RAW, encoding="utf-8")
    old, new = (
        json.loads(fingerprint(found))
        for found in (study(), study(corpus__raw=str(tmp_path / "live.txt")))
    )
    (added,) = {key for key in old | new if old.get(key) != new.get(key)}
    assert " " in added  # such keys need only agree where both have them


def test_raw_texts_hold_nothing_of_gold(
    study: Callable[..., Study], tmp_path: Path, example: Path
) -> None:
    test = bouture.read(example / "test.jsonl")[0]
    file = tmp_path / "raw.jsonl"
    for record, said in (
        ({"id": "x", "text": f" {test.text}\n"}, "is that of the gold document"),
        (
            {"id": "x", "text": test.text.upper().replace(" ", "  ").replace("’", "'")},
            "is that of the gold document",
        ),
        ({"id": test.id, "text": "Autre."}, "is used twice"),
        ({"id": "x"}, "no JSON object with a `text`"),
        ({"id": "x", "text": "\ud800"}, "surrogate"),
        ({"id": "x", "text": ""}, "there is no text"),
    ):
        file.write_text(json.dumps(record), encoding="utf-8")
        with pytest.raises(RecipeError, match=said):
            study(corpus__raw=str(file))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="not UTF-8"):
        study(corpus__raw=str(file))


MINE = '''
"""A strategy of my own."""

from pydantic import BaseModel

from bouture.strategies import Materials
from bouture.strategies.editing import origin_of
from bouture.strategies.dialogue import Dialogue


class Backwards:
    """The words from last to first, without annotation."""

    name = "backwards"
    {extra}

    class Options(BaseModel):
        model_config = {{"extra": "forbid"}}
        mark: str = ""

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options

    def __call__(self, document, rng) -> Dialogue:
        from bouture import Document

        text = " ".join(reversed(document.text.split())) + self.options.mark
        return [Document(document.id, text, origin=origin_of(self.name, document, self.options, "nothing"))]
        yield


number = 3
'''


@pytest.fixture
def own(tmp_path: Path, example: Path) -> Path:
    """A recipe beside a file with a strategy."""
    (tmp_path / "mine.py").write_text(MINE.format(extra=""), encoding="utf-8")
    recipe = {
        "corpus": {"train": str(example / "train.jsonl")},
        "strategies": [{"use": "mine.py:Backwards", "options": {"mark": "!"}, "limit": 3}],
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
    return tmp_path


def test_a_strategy_from_a_file_beside_the_recipe(
    own: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    summary = augment(own)
    assert summary.accepted + summary.review + summary.rejected == 3
    assert set(summary.strategies) == {"Backwards"}
    run = own / "run"
    assert augment(run).asked == 0  # its recipe names the file by its whole path
    written = (run / "recipe.yaml").read_text(encoding="utf-8")
    assert f"{own / 'mine.py'}:Backwards" in written


def test_a_file_counts_by_its_content(own: Path) -> None:
    first = build(load_recipe(own))
    assert used(first)["strategies"][0]["name"] == "Backwards"
    before = fingerprint(first)
    (own / "other.py").write_bytes((own / "mine.py").read_bytes())
    moved = load_recipe(own, {"strategies.0.use": "other.py:Backwards"})
    assert fingerprint(build(load_recipe(own))) == before
    assert fingerprint(build(moved)) == before
    (own / "mine.py").write_text(MINE.format(extra="changed = True"), encoding="utf-8")
    changed = build(load_recipe(own))
    assert fingerprint(changed) != before
    assert changed.members["Backwards"].cls.changed  # the file was read again


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (MINE, "Backward", "it defines: Backwards"),
        (MINE, "number", "it is not a class"),
        ("class Backwards:\n    pass\n", "Backwards", "no class `Options`"),
        (MINE.replace("__call__", "make"), "Backwards", "no method `__call__"),
        ("import no_such_package\n", "Backwards", "mine.py:1: No module named"),
        ("x = 1\n\ny = 1 / 0\n", "Backwards", "mine.py:3: ZeroDivisionError"),
        ("x = 1\nclass Backwards\n", "Backwards", "mine.py:2: SyntaxError"),
        ("raise ValueError\n", "Backwards", "ValueError"),
        ("import sys\n\nsys.exit(0)\n", "Backwards", "mine.py:3: SystemExit"),
        ("\0", "Backwards", "null bytes"),
    ],
)
def test_a_file_that_holds_no_strategy(own: Path, text: str, name: str, said: str) -> None:
    content = text.format(extra="") if text.startswith(MINE[:20]) else text
    (own / "mine.py").write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        build(load_recipe(own, {"strategies.0.use": f"mine.py:{name}"}))
    assert said in str(caught.value)
    assert str(caught.value).count("strategies.0") >= 1


def test_a_strategy_that_wants_raw_texts_says_so(own: Path) -> None:
    (own / "mine.py").write_text(MINE.format(extra='sources = "raw"'), encoding="utf-8")
    with pytest.raises(RecipeError, match="texts without annotation"):
        build(load_recipe(own))
    (own / "live.txt").write_text(RAW, encoding="utf-8")
    found = build(
        load_recipe(own, {"corpus.raw": str(own / "live.txt"), "strategies.0.limit": "9"})
    )
    assert [job.source for job in found.jobs] == ["live-000001", "live-000003"]
    assert set(found.sources) > {job.source for job in found.jobs}


def test_followers_come_after_the_strategy_and_count(study: Callable[..., Study]) -> None:
    pytest.importorskip("bouture.strategies.followers.catalog")
    plain = study(strategies="[{use: rewrite}]")
    both = study(strategies="[{use: rewrite, then: [verification]}]")
    assert [f.use.use for f in both.members["rewrite"].followers] == ["verification"]
    assert both.strategies["rewrite"].name == "rewrite"
    assert type(both.strategies["rewrite"]).__name__ == "Followed"
    assert both.members["rewrite"].repairs > plain.members["rewrite"].repairs
    assert fingerprint(plain) != fingerprint(both)
    assert used(both)["strategies"][0]["then"] == [{"use": "verification"}]
    local = study(strategies="[{use: duplicate, then: [{use: verification}]}]")
    assert local.local == frozenset() and local.asked == ("",)
    with pytest.raises(RecipeError, match="asks a model"):
        study(strategies="[{use: duplicate, then: [verification]}]", model="null")
