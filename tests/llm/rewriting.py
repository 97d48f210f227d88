"""A stand-in for a model that rewrites: gives the tagged source back, other words before each sentence."""

import re
import threading
from asyncio import new_event_loop, run_coroutine_threadsafe
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llm.fake_server import FakeServer

LEADS = (
    "D’après les premières informations disponibles, voici ce que l’on sait : ",
    "Précision apportée un peu plus tard dans la journée par la même source : ",
    "À noter également, toujours selon ce compte rendu encore provisoire : ",
)


def rewriting(body: dict[str, Any]) -> str:
    """The text of the prompt, mentions and relations untouched, with leads that change its wording."""
    prompt = body["messages"][1]["content"]
    found = re.search(r"## Texte à réécrire\n\n(.*?)\n\n## Mentions", prompt, re.DOTALL)
    assert found is not None
    text, _, relations = found.group(1).partition("\n\n")
    sentences = re.split(r"(?<=[.!?]) (?=[A-ZÉÀ])", text)
    told = [f"{LEADS[n % len(LEADS)]}{sentence}" for n, sentence in enumerate(sentences)]
    return " ".join(told) + (f"\n\n{relations}" if relations else "")


@contextmanager
def rewriting_server() -> Iterator[FakeServer]:
    """The server in a thread of its own, for commands that hold the main one."""
    loop = new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = FakeServer(rewriting)
    run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield server
    finally:
        run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
