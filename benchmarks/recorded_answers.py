"""Reads every recorded answer of real models, item by item, and counts what is wrong with them (codes of science B.5).

    python benchmarks/recorded_answers.py [--shared FOLDER] [--json]

Each collection answers in a form of its own, read here: `proggen` (sentences with « Named Entities: [x (Type)] »,
verdicts (A)-(D), numbered lists), `volkanovska` (lines « x (LABEL) », Python lists with token numbers), `geode_fr` (JSON
tokens), `kairntech_evalllm2025` (JSON with lists of offsets). What a mention is grounded with is bouture's `anchor`.
The measured column of B.5 is printed beside. `benchmarks/parsing.py` gives the same answers to `read_markup` as fuzz.
"""

import argparse
import ast
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from proggen_answers import (
    CASE_ONLY,
    LABELS,
    Item,
    grounded,
    list_of,
    refusal,
    sentences_of,
    verdicts_of,
)

SHARED = Path(os.environ.get("BOUTURE_SHARED", Path(__file__).parent.parent.parent / "shared"))
MEASURED = {
    "M01": "0",
    "M02": "0.1 % preamble, 1-2.5 % run-on",
    "M03": "0.01 %",
    "M04": "0.2-0.7 %",
    "M05": "0.7-1.1 %",
    "M06": "1.0-2.0 %",
    "M07": "0.35-1.1 %",
    CASE_ONLY: "0.2-0.5 %",
    "M08": "0.3-0.5 %",
    "M09": "0.1-3.3 %",
    "M10": "1.9 %",
    "M11": "0.05 %",
    "M12": "11-73 %",
    "M20": "0.2 %",
}
"""What science B.5 measured on ProgGen: of items, and of entities from M05 to M11."""
OF_ENTITIES = {CASE_ONLY, *(f"M{n:02}" for n in range(5, 12))}
_TASK = re.compile(r"Detect the named entities in the sentence: (.*?)\nProduce an answer", re.S)
_TOKENS = re.compile(r"from the sentence: (\[\[0, .*?\]\])\.\n", re.S)


def proggen(folder: Path, every: int = 1) -> Iterator[Item]:
    """Generated sentences, verdicts and lists of GPT-3.5; of one answer in `every`."""
    for record in islice(_lines(folder / "proggen" / "completions_dev.jsonl"), 0, None, every):
        stage, answer = str(record["stage"]), str(record["response"])
        dataset = next((d for d in LABELS if d in str(record["path"])), "proggen")
        if stage.startswith("sample"):
            yield from sentences_of(answer, dataset)
        elif stage.startswith("correction"):
            yield from verdicts_of(answer, f"{dataset}, verdicts")
        else:
            yield from list_of(answer, f"{dataset}, lists")


def volkanovska(folder: Path) -> Iterator[Item]:
    """Lines « x (LABEL) » or Python lists of GPT-4o and Llama 3.1, against the sentence in the prompt."""
    for record in _lines(folder / "volkanovska" / "responses_easy.jsonl"):
        name = str(record["path"]).split("/")[0]
        model = re.sub(r"^\w+?_(?:tokens|strings)_", "", name)
        prompt, answer = str(record["prompt_tail"]), str(record["response"])
        read = _tokens if "_tokens_" in name else _strings
        yield read(prompt, answer.strip(), f"volkanovska {model}")


def _strings(prompt: str, answer: str, dataset: str) -> Item:
    if not answer:
        return Item(dataset, ("M04",), parsed=False)
    if re.fullmatch(r"['\"]?no (?:named )?entities\W*", answer, re.I):
        return Item(dataset)
    listed, codes = [], refusal(answer)
    for line in filter(str.strip, answer.split("\n")):
        found = re.fullmatch(r"\s*(?P<text>.+?)\s*\((?P<label>[A-Z][\w -]*)\)\W*", line)
        if found:
            listed.append((found["text"], found["label"]))
        else:
            codes.append("M05" if "(" in line else "M02")
    task = _TASK.findall(prompt)
    codes += grounded(task[-1], listed, dataset) if task else []
    return Item(dataset, tuple(codes), len(listed), parsed=bool(listed))


def _tokens(prompt: str, answer: str, dataset: str) -> Item:
    """[mention, label, first token, last token]: whether the numbers say the same as the mention."""
    try:
        read = ast.literal_eval(answer)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return Item(
            dataset, ("M03" if answer.count("[") != answer.count("]") else "M05",), parsed=False
        )
    if not isinstance(read, list):
        return Item(dataset, ("M05",), parsed=False)
    asked = _TOKENS.findall(prompt)
    tokens = [str(token) for _, token in ast.literal_eval(asked[-1])] if asked else []
    codes: list[str] = []
    for one in read:
        if not (
            isinstance(one, list)
            and len(one) == 4
            and isinstance(one[2], int)
            and isinstance(one[3], int)
        ):
            codes.append("M05")
        elif tokens and " ".join(tokens[one[2] : one[3] + 1]).casefold() != str(one[0]).casefold():
            codes.append("M07")
    return Item(dataset, tuple(codes), len(read))


def geode(folder: Path) -> Iterator[Item]:
    """JSON tokens of eight models on French of the eighteenth century."""
    for record in _lines(folder / "geode_fr" / "predictions.jsonl"):
        dataset, answer = f"geode_fr {record['model']}", record["answer"]
        if answer is None:
            yield Item(dataset, ("M04",), parsed=False)
        elif not isinstance(answer, dict) or "entities" not in answer:
            yield Item(dataset, ("M18",), parsed=False)  # the schema itself, sent back
        else:
            yield _json_tokens(answer["entities"], dataset)


def _json_tokens(tokens: list[dict[str, Any]], dataset: str) -> Item:
    codes = [] if tokens else ["M04"]
    for token in tokens:
        labels = token.get("labels") or ([token["label"]] if token.get("label") else [])
        if not token.get("text") or not labels:
            codes.append("M05")
        codes += [
            "M06"
            for label in labels
            if not re.fullmatch(r"O|(?:ENE|NP|NC)-\w+|Head|Domain-mark|Relation|Latlong", label)
        ]
    return Item(dataset, tuple(codes), len(tokens), parsed=bool(tokens))


def kairntech(folder: Path) -> Iterator[Item]:
    """The form of EvalLLM 2025: offsets are lists; whether they hold the text they say."""
    for path in sorted((folder / "kairntech_evalllm2025").glob("*.json")):
        for document in json.loads(path.read_text(encoding="utf-8")):
            dataset = f"kairntech {path.stem}"
            for one in document.get("entities") or document.get("annotations") or ():
                starts, ends = one["start"], one["end"]
                if not isinstance(starts, list):
                    starts, ends = [starts], [ends]
                read = " ".join(document["text"][s:e] for s, e in zip(starts, ends, strict=True))
                same = " ".join(read.split()) == " ".join(str(one["text"]).split())
                yield Item(dataset, () if same else ("M07",), 1)


COLLECTIONS = {
    "proggen": proggen,
    "volkanovska": volkanovska,
    "geode_fr": geode,
    "kairntech_evalllm2025": kairntech,
}
"""`popcorn_prompts` holds prompts and no answers."""


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def table(folder: Path) -> dict[str, dict[str, Any]]:
    """Counts by dataset; any exception is one too many and is raised."""
    counts: dict[str, dict[str, Any]] = {}
    for read in COLLECTIONS.values():
        for item in read(folder / "llm_answers"):
            row = counts.setdefault(
                item.dataset,
                {"items": 0, "entities": 0, "parsed": 0, "coded": 0, "codes": Counter()},
            )
            row["items"] += 1
            row["entities"] += item.entities
            row["parsed"] += item.parsed
            row["coded"] += bool(item.codes) and not item.parsed
            row["codes"].update(item.codes)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    counts = table(options.shared)
    if options.json:
        print(json.dumps(counts))
        return
    for dataset, row in counts.items():
        _print(dataset, row)
    generated = [counts[d] for d in LABELS]
    total = {
        key: sum(row[key] for row in generated) for key in ("items", "entities", "parsed", "coded")
    }
    total["codes"] = sum((row["codes"] for row in generated), Counter())
    _print("proggen sentences, all", total, measured=True)
    verdicts = [row for name, row in counts.items() if name.endswith("verdicts")]
    asked, contradictory = (
        sum(row["items"] for row in verdicts),
        sum(row["codes"]["M20"] for row in verdicts),
    )
    print(
        f"  M20 {100 * contradictory / max(1, asked):.2f} % of {asked} verdicts (B.5: {MEASURED['M20']})"
    )


def _print(dataset: str, row: dict[str, Any], measured: bool = False) -> None:
    read = row["parsed"] + row["coded"]
    print(
        f"{dataset}: {row['items']} items, {row['entities']} entities; {100 * row['parsed'] / row['items']:.2f} % parsed, "
        f"{100 * row['coded'] / row['items']:.2f} % coded, {row['items'] - read} neither"
    )
    for code, count in sorted(row["codes"].items()):
        base = row["entities"] if code in OF_ENTITIES else row["items"]
        beside = f"   (B.5: {MEASURED.get(code, '—')})" if measured else ""
        print(f"  {code:15} {count:6} {100 * count / max(1, base):6.2f} %{beside}")


if __name__ == "__main__":
    main()
