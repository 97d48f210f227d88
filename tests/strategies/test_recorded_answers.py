"""Recorded answers of real models: a sample of each collection is read, and each code is given where it belongs."""

import importlib.util
import json
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

from conftest import ROOT


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


proggen = _module(ROOT / "benchmarks" / "proggen_answers.py")
recorded = _module(ROOT / "benchmarks" / "recorded_answers.py")


@pytest.mark.parametrize("collection", recorded.COLLECTIONS)
def test_a_sample_of_each_collection_is_read_or_coded(shared, collection):
    items = list(islice(recorded.COLLECTIONS[collection](shared / "llm_answers"), 1500))
    assert len(items) > 100
    assert all(item.parsed or item.codes for item in items)
    assert sum(item.parsed for item in items) >= 0.9 * len(items)


def test_proggen_is_read_at_98_percent(shared):
    counts: Counter[str] = Counter()
    for item in recorded.proggen(shared / "llm_answers", every=9):
        counts["parsed" if item.parsed else "coded" if item.codes else "neither"] += 1
    assert counts["parsed"] + counts["coded"] >= 0.98 * counts.total()
    assert counts["parsed"] >= 0.98 * counts.total()


ITEM = '1. Query: "{}"\nNamed Entities: {}'


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (ITEM.format("sushi in Boston", "[sushi (Dish), Boston (Location)]"), ["M12"]),
        ("sushi in Boston\nNamed Entities: []", []),
        (ITEM.format("sushi please", "[sushi (Dish), fish (Dish)]"), ["M12", "M07"]),
        (ITEM.format("Sushi please", "[sushi (Dish)]"), ["M12", "M07 (case only)"]),
        (ITEM.format("Austrian food", "[Austria (Location)]"), ["M12", "M08"]),
        (ITEM.format("sushi, more sushi", "[sushi (Dish)]"), ["M12", "M09"]),
        (
            ITEM.format(
                "London Stock Exchange", "[London (Location), London Stock Exchange (Amenity)]"
            ),
            ["M12", "M10"],
        ),
        (ITEM.format("cheap sushi", "[cheap (Price), cheap (Rating)]"), ["M12", "M11"]),
        (ITEM.format("sushi please", "[sushi (Product)]"), ["M12", "M06"]),
        (ITEM.format("Bach, sushi", "[Bach, sushi (Dish)]"), ["M12", "M05"]),
        (ITEM.format("sushi please", "[sushi (Dish)"), ["M12", "M03"]),
        (ITEM.format("open [Hours] please", "[]"), ["M12", "M18"]),
    ],
)
def test_codes_of_sentences(answer, codes):
    [item] = proggen.sentences_of(answer, "mit_restaurant")
    assert Counter(item.codes) == Counter(codes) and item.parsed


def test_sentences_without_a_list_and_refusals():
    two = "1. one\n\n2. two\nNamed Entities: []\n\n3. three"
    assert [item.codes for item in proggen.sentences_of(two, "x")][::2] == [("M04",), ("M04",)]
    [refusal] = proggen.sentences_of("I'm sorry, but I cannot assist with that.", "x")
    assert refusal.codes == ("M01",) and not refusal.parsed


def test_the_strategy_of_the_example_reads_proggens_form():
    from strategies.driving import converse, gold, materials

    strategy_file = _module(ROOT / "examples" / "proggen-restaurant" / "proggen.py")
    [document] = gold('<e id="1" t="Dish">sushi</e> near <e id="2" t="Location">Boston</e>')
    known = materials([document], language="en", model="m")
    strategy = strategy_file.ProgGen(known, strategy_file.ProgGen.Options(vary="Vary"))
    answer = (
        ITEM.format("pizza in Rome", "[pizza (dish), Rome (Location)]")
        + "\n\n"
        + ITEM.format("cheap ramen", "[ramen noodles (Dish), cheap (Price)]").replace("1.", "2.")
    )
    made, requests = converse(strategy, document, [answer])
    assert "sushi (Dish), Boston (Location)" in requests[0].messages[0].content
    assert [[m.text for m in d.mentions()] for d in made] == [["pizza", "Rome"], []]
    assert [[i.code for i in d.origin.issues] for d in made] == [[], ["M06", "M07"]]


def test_the_example_is_prepared_from_the_collections(shared, tmp_path, monkeypatch):
    prepare = _module(ROOT / "examples" / "proggen-restaurant" / "prepare.py")
    monkeypatch.setattr(prepare, "HERE", tmp_path)
    prepare.corpora(shared)
    import bouture

    train, test = bouture.read(tmp_path / "train.jsonl"), bouture.read(tmp_path / "test.jsonl")
    assert (len(train), len(test)) == (prepare.GOLD, prepare.TEST)
    assert not {d.text for d in train} & {d.text for d in test}
    asked = [
        {"key": f"{n:064x}", "messages": [{"role": "user", "content": words}]}
        for n, words in enumerate(prepare.VARIANTS)
    ]
    requests = tmp_path / "requests"
    requests.mkdir()
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    (requests / "requests-001.jsonl").write_text(lines, encoding="utf-8")
    prepare.answers(shared, requests)
    answers = [json.loads(line) for line in (tmp_path / "answers.jsonl").open(encoding="utf-8")]
    assert [a["key"] for a in answers] == [a["key"] for a in asked]
    assert all("Named Entities" in a["text"] for a in answers)
