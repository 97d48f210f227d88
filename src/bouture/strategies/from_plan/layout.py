"""The form of a gold document, for a new one to imitate: length and what its register shows by."""

import random
import re

from bouture.corpus.document import Document, remembered
from bouture.corpus.tokens import sentences
from bouture.strategies.from_plan.plan import Layout

TRAITS = {
    "time": re.compile(
        r"\A\W*(?:mis à jour à |updated at )?\d{1,2}\s?(?:h|:|heures)\s?\d{0,2}\b", re.IGNORECASE
    ),
    "rubric": re.compile(r"^[^\W\d_a-zß-öø-ÿœ][^\na-zß-öø-ÿœ]{7,80}$", re.MULTILINE),
    "paragraphs": re.compile(r"\S\s*\n\s*\n\s*\S"),
    "list": re.compile(r"^\s*(?:[-–—•*]|\d+[.)])\s+\S", re.MULTILINE),
    "speech": re.compile(r"«[^»]{25,}»|“[^”]{25,}”|\"[^\"]{25,}\""),
    "question": re.compile(r"\?"),
    "hashtag": re.compile(r"[#@]\w{2,}"),
    "first person": re.compile(
        r"\b(?:je|j['’]|nous|mon|notre|nos|I|we|my|our)(?<!\.)(?=\s|[a-zéèêàâ])"
    ),
}
"""What shows the register of a text, in the order in which it is told."""
OF_THE_AUTHOR = ("question", "first person")
"""Traits that count outside quoted speech only."""


@remembered
def layout(document: Document) -> Layout:
    """Sentences, words and traits of a document's text; one sentence for an empty one."""
    text = document.text
    own = TRAITS["speech"].sub(" ", text)
    traits = tuple(
        name
        for name, pattern in TRAITS.items()
        if pattern.search(own if name in OF_THE_AUTHOR else text)
    )
    return Layout(max(1, len(sentences(text))), len(text.split()), traits)


def like(document: Document, rng: random.Random) -> Layout:
    """The layout of a document, in as many sentences or one more or less."""
    known = layout(document)
    count = max(1, known.sentences + rng.choice((-1, 0, 0, 1)))
    return Layout(count, round(known.words * count / known.sentences), known.traits)
