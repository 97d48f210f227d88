"""How much of a sentence gold's own words make up: of French sentences of other documents, and of English ones.

    python benchmarks/language.py [SHARED]

The check `language` does not ask about a sentence three quarters of whose words gold uses. With each French
corpus as gold: the share of held-out French sentences (of at least eight words) that this spares, and of
English sentences from four other corpora, all of which ought to be asked about.
"""

import sys
from pathlib import Path

import numpy as np

from bouture import formats
from bouture.checks.language import Language, common_share, vocabulary
from bouture.corpus.document import Document
from bouture.corpus.tokens import sentences

EXAMPLE = Path(__file__).parent.parent / "examples" / "direct-ukraine"
ENGLISH = ("conll04/train", "crossner_politics/train", "re3d/train", "wnut17/dev")
FRENCH = {"textmine2025": "textmine2025", "hipe2020_fr": "hipe2020_fr"}


def long_sentences(documents: list[Document], words: int) -> list[str]:
    """The sentences of at least so many words."""
    found = [d.mention_text(span) for d in documents for span in sentences(d.text)]
    return [text for text in found if len(text.split()) >= words]


def told(name: str, texts: list[str], known: frozenset[str], limit: float) -> str:
    """How the shares lie, and how many reach the limit."""
    shares = np.array([common_share(text, known) for text in texts])
    low, middle, high = np.quantile(shares, [0.05, 0.5, 0.95])
    spared = int((shares >= limit).sum())
    return (
        f"  {name}: {len(texts)} sentences; gold's words 5 % {low:.2f}, median {middle:.2f}, 95 % {high:.2f}, "
        f"most {shares.max():.2f}; not asked about {spared} ({100 * spared / len(texts):.1f} %)"
    )


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "data"
    options = Language.Options()
    english = [d for name in ENGLISH for d in formats.read(shared / f"{name}.jsonl")]
    foreign = long_sentences(english, options.sentence_words)
    folders = {"example": EXAMPLE, **{name: shared / folder for name, folder in FRENCH.items()}}
    for name, folder in folders.items():
        gold = list(formats.read(folder / "train.jsonl"))
        held_out = list(formats.read(folder / "dev.jsonl"))
        known = vocabulary(gold)
        print(f"{name}: {len(gold)} documents, {len(known)} words")
        own = long_sentences(held_out, options.sentence_words)
        print(told("French, held out", own, known, options.familiar))
        print(told("English", foreign, known, options.familiar))
        for text in foreign:
            if common_share(text, known) >= options.familiar:
                print(f"    {text[:90]!r}")


if __name__ == "__main__":
    main()
