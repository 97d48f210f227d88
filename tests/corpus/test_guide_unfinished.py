"""A draft is no law: what nobody has stated yet stays soft and out of prompts."""

import random
from pathlib import Path

from bouture.corpus.guide_draft import draft_guide
from bouture.corpus.guide_reader import parse_guide, read_guide
from bouture.formats import read
from bouture.llm.messages import Request
from bouture.strategies.dialogue import Materials
from bouture.strategies.rewrite.rewrite import Rewrite


def test_a_draft_is_soft_until_every_passage_is_completed(example: Path) -> None:
    documents = read(example / "dev.jsonl")
    text = draft_guide(documents, "fr")
    draft = parse_guide(text)
    assert draft.unfinished()
    assert not draft.schema().hard
    finished = parse_guide(text.replace("À COMPLÉTER", "Décidé"))
    assert finished.unfinished() == ()
    assert finished.schema().hard
    assert read_guide(example / "guide.md").schema().hard


def test_what_is_unfinished_is_not_sent_to_a_model(example: Path) -> None:
    documents = read(example / "dev.jsonl")
    guide = parse_guide(draft_guide(documents, "fr"))
    materials = Materials(gold=documents, schema=guide.schema(), guide=guide, model="m")
    asked = next(Rewrite(materials, Rewrite.Options())(documents[0], random.Random(0)))
    assert isinstance(asked, Request)
    assert not any("COMPLÉTER" in message.content for message in asked.messages)
