"""A model of a few lines that carries out the plan it reads in a prompt, and others that do not."""

import re
from collections.abc import Callable
from typing import NamedTuple

from bouture.llm.messages import Message, Request, Response

_MENTION = re.compile(r"^- (?P<id>E\d+) \[[^\]]+\], [^<]+?\s?: (?P<markup><e .*)$", re.MULTILINE)
_FACT = re.compile(
    r"^- (?P<head>E\d+) \[[^\]]+\] —(?P<label>.+?)→ (?P<tail>E\d+) \[[^\]]+\].*?"
    r"(?P<where>\((?:dans une même phrase|in one sentence)\))?$",
    re.MULTILINE,
)
_TAG = re.compile(r'<e id="(E\d+)"')


class Asked(NamedTuple):
    """What a prompt asks for, read from its words alone."""

    mentions: list[tuple[str, str]]
    """(entity, markup)."""
    facts: list[tuple[str, str, str]]
    forbidden: list[tuple[str, str, str]]
    sentences: list[list[str]]
    """The entities of each sentence, as the prompt distributes them."""


def asked(messages: tuple[Message, ...]) -> Asked:
    plan = messages[1].content.split("\n## Plan\n", 1)[1]
    parts = re.split(
        r"^(?:Faits à ne pas dire|Facts that must not be stated)\s?:$", plan, flags=re.MULTILINE
    )
    forms = re.split(r"^(?:Forme|Form)\s?:$", plan, flags=re.MULTILINE)[1]
    mentions = [(m["id"], m["markup"]) for m in _MENTION.finditer(parts[0])]
    facts = [(f["head"], f["label"], f["tail"]) for f in _FACT.finditer(parts[0])]
    ruled_out = parts[1] if len(parts) > 1 else ""
    forbidden = [(f["head"], f["label"], f["tail"]) for f in _FACT.finditer(ruled_out)]
    spread = re.search(
        r"(?:Une répartition possible|One possible distribution)\s?: (.*)\.$", forms, re.MULTILINE
    )
    sentences = (
        [re.findall(r"E\d+", part) for part in re.split(r"\s?; ", spread.group(1))]
        if spread
        else [[id for id, _ in mentions]]
    )
    return Asked(mentions, facts, forbidden, sentences)


def obedient(request: Request) -> Response:
    """Writes each mention where the prompt says, then each fact with the sentence that proves it."""
    return Response(written(asked(request.messages)))


def written(plan: Asked) -> str:
    left = list(plan.mentions)
    texts: list[str] = []
    named: list[set[str]] = []
    for ids in plan.sentences:
        own = []
        for id in ids:
            at = next(n for n, (owner, _) in enumerate(left) if owner == id)
            own.append(left.pop(at)[1])
        texts.append(f"On signale ceci, {' et aussi '.join(own)}, sans plus.")
        named.append(set(_TAG.findall(texts[-1])))
    assert not left, "the prompt distributes every mention"
    lines = [f"{h} | {label} | {t} | phrase {proof(named, h, t)}" for h, label, t in plan.facts]
    return " ".join(texts) + ("\n\n" + "\n".join(lines) if lines else "")


def proof(named: list[set[str]], head: str, tail: str) -> int:
    """The sentence that names both, else the first by which both are named."""
    both = [n for n, ids in enumerate(named, 1) if {head, tail} <= ids]
    first = [next(n for n, ids in enumerate(named, 1) if end in ids) for end in (head, tail)]
    return both[0] if both else max(first)


def drops_a_mention(plan: Asked) -> str:
    markup = plan.mentions[0][1]
    bare = re.sub(r"</?e[^>]*>", "", markup)
    return written(plan).replace(markup, bare, 1)


def swaps_a_label(plan: Asked) -> str:
    id = plan.mentions[0][0]
    labels = sorted(set(re.findall(r' t="([^"]+)"', written(plan))))
    now = re.search(rf'id="{id}" t="([^"]+)"', written(plan)).group(1)
    other = next((label for label in labels if label != now), "DATE" if now != "DATE" else "LIEU")
    return written(plan).replace(f'id="{id}" t="{now}"', f'id="{id}" t="{other}"')


def changes_a_surface(plan: Asked) -> str:
    markup = plan.mentions[-1][1]
    return written(plan).replace(markup, markup.replace(">", ">petit ", 1), 1)


def repeats_a_mention(plan: Asked) -> str:
    markup = plan.mentions[0][1]
    return written(plan).replace("On signale", f"On signale {markup} :", 1)


SYMMETRIC = "NEGOCIE_AVEC"
"""Of the example: the same either way."""


def reverses_a_relation(plan: Asked) -> str:
    head, label, tail = next((h, r, t) for h, r, t in plan.facts if h != t and r != SYMMETRIC)
    return written(plan).replace(f"{head} | {label} | {tail} |", f"{tail} | {label} | {head} |")


def forgets_a_relation(plan: Asked) -> str:
    return written(plan).rsplit("\n", 1)[0]


def states_a_forbidden_fact(plan: Asked) -> str:
    head, label, tail = plan.forbidden[0]
    return written(plan) + f"\n{head} | {label} | {tail} | phrase 1"


def proves_nothing(plan: Asked) -> str:
    return re.sub(r" \| phrase \d+", "", written(plan))


def proves_it_elsewhere(plan: Asked) -> str:
    return re.sub(r"phrase \d+", "phrase 99", written(plan))


Disobedience = Callable[[Asked], str]
OF_MENTIONS: tuple[Disobedience, ...] = (
    drops_a_mention,
    swaps_a_label,
    changes_a_surface,
    repeats_a_mention,
)
OF_FACTS: tuple[Disobedience, ...] = (
    reverses_a_relation,
    forgets_a_relation,
    states_a_forbidden_fact,
    proves_nothing,
    proves_it_elsewhere,
)
