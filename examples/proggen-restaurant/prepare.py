"""Lays out the files of this example from public data that is not copied here; see README.md for where to get it.

    python prepare.py corpora SHARED            gold queries: train.jsonl, test.jsonl
    python prepare.py answers SHARED REQUESTS   answers.jsonl: an answer of ProgGen's for each exported request

SHARED holds `data/mit_restaurant` and `llm_answers/proggen`; REQUESTS is the folder of `bouture batch export --dialect bouture`.
"""

import argparse
import json
import random
from pathlib import Path

import bouture

HERE = Path(__file__).parent
GOLD = 50
"""Gold queries to grow from, drawn once."""
TEST = 400
VARIANTS = {
    "Let the situation of the user, the mood and the style of the query differ": "Diversify-X",
    "Let the restaurants, dishes, places and other names differ": "Diversify-Y-vanilla",
}
"""What a question says -> the run of ProgGen's whose prompt asked for that."""


def corpora(shared: Path) -> None:
    """A few gold queries to grow from, and others to measure on; none is in both."""
    folder = shared / "data" / "mit_restaurant"
    train = bouture.read(folder / "train.jsonl")
    random.Random(13).shuffle(train)
    known = {document.text for document in train[:GOLD]}
    test = [d for d in bouture.read(folder / "dev.jsonl") if d.text not in known]
    bouture.write(train[:GOLD], HERE / "train.jsonl")
    bouture.write(test[:TEST], HERE / "test.jsonl")


def answers(shared: Path, requests: Path) -> None:
    """Request number i, in the order of keys, gets answer number i of the run that its question stands for."""
    recorded: dict[str, list[str]] = {variant: [] for variant in VARIANTS.values()}
    lines = (shared / "llm_answers" / "proggen" / "completions_dev.jsonl").open(encoding="utf-8")
    for record in map(json.loads, lines):
        run = record["path"].split("/")[-2]
        variant = run.partition("_")[2]
        if "sample/gen-sample/mit_restaurant/" in record["path"] and variant in recorded:
            recorded[variant].append(record["response"])
    asked = [
        json.loads(line)
        for path in sorted(requests.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    with (HERE / "answers.jsonl").open("w", encoding="utf-8") as out:
        for request in sorted(asked, key=lambda one: one["key"]):
            said = request["messages"][0]["content"]
            variant = next(name for words, name in VARIANTS.items() if words in said)
            if recorded[variant]:
                line = {
                    "key": request["key"],
                    "text": recorded[variant].pop(0),
                    "model": "gpt-3.5-turbo",
                }
                out.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("corpora", "answers"))
    parser.add_argument("shared", type=Path)
    parser.add_argument("requests", type=Path, nargs="?")
    asked = parser.parse_args()
    if asked.what == "corpora":
        corpora(asked.shared)
    elif asked.requests is None:
        parser.error("answers: name the folder of the exported requests")
    else:
        answers(asked.shared, asked.requests)


if __name__ == "__main__":
    main()
