"""How well and how fast quotes are found in a text: TextMine 2025, train and dev, every mention of every entity.

    python benchmarks/grounding.py [--json]

Needs the corpora in the folder that BOUTURE_SHARED names (default ../shared). Recovery counts a mention
as right when its exact offsets come back; the quotes of one document go into one call. Times are the
minimum and the median of repeated calls, in milliseconds.
"""

import json
import os
import random
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bouture.corpus.anchoring import Quote, anchor
from bouture.corpus.candidates import cuts_a_word
from bouture.corpus.document import Document, Mention
from bouture.corpus.tokens import tokenize
from bouture.formats import read

SHARED = Path(os.environ.get("BOUTURE_SHARED", Path(__file__).parent.parent.parent / "shared"))

Wanted = list[tuple[Quote, int, int]]


def unaccented(text: str) -> str:
    """`text` without combining marks."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


ALTERATIONS: dict[str, Callable[[str], str]] = {
    "as it is": lambda s: s,
    "’ to '": lambda s: s.replace("’", "'"),
    "NBSP to space": lambda s: s.replace("\u00a0", " ").replace("\u202f", " "),
    "NFD": lambda s: unicodedata.normalize("NFD", s),
    "accents dropped": unaccented,
    "upper case": str.upper,
}


def split_words(text: str, mention: Mention) -> tuple[str, str]:
    """Two words on each side, cut at white space, punctuation included."""
    before, after = text[: mention.start], text[mention.end :]
    return " ".join(before.split()[-2:]), " ".join(after.split()[:2])


def bare_words(text: str, mention: Mention) -> tuple[str, str]:
    """Two tokens on each side without punctuation, joined by spaces."""

    def words(part: str) -> list[str]:
        tokens = [part[t.start : t.end] for t in tokenize(part)]
        return [token for token in tokens if any(c.isalnum() for c in token)]

    before = text[max(0, mention.start - 200) : mention.start]
    after = text[mention.end : mention.end + 200]
    return " ".join(words(before)[-2:]), " ".join(words(after)[:2])


CONTEXTS = {"words cut at spaces": split_words, "bare words": bare_words}


def wanted(
    document: Document,
    context: Callable[[str, Mention], tuple[str, str]],
    alter: Callable[[str], str] = str,
) -> Wanted:
    """Each mention of a document, in reading order, as a quote and its true offsets."""
    found = []
    for mention in document.mentions():
        before, after = map(alter, context(document.text, mention))
        quote = Quote(alter(mention.text), mention.label, before, after)
        found.append((quote, mention.start, mention.end))
    return found


def recovery(documents: list[Document]) -> Iterator[dict[str, Any]]:
    """One row for each kind of context, alteration and order of the quotes."""
    for context_name, context in CONTEXTS.items():
        for alteration, alter in ALTERATIONS.items():
            asked = [wanted(document, context, alter) for document in documents]
            for order in ("text", "shuffled"):
                yield {
                    "context": context_name,
                    "alteration": alteration,
                    "order": order,
                    **_recovered(documents, asked, shuffle=order == "shuffled"),
                }


def _recovered(documents: list[Document], asked: list[Wanted], shuffle: bool) -> dict[str, Any]:
    right = total = inside = 0
    hows: Counter[str] = Counter()
    for document, items in zip(documents, asked, strict=True):
        order = list(items)
        if shuffle:
            random.Random(document.id).shuffle(order)
        results = anchor(document.text, [quote for quote, _, _ in order])
        got = Counter((a.quote, a.start, a.end) for a in results)
        right += sum((Counter(order) & got).values())  # equal quotes may swap their places
        total += len(order)
        hows.update(a.how.value for a in results)
        inside += _inside(document.text, [s for a in results for s in a.spans])
    return {"mentions": total, "recovered": right / total, "inside a word": inside, "how": hows}


def _inside(text: str, spans: list[Any]) -> int:
    plain = text.translate(str.maketrans("’‘ʼ", "'''"))
    return sum(cuts_a_word(plain, span.start, span.end) for span in spans)


def strings_alone(documents: list[Document]) -> dict[str, float]:
    """Precision and recall of all whole-word occurrences of each string."""
    gold, predicted = set(), set()
    for document in documents:
        mentions = document.mentions()
        gold |= {(document.id, m.label, m.start, m.end) for m in mentions}
        quotes = [Quote(m.text, m.label) for m in mentions]
        for a in anchor(document.text, quotes, occurrences="all"):
            predicted |= {(document.id, a.quote.label, s.start, s.end) for s in a.spans}
    right = len(gold & predicted)
    return {"precision": right / len(predicted), "recall": right / len(gold)}


def token_boundaries(documents: list[Document]) -> float:
    """Share of mentions that begin and end where tokens do."""
    right = total = 0
    for document in documents:
        tokens = tokenize(document.text)
        starts, ends = {t.start for t in tokens}, {t.end for t in tokens}
        for mention in document.mentions():
            total += 1
            right += mention.start in starts and mention.end in ends
    return right / total


def truncated(document: Document, characters: int, mentions: int) -> tuple[str, list[Mention]]:
    """The beginning of a document and the mentions it holds, at most so many."""
    kept = [m for m in document.mentions() if m.end <= characters - 30]
    return document.text[:characters], kept[:mentions]


def joined(documents: list[Document], characters: int, mentions: int) -> tuple[str, list[Mention]]:
    """One long text of many documents."""
    text, found = "", []
    for document in documents:
        for m in document.mentions():
            place = (m.start + len(text), m.end + len(text))
            found.append(Mention(m.entity, m.label, *place, m.text))
        text += document.text + "\n"
    return text[:characters], [m for m in found if m.end <= characters][:mentions]


def timing(text: str, mentions: list[Mention], repeats: int) -> dict[str, float]:
    """Milliseconds to anchor the mentions from two words of context."""
    quotes = []
    for m in mentions:
        left = max(0, m.start - 200)
        near = Mention(m.entity, m.label, m.start - left, m.end - left, m.text)
        quotes.append(Quote(m.text, m.label, *split_words(text[left : m.end + 200], near)))
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        anchor(text, quotes)
        times.append(1000 * (time.perf_counter() - begin))
    return {
        "characters": len(text),
        "mentions": len(quotes),
        "min_ms": min(times),
        "median_ms": statistics.median(times),
    }


def report(documents: list[Document]) -> dict[str, Any]:
    """Everything measured."""
    dense = max(documents, key=lambda d: len(truncated(d, 190, 6)[1]))
    return {
        "documents": len(documents),
        "recovery": list(recovery(documents)),
        "strings alone, all occurrences": strings_alone(documents),
        "mentions on token boundaries": token_boundaries(documents),
        "times": [
            timing(*truncated(dense, 190, 6), repeats=300),
            timing(*joined(documents, 43_000, 1_800), repeats=5),
            timing(*joined(documents, 86_000, 3_600), repeats=5),
            timing(*joined(documents, 172_000, 7_200), repeats=3),
        ],
    }


def table(found: dict[str, Any]) -> str:
    """The figures as text."""
    lines = [f"TextMine 2025, {found['documents']} documents", ""]
    lines.append(
        f"{'context':<20} {'alteration':<16} {'order':<9} {'recovered':>9}  inside  found as"
    )
    for row in found["recovery"]:
        hows = ", ".join(f"{how} {n}" for how, n in sorted(row["how"].items()))
        lines.append(
            f"{row['context']:<20} {row['alteration']:<16} {row['order']:<9} "
            f"{row['recovered']:>9.2%}  {row['inside a word']:>6}  {hows}"
        )
    alone = found["strings alone, all occurrences"]
    lines += [
        "",
        f"strings alone, all occurrences: precision {alone['precision']:.3f}, recall {alone['recall']:.3f}",
        f"mentions on token boundaries: {found['mentions on token boundaries']:.2%}",
        "",
        f"{'characters':>10} {'mentions':>8} {'min ms':>9} {'median ms':>9}",
    ]
    for row in found["times"]:
        lines.append(
            f"{row['characters']:>10} {row['mentions']:>8} {row['min_ms']:>9.2f} {row['median_ms']:>9.2f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    folder = SHARED / "data" / "textmine2025"
    if not folder.is_dir():
        sys.exit(f"{folder} does not exist: set BOUTURE_SHARED to the folder that holds data/")
    documents = [d for name in ("train.csv", "dev.csv") for d in read(folder / name)]
    found = report(documents)
    print(json.dumps(found, ensure_ascii=False, indent=2) if "--json" in sys.argv else table(found))


if __name__ == "__main__":
    main()
