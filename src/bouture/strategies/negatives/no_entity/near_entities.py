"""Words that look like entities and are none under this guide: what its exclusions name, or common nouns that gold never annotates."""

from collections.abc import Iterator, Sequence

from bouture.corpus.guide import Example, Guide, RuleKind
from bouture.corpus.normalise import fold
from bouture.corpus.rule_codes import starts_with_determiner
from bouture.corpus.tokens import folded_tokens
from bouture.strategies.negatives.gazetteer import Gazetteer

ENOUGH = 4
"""Words from the guide from which those shipped are left aside."""


def near_entities(
    guide: Guide | None, gazetteer: Gazetteer, shipped: Sequence[str]
) -> tuple[str, ...]:
    """The words, in the order of the guide and then of `shipped`.

    The guide names them in the counter-examples of its exclusion rules: a mention wrongly annotated
    there, whose surface no example of the rule annotates. Whatever gold annotates even once is left out.
    """
    language = guide.language if guide else "fr"
    stated = (
        [surface for surface in _excluded(guide) if not gazetteer.share(surface)] if guide else []
    )
    found = dict.fromkeys(stated)
    if len(found) < ENOUGH:
        for words in shipped:
            if not _known(words, gazetteer, language):
                found[words] = None
    return tuple(found)


def _excluded(guide: Guide) -> Iterator[str]:
    for label, rule in guide.all_rules():
        if rule.kind is not RuleKind.EXCLUSION or label in guide.relations:
            continue
        right = {fold(s) for e in rule.examples if not e.wrong for s in _surfaces(e, "")}
        for example in rule.examples:
            if example.wrong:
                for surface in _surfaces(example, label):
                    if fold(surface) not in right:
                        yield surface


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
