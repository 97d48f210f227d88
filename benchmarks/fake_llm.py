"""A model that is not there: an HTTP server that answers chat completions after a fixed time, as cheaply as it can.

    python benchmarks/fake_llm.py [--port 0] [--latency 0.1] [--seed 13]

Prints its port, then serves on 127.0.0.1 until it is stopped. It shares the machine with the client that is
measured, so it parses no more than it must and draws an answer from parts that are made once for each text.

- A prompt of bouture's rewriting is answered with its tagged text: mentions and relations untouched, other
  words between them, a sentence more before and after. No two answers are alike.
- A prompt of langextract is answered with extractions that stand in the text it asks about.
- Any other prompt is answered with a few sentences.

`GET /stats` says, since it was last asked: requests, most in flight at once, CPU seconds.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import random
import re
import time
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parent.parent / "examples" / "direct-ukraine" / "train.jsonl"
BEFORE, AFTER = "## Texte à réécrire\n\n", "\n\n## Mentions"
TAG = re.compile(r"<[^<>]*>")
WORD = re.compile(r"(?<![\w&’'-])[a-zà-ÿœ]{4,}(?![\w;’'-])")
VOWEL = re.compile(r"[aeiouyhéèêëàâîïôûùœ]")
"""Words that begin so keep to themselves: an article is elided before some of them."""
_KEPT = """
    dans pour avec leur leurs elle elles nous vous mais donc plus sont était étaient avait
    avaient cette sans pas jamais rien aucun aucune personne aurait auraient serait seraient
    pourrait pourraient devrait devraient menace menacent nulle dément démentent peut-être même
    comme tout tous toute toutes après avant entre depuis selon vers chez sous être avoir fait
    """
KEPT = frozenset(_KEPT.split())
"""Function words, and those that say that something is not, or perhaps, the case."""
LEADS = (
    "Le {c} {c} du {c} {c} le {c} et le {c} {c} : ",
    "Ce {c} {v} par le {c} {c}, voici les {c} {c} du {c} : ",
    "Des {c} {c} du {c} {c}, avec des {c} {v} : ",
    "Pour les {c} {c}, le {c} des {c} {c} et {c} : ",
)
ENDS = (
    " Les {c} {v} du {c} {c} le {c} des {c}.",
    " Ce {c} {c} dans le {c} {v} des {c} {c}.",
    " Pour le {c}, les {c} {c} du {c} {v} et {c}.",
    " Le {c} des {c} {v} dans ce {c} {c}.",
)
HEAD = "HTTP/1.1 {} OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
GOOD, BAD = HEAD.format(200).encode(), HEAD.format(404).replace("OK", "Not Found").encode()
START = (
    b'{"id":"chatcmpl-%d","object":"chat.completion","created":1700000000,"model":"fake",'
    b'"choices":[{"index":0,"message":{"role":"assistant","content":"'
)
END = (
    b'"},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":%d,'
    b'"completion_tokens":%d,"total_tokens":%d}}'
)
MODELS = {"object": "list", "data": [{"id": "fake", "object": "model", "owned_by": "nobody"}]}


class Words:
    """French words of the example that no mention holds, by how they begin."""

    def __init__(self, corpus: Path = EXAMPLE) -> None:
        free: set[str] = set()
        taken: set[str] = set()
        for line in corpus.read_text(encoding="utf-8").splitlines():
            document = json.loads(line)
            text = document["text"]
            for entity in document["entities"]:
                for place in entity.get("mentions", [entity]):
                    taken.update(re.findall(r"\w+", text[place["start"] : place["end"]].lower()))
            free.update(WORD.findall(text))
        found = sorted(free - taken - KEPT)
        self.vowel = [word.encode() for word in found if VOWEL.match(word)]
        self.consonant = [word.encode() for word in found if not VOWEL.match(word)]

    def like(self, word: str) -> list[bytes]:
        """Words that can stand where this one stands."""
        return self.vowel if VOWEL.match(word) else self.consonant


class Template:
    """A text in pieces, as JSON, with the places where a word is drawn."""

    def __init__(self, marked: str, words: Words) -> None:
        self._pieces: list[bytes] = []
        self._slots: list[tuple[int, list[bytes]]] = []
        depth = done = 0
        for tag in [*TAG.finditer(marked), None]:
            outside = marked[done : tag.start() if tag else len(marked)]
            if depth:
                self._pieces.append(_json(outside))
            else:
                self._fill(outside, words)
            if tag:
                self._pieces.append(_json(tag.group()))
                depth += -1 if tag.group().startswith("</") else 1
                done = tag.end()

    def _fill(self, text: str, words: Words) -> None:
        done = 0
        for found in WORD.finditer(text):
            if found.group() not in KEPT:
                self._pieces.append(_json(text[done : found.start()]))
                self._slots.append((len(self._pieces), words.like(found.group())))
                self._pieces.append(b"")
                done = found.end()
        self._pieces.append(_json(text[done:]))

    def draw(self, rng: random.Random) -> bytes:
        """One wording of it."""
        pieces, draw = self._pieces, rng.random
        for place, words in self._slots:
            pieces[place] = words[int(draw() * len(words))]
        return b"".join(pieces)


class Model:
    """Answers prompts."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._words = words = Words()
        self._texts: dict[bytes, tuple[Template, bytes]] = {}
        spread = {"c": "bord", "v": "abord"}  # any word of either kind: it is drawn anew
        self._leads = [Template(one.format(**spread), words) for one in LEADS]
        self._ends = [Template(one.format(**spread), words) for one in ENDS]
        self._number = 0
        # The marks as clients write them: UTF-8 as it is, or escaped.
        self._marks = [
            (json.dumps(BEFORE, ensure_ascii=a)[1:-1].encode(), _json(AFTER)) for a in (False, True)
        ]

    def answer(self, body: bytes) -> bytes:
        """The body of the answer to the body of a request."""
        for before, after in self._marks:
            start = body.find(before)
            if start >= 0:
                start += len(before)
                said = self._rewritten(body[start : body.index(after, start)])
                break
        else:
            said = self._otherwise(json.loads(body))
        self._number += 1
        prompt, completion = len(body) // 4, len(said) // 4 + 1
        return b"".join(
            (START % self._number, said, END % (prompt, completion, prompt + completion))
        )

    def _rewritten(self, raw: bytes) -> bytes:
        found = self._texts.get(raw)
        if found is None:
            text, gap, relations = json.loads(b'"%b"' % raw).partition("\n\n")
            found = self._texts[raw] = Template(text, self._words), _json(gap + relations)
        rng = self._rng
        lead, end = self._drawn(self._leads), self._drawn(self._ends)
        return lead + found[0].draw(rng) + end + found[1]

    def _drawn(self, templates: list[Template]) -> bytes:
        return templates[int(self._rng.random() * len(templates))].draw(self._rng)

    def _otherwise(self, body: dict[str, Any]) -> bytes:
        messages = body.get("messages") or [{}]
        asked = messages[-1].get("content") or ""
        if isinstance(asked, list):
            asked = "".join(str(part.get("text", "")) for part in asked)
        if "extractions" in asked:
            return _json(_extractions(asked))
        return b" ".join(self._drawn(self._ends).strip() for _ in range(4))


def _extractions(asked: str) -> str:
    """Capitalised words of the text that the prompt ends with, as langextract wants them."""
    text = asked.rpartition("Q: ")[2].rpartition("A:")[0]
    names = re.findall(r"\b[A-ZÉÈÀ][a-zà-ÿ]{3,}\b", text)[:6]
    found = [{"LIEU": name, "LIEU_attributes": {}} for name in names]
    return json.dumps({"extractions": found}, ensure_ascii=False)


def _json(text: str) -> bytes:
    """The inside of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()


class Server:
    """What all connections share."""

    def __init__(self, model: Model, latency: float) -> None:
        self.model, self.latency = model, latency
        self.requests = self.flying = self.most = 0
        self._cpu = time.process_time()

    def stats(self) -> dict[str, float]:
        """The counts since the last time."""
        cpu = time.process_time()
        told = {"requests": self.requests, "most": self.most, "cpu_s": cpu - self._cpu}
        self.requests, self.most, self._cpu = 0, self.flying, cpu
        return told


class Connection(asyncio.Protocol):
    """One client, one request at a time, kept alive."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Waits for a whole request, then answers it in time."""
        self._buffer = buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = buffer[:end].lower()
        found = head.find(b"content-length:")
        length = int(head[found + 15 :].split(b"\r\n", 1)[0]) if found >= 0 else 0
        if len(buffer) < end + 4 + length:
            return
        self._buffer = buffer[end + 4 + length :]
        server = self._server
        if head.startswith(b"post /v1/chat/completions"):
            server.requests += 1
            server.flying += 1
            server.most = max(server.most, server.flying)
            due = self._loop.time() + server.latency  # what the drawing takes is part of it
            answer = server.model.answer(buffer[end + 4 : end + 4 + length])
            self._loop.call_at(due, self._send, GOOD % len(answer) + answer)
        elif head.startswith(b"get /stats"):
            self._say(GOOD, server.stats())
        elif head.startswith(b"get /v1/models"):
            self._say(GOOD, MODELS)
        else:
            self._say(BAD, {"error": {"message": "there is nothing here"}})

    def _say(self, head: bytes, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self._transport.write(head % len(body) + body)

    def _send(self, answer: bytes) -> None:
        self._server.flying -= 1
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve(port: int, latency: float, seed: int) -> None:
    """Serves until it is cancelled."""
    server = Server(Model(seed), latency)
    gc.freeze()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: Connection(server), "127.0.0.1", port, backlog=1024
    )
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.latency, options.seed))
