"""The store at a million answers: time to put and get, disk, opening, memory.

    python benchmarks/store.py [--answers 1000000] [--sources 1000] [--folder DIR] [--json]

Prompts are those of a rewriting: a system message, some 25 rules of the guide of the example, a marked-up
text of about 1,900 characters out of `--sources` texts, its mentions, one of eight instructions. Answers
have the text with every fourth word replaced, markup kept. Both are made from the example corpus, outside what is timed. The
memory of the process is measured after the first 10,000 answers and at the end.
"""

import argparse
import json
import random
import re
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import bouture
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.store.answers import AnswerStore, known_keys

EXAMPLE = Path(__file__).parent.parent / "examples" / "direct-ukraine"
SYSTEM = "Tu réécris un texte annoté : tu changes la façon de dire, jamais ce qui est dit. " * 4
PARAMETERS = {"temperature": 0.9, "max_tokens": 1200}
CHUNK, SAMPLE = 1_000, 10_000


class Prompts:
    """Requests and answers, as many as wanted."""

    def __init__(self, sources: int, seed: int = 0) -> None:
        self._rng = rng = random.Random(seed)
        rules = re.findall(r"^- .{40,}$", (EXAMPLE / "guide.md").read_text(), re.M)
        texts = [bouture.to_markup(d) for d in bouture.read(EXAMPLE / "train.jsonl")]
        self._words = [word for text in texts for word in text.split() if word.isalpha()]
        self._sources = []
        for _ in range(sources):
            text = " ".join(rng.sample(texts, 5))[:1900]
            mentions = re.findall(r'id="(\w+)" t="(\w+)">([^<]+)', text)
            listed = "\n".join(
                f"- {n} ({label}) : « {said} », 1 fois" for n, label, said in mentions
            )
            guide = "\n".join(rng.sample(rules, min(25, len(rules))))
            self._sources.append((guide, text, listed))
        self._orders = [" ".join(rng.choices(self._words, k=90)) for _ in range(8)]

    def __call__(self, number: int) -> tuple[Request, Response]:
        rng = self._rng
        guide, text, listed = self._sources[number % len(self._sources)]
        asked = "\n\n".join(
            [f"## Guide\n\n{guide}", f"## Texte\n\n{text}", listed, rng.choice(self._orders)]
        )
        words = text.split()
        for place in range(rng.randrange(4), len(words), 4):
            if words[place].isalpha():  # the markup stays, as a rewriting keeps it
                words[place] = rng.choice(self._words)
        messages = (Message("system", SYSTEM), Message("user", asked))
        request = Request(messages, "mistral-small", PARAMETERS, number)
        return request, Response(" ".join(words), "stop", Usage(2200, 640), "mistral-small", 4.2)


def rss_mb() -> float:
    """Resident memory now, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def chunks(total: int) -> Iterator[range]:
    for start in range(0, total, CHUNK):
        yield range(start, min(total, start + CHUNK))


def fill(path: Path, answers: int, prompts: Prompts) -> tuple[dict[str, float], list[str]]:
    """Puts so many answers; what a put took at the start and at the end, and some of the keys."""
    walls, cpus, keys, memory = [], [], [], 0.0
    raw = 0
    with AnswerStore(path) as store:
        for numbers in chunks(answers):
            pairs = [prompts(n) for n in numbers]
            wall, cpu = time.perf_counter(), time.process_time()
            for request, response in pairs:
                store.put(request, response)
            walls.append((time.perf_counter() - wall) / len(pairs) * 1e6)
            cpus.append((time.process_time() - cpu) / len(pairs) * 1e6)
            keys.append(pairs[0][0].key)
            if not raw:
                raw = sum(len(r.messages[1].content) + len(a.text) for r, a in pairs) // len(pairs)
            if numbers.stop == min(answers, SAMPLE):
                memory = rss_mb()
        started = time.perf_counter()
        store.totals()
        totals = (time.perf_counter() - started) * 1e3
        grown = rss_mb() - memory
    first, last = walls[: SAMPLE // CHUNK], walls[-SAMPLE // CHUNK :]
    return {
        "characters_an_answer": raw,
        "put_us_start": sum(first) / len(first),
        "put_us_end": sum(last) / len(last),
        "put_us": sum(walls) / len(walls),
        "put_cpu_us": sum(cpus) / len(cpus),
        "slowest_thousand_us": max(walls),
        "totals_ms": totals,
        "memory_growth_mb": grown,
        "disk_bytes_an_answer": path.stat().st_size / answers,
        "disk_gb": path.stat().st_size / 1e9,
    }, keys


def read(path: Path, keys: list[str]) -> dict[str, float]:
    """Opening, looking up, reading requests back; on a file that was closed in good order."""
    started = time.perf_counter()
    store = AnswerStore(path)
    opened = time.perf_counter() - started
    memory = rss_mb()
    asked = random.Random(1).choices(keys, k=5_000)
    started = time.perf_counter()
    for key in asked:
        store.get(key)
    got = (time.perf_counter() - started) / len(asked) * 1e6
    started = time.perf_counter()
    number = sum(1 for _, _ in zip(range(20_000), store.items(), strict=False))
    streamed = (time.perf_counter() - started) / number * 1e6
    grown = rss_mb() - memory
    store.close()
    started = time.perf_counter()
    known = known_keys(path)
    knew = time.perf_counter() - started
    assert all(key in known for key in asked)
    return {
        "open_s": opened,
        "get_us": got,
        "items_us": streamed,
        "known_keys_s": knew,
        "memory_growth_reading_mb": grown,
    }


def whole_check(path: Path) -> dict[str, float]:
    """Opening as after the loss of the machine: everything is checked."""
    import sqlite3

    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO opened VALUES ('another start of the machine')")
    db.close()
    started = time.perf_counter()
    AnswerStore(path).close()
    return {"open_after_power_loss_s": time.perf_counter() - started}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        path = Path(name) / "answers.sqlite"
        result, keys = fill(path, options.answers, Prompts(options.sources))
        result = {"answers": options.answers, **result, **read(path, keys), **whole_check(path)}
    if options.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:26} {value:14,.2f}")


if __name__ == "__main__":
    main()
