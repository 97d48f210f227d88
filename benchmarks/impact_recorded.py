"""Impact of recorded GPT-3.5 data (ProgGen) on short queries: `python benchmarks/impact_recorded.py [TRAIN TEST COMPLETIONS]`.

Expected: a gain with 50 gold sentences, none or harm with 800. TRAIN and TEST are MIT-restaurant
in any format bouture reads; COMPLETIONS the raw answers, one JSON object a line with `stage`, `path` and `response`.
"""

import argparse
import os
import random
import re
from collections import Counter
from pathlib import Path

import msgspec
from impact import show

from bouture import formats
from bouture.corpus.anchoring import Quote, anchor
from bouture.corpus.document import Document, Entity, Origin
from bouture.evaluate.experiment import evaluate
from bouture.evaluate.leaks import find_leaks
from bouture.evaluate.settings import Settings

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared"))
CORPUS = SHARED / "data" / "mit_restaurant"
ANSWERS = SHARED / "llm_answers" / "proggen" / "completions_dev.jsonl"
ITEM = re.compile(r'^\d+\. *"?(?P<text>.+?)"?\s*\nNamed Entities: *\[(?P<list>.*)\]', re.MULTILINE)
ENTITY = re.compile(r"([^,()\[\]]+) \(([^()]+)\)")


class Answer(msgspec.Struct):
    stage: str
    path: str
    response: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path, nargs="?", default=CORPUS / "train.jsonl")
    parser.add_argument("test", type=Path, nargs="?", default=CORPUS / "dev.jsonl")
    parser.add_argument("completions", type=Path, nargs="?", default=ANSWERS)
    parser.add_argument("--new", type=int, default=400, help="recorded sentences added")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 200, 800])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=0)
    asked = parser.parse_args()
    train, test = formats.read(asked.train), formats.read(asked.test)
    labels = {entity.label for document in train for entity in document.entities}
    made = recorded(asked.completions, asked.train.parent.name, labels)
    print("recorded sentences:", dict(Counter(d.origin.strategy for d in made if d.origin)))
    leaks = find_leaks(train, test, made)
    tests = {leak.test for leak in leaks}
    print(f"{len(tests)} of {len(test)} test sentences left out: they are also training sentences")
    test = [document for document in test if document.id not in tests]
    random.Random(0).shuffle(train)
    for size in asked.sizes:
        settings = Settings(
            task="entities",
            sizes=(size,),
            factor=asked.new / size,
            seeds=asked.seeds,
            processes=asked.processes,
        )
        found = evaluate(train[: 3 * size], test, made, settings)
        show(f"recorded GPT-3.5 sentences on {size} gold sentences", found)


def recorded(path: Path, corpus: str, labels: set[str]) -> list[Document]:
    """The sentences of the answers, in lower case and without final punctuation as the corpus is."""
    made = []
    for line in path.read_bytes().splitlines():
        answer = msgspec.json.decode(line, type=Answer)
        parts = answer.path.split("/")
        if answer.stage != "sample/gen-sample" or corpus not in parts:
            continue
        folder = parts[-2].split("_", 1)[1]
        strategy = re.sub(r"-\d+$", "", folder)
        for number, item in enumerate(ITEM.finditer(answer.response)):
            text = item["text"].lower().strip(" .?!\"'")
            quotes = [
                Quote(surface.strip().lower(), label.strip().replace(" ", "_"))
                for surface, label in ENTITY.findall(item["list"])
            ]
            found = [a for a in anchor(text, quotes) if a.spans and a.quote.label in labels]
            entities = tuple(
                Entity(f"E{i}", one.quote.label, one.spans[:1]) for i, one in enumerate(found)
            )
            id = f"{folder}-{parts[-1]}-{number}"
            made.append(Document(id, text, entities, (), Origin(strategy)))
    return made


if __name__ == "__main__":
    main()
