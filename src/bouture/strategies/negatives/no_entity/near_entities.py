"""Words that look like entities and are none under this guide: what its exclusions name, or common nouns that gold never annotates."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from bouture.corpus.document import Span
from bouture.corpus.guide import Example, Guide, Rule, RuleKind, to_complete
from bouture.corpus.normalise import fold
from bouture.corpus.rule_codes import starts_with_determiner
from bouture.corpus.tokens import folded_tokens, tokenize
from bouture.strategies.negatives.gazetteer import Gazetteer

ENOUGH = 4
"""Words from the guide from which those shipped are left aside."""


class NearEntity(NamedTuple):
    """Words that a text is asked for."""

    words: str
    rule: str = ""
    """The id of the rule that sets them aside; empty for words shipped or given as options."""


def near_entities(
    guide: Guide | None, gazetteer: Gazetteer, shipped: Sequence[str]
) -> tuple[NearEntity, ...]:
    """The words, in the order of the guide and then of `shipped`, each once.

    The guide names them in the counter-examples of its exclusion rules: a mention wrongly annotated
    there, whose surface no example of the rule annotates. Whatever gold annotates even once is left out,
    and numbers in figures: « 7 h 42 » is no entity at the head of a text only.
    """
    language = guide.language if guide else "fr"
    stated = _excluded(guide) if guide else ()
    found: dict[str, NearEntity] = {}
    for near in stated:
        if not gazetteer.share(near.words) and not any(map(str.isdigit, near.words)):
            found.setdefault(near.words, near)
    if len(found) < ENOUGH:
        for words in shipped:
            if not _known(words, gazetteer, language):
                found.setdefault(words, NearEntity(words))
    return tuple(found.values())


def stretches(text: str, phrases: Collection[str]) -> list[Span]:
    """Where the phrases stand in a text as whole words, typography and case aside."""
    tokens, words = tokenize(text), folded_tokens(text)
    found = []
    for phrase in map(folded_tokens, phrases):
        ends = range(len(phrase), len(words) + 1) if phrase else ()
        found += [
            Span(tokens[end - len(phrase)].start, tokens[end - 1].end)
            for end in ends
            if words[end - len(phrase) : end] == phrase
        ]
    return found


def exclusions(guide: Guide) -> tuple[tuple[str, Rule], ...]:
    """(label, rule) of the finished rules that set something aside, those of relations left out; in the order of the guide."""
    return tuple(
        (label, rule)
        for label, rule in guide.all_rules()
        if rule.kind is RuleKind.EXCLUSION
        and label not in guide.relations
        and not to_complete(rule.text)
    )


def _excluded(guide: Guide) -> Iterator[NearEntity]:
    for label, rule in exclusions(guide):
        right = {fold(s) for e in rule.examples if not e.wrong for s in _surfaces(e, "")}
        for example in rule.examples:
            if example.wrong:
                for surface in _surfaces(example, label):
                    if fold(surface) not in right:
                        yield NearEntity(surface, rule.id)


def _surfaces(example: Example, label: str) -> Iterator[str]:
    """What an example annotates with a label; with any label when it is empty."""
    for mention in example.document.mentions():
        if label in ("", mention.label):
            yield mention.text


def _known(words: str, gazetteer: Gazetteer, language: str) -> bool:
    """Whether gold annotates the words, or what follows their determiner, even once."""
    tokens = folded_tokens(words)
    bare = " ".join(tokens[1:]) if starts_with_determiner(words, language) else ""
    return bool(gazetteer.share(words) or (bare and gazetteer.share(bare)))
