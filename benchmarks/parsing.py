"""Reads thousands of real LLM answers: no exception on any, and how often each parse code occurs.

    python benchmarks/parsing.py [--shared FOLDER] [--seconds 120]

Three collections (see their SOURCE.md): `proggen` (GPT-3.5; sentences with « Named Entities: [x (Type)] », a form of
its own, read by the small reader below and anchored), `volkanovska` (GPT-4o, Llama 3.1), `geode_fr` (French; eight models).
None was asked for the inline markup: `read_markup` gets every raw answer as fuzz.

Then one fault at a time is planted in valid answers (TextMine 2025 as markup): how many come back whole, how many are
coded, and how many change without a word to review (those marked * cannot be seen in the answer alone).
"""

import argparse
import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bouture.corpus.anchoring import Quote, anchor
from bouture.corpus.document import Document
from bouture.corpus.issue import Severity, worst
from bouture.corpus.markup import to_markup
from bouture.corpus.markup_reader import read_markup
from bouture.corpus.schema import Schema
from bouture.formats import read

ITEM = re.compile(
    r'^\s*(?:\d+\.\s*)?(?:(?:Query|Sentence)\s*:\s*)?"?(?P<text>.+?)"?\s*\n+\s*Named Entities\s*:\s*\[(?P<entities>.*?)\]\s*$',
    re.MULTILINE,
)
ENTITY = re.compile(r"(?P<text>[^,()]+(?:\([^()]*\))??[^,()]*?)\s*\((?P<label>[^()]+)\)\s*(?:,|$)")
SHARED = Path(os.environ.get("BOUTURE_SHARED", Path(__file__).parent.parent.parent / "shared"))
SHARE_OF_TIME = {"proggen": 0.5, "volkanovska": 0.3, "geode_fr": 0.2}


def answers(folder: Path, collection: str) -> Iterator[str]:
    """The raw answers of one collection; those stored as parsed JSON are written out again."""
    file = next((folder / "llm_answers" / collection).glob("*.jsonl"))
    for line in file.open(encoding="utf-8"):
        record = json.loads(line)
        if "response" in record:
            yield str(record["response"])
        else:
            yield json.dumps(record["answer"], ensure_ascii=False)


def fuzz(folder: Path, collection: str, seconds: float) -> None:
    """Every answer through the tolerant reader."""
    codes: Counter[str] = Counter()
    exceptions = read = documents = characters = 0
    started = time.perf_counter()
    for answer in answers(folder, collection):
        if time.perf_counter() - started > seconds:
            print(f"  stopped after {seconds:.0f} s")
            break
        read += 1
        characters += len(answer)
        try:
            reading = read_markup(answer, id=f"{collection}-{read}", schema=None)
        except Exception as error:
            exceptions += 1
            print(f"  {type(error).__name__}: {error}: {answer[:80]!r}")
            continue
        documents += reading.document is not None
        codes.update({f"{issue.code} {issue.severity}" for issue in reading.issues})
    spent = time.perf_counter() - started
    print(
        f"{collection}: {read} answers, {characters / 1e6:.1f} M characters, {exceptions} exceptions, "
        f"{documents} documents, {1000 * spent / max(read, 1):.2f} ms an answer"
    )
    print(
        "  " + ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
        if codes
        else "  no issue"
    )


def ground_proggen(folder: Path, seconds: float) -> None:
    """The sentences and entity lists of ProgGen, anchored: how the strings are found."""
    how: Counter[str] = Counter()
    items = unread = 0
    started = time.perf_counter()
    for answer in answers(folder, "proggen"):
        if "Named Entities" not in answer or time.perf_counter() - started > seconds:
            continue
        found = list(ITEM.finditer(answer))
        unread += answer.count("Named Entities") - len(found)
        for item in found:
            items += 1
            quotes = [
                Quote(e["text"].strip(), e["label"]) for e in ENTITY.finditer(item["entities"])
            ]
            how.update(str(one.how) for one in anchor(item["text"], quotes))
    total = sum(how.values())
    print(f"proggen grounded: {items} items ({unread} unread), {total} mentions")
    print(
        "  " + ", ".join(f"{name} {100 * n / max(total, 1):.2f} %" for name, n in how.most_common())
    )


def _at_random(pattern: str, new: str) -> Callable[[str, random.Random], str]:
    """A fault: one random match of `pattern` is replaced by `new` (a template)."""

    def fault(answer: str, rng: random.Random) -> str:
        match = rng.choice(list(re.finditer(pattern, answer)))
        return answer[: match.start()] + match.expand(new) + answer[match.end() :]

    return fault


def _character_lost(answer: str, rng: random.Random) -> str:
    tag = rng.choice(list(re.finditer(r"<[^>]*>", answer)))
    at = rng.randrange(tag.start(), tag.end())
    return answer[:at] + answer[at + 1 :]


FAULTS: dict[str, Callable[[str, random.Random], str]] = {
    "opening tag lost": _at_random(r"<e [^>]*>", ""),
    "closing tag lost": _at_random(r"</e>", ""),
    "opening tag doubled": _at_random(r"<e [^>]*>", r"\g<0>\g<0>"),
    "closing tag doubled": _at_random(r"</e>", r"\g<0>\g<0>"),
    "slash lost": _at_random(r"</e>", "<e>"),
    "quote lost": _at_random(r"(?<==)\"", ""),
    "character of a tag lost*": _character_lost,
    "space in a mention": _at_random(r"<e [^>]*>", r"\g<0> "),
    "pipe lost": _at_random(r"(?m)^([^<|\n]*) \|", r"\1"),
    "id changed*": _at_random(r"(?<=<e id=\")", "Z"),
    "cut anywhere*": lambda answer, rng: answer[: rng.randrange(len(answer) // 4, len(answer))],
}


def plant_faults(folder: Path, documents: int) -> None:
    """One fault at a time in valid answers."""
    gold = read(folder / "data" / "textmine2025" / "train.csv")
    schema = Schema.learn(gold)
    rng = random.Random(1)
    print("faults planted: whole / coded for review or reject / changed in silence")
    for name, fault in FAULTS.items():
        whole = coded = silent = 0
        for document in [d for d in gold if d.relations][:documents]:
            reading = read_markup(fault(to_markup(document), rng), id=document.id, schema=schema)
            if reading.document is not None and _content(reading.document) == _content(document):
                whole += 1
            elif worst(reading.issues) in (Severity.REVIEW, Severity.REJECT):
                coded += 1
            else:
                silent += 1
        print(f"  {name:26} {whole:4} / {coded:4} / {silent:4}")


def _content(document: Document) -> tuple[str, list[tuple[str, str, str, int]], set[object]]:
    """A document up to the white space around it."""
    lead = len(document.text) - len(document.text.lstrip())
    mentions = [(m.entity, m.label, m.text, m.start - lead) for m in document.mentions()]
    return document.text.strip(), mentions, set(document.relations)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shared", type=Path, default=os.environ.get("BOUTURE_SHARED", "../shared")
    )
    parser.add_argument("--seconds", type=float, default=120.0, help="at most, in all")
    options = parser.parse_args()
    for collection, share in SHARE_OF_TIME.items():
        fuzz(options.shared, collection, share * 0.7 * options.seconds)
    ground_proggen(options.shared, 0.3 * options.seconds)
    plant_faults(options.shared, documents=200)


if __name__ == "__main__":
    main()
