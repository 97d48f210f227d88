"""Proves what can be proved of a text that illustrates a rule: the case is annotated, or the trap stands there and is not."""

from itertools import permutations

from bouture.corpus.anchoring import anchor
from bouture.corpus.document import Document, Mention, Span
from bouture.corpus.guide import RuleCode, RuleKind
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.quotes import How, Quote
from bouture.corpus.rule_codes import DETERMINERS, breaks
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import tokenize
from bouture.strategies.guide_rules.blocks import Trap
from bouture.strategies.guide_rules.task import Task

NOTHING = Wording(
    "the text that should show a case of rule {rule} has nothing annotated {label}",
    "le texte qui doit montrer un cas de la règle {rule} n’a rien d’annoté {label}",
)
NOTHING_AT_ALL = Wording(
    "the text that should show a case of rule {rule} has nothing annotated at all",
    "le texte qui doit montrer un cas de la règle {rule} n’a rien d’annoté",
)
BROKEN = Wording(
    "“{mention}” ({label}) breaks rule {rule} itself: {check}",
    "« {mention} » ({label}) enfreint la règle {rule} elle-même : {check}",
)
NO_TRAP = Wording(
    "the line that quotes the trap (TRAP: …) is missing",
    "il manque la ligne qui cite le piège (PIÈGE : …)",
)
NOT_THERE = Wording(
    "the trap “{trap}” is not in the text, word for word",
    "le piège « {trap} » n’est pas dans le texte, mot pour mot",
)
TAGGED = Wording(
    "the trap “{trap}” is annotated: “{mention}” ({label}), which rule {rule} does not want here",
    "le piège « {trap} » est annoté : « {mention} » ({label}), ce que la règle {rule} ne veut pas ici",
)
RELATED = Wording(
    "the trap “{trap}” holds the relation {relation}, which rule {rule} does not want here",
    "le piège « {trap} » contient la relation {relation}, ce que la règle {rule} ne veut pas ici",
)
NO_PAIR = Wording(
    "the trap “{trap}” does not hold two tagged entities that {label} could relate",
    "le piège « {trap} » ne contient pas deux entités balisées que {label} pourrait relier",
)
SURE = frozenset({How.EXACT, How.NORMALISED, How.CASEFOLD})


def shows_case(document: Document, task: Task) -> list[Issue]:
    """P41 when nothing bears the label of the rule."""
    if task.relation:
        found = any(relation.label == task.label for relation in document.relations)
    else:
        found = any(task.label in ("", entity.label) for entity in document.entities)
    if found:
        return []
    wording = NOTHING if task.label else NOTHING_AT_ALL
    told = {"rule": task.rule.id, "label": task.label}
    return [Issue.of("P41", Severity.REJECT, wording, Place(document=document.id), **told)]


def keeps_codes(document: Document, task: Task, language: str) -> list[Issue]:
    """P41 for each mention that breaks the coded part of the very rule (a general one: whatever its label)."""
    return [
        Issue.of(
            "P41",
            Severity.REJECT,
            BROKEN,
            Place(
                document=document.id, start=mention.start, end=mention.end, entity=mention.entity
            ),
            mention=mention.text,
            label=mention.label,
            rule=task.rule.id,
            check=_said(code),
        )
        for mention in document.mentions()
        if task.label in ("", mention.label)
        for code in task.rule.codes
        if breaks(code, mention.text, language)
    ]


def springs_no_trap(
    document: Document, task: Task, trap: Trap | None, schema: Schema, language: str
) -> list[Issue]:
    """P42 when the trap is missing or not in the text, P43 when it is annotated wherever it stands."""
    place = Place(document=document.id)
    if trap is None:
        return [Issue.of("P42", Severity.REJECT, NO_TRAP, place)]
    spans = trap_spans(document, trap)
    if not spans:
        return [Issue.of("P42", Severity.REJECT, NOT_THERE, place, trap=trap.words)]
    told = {"trap": trap.words, "rule": task.rule.id}
    if task.relation:
        return _unrelated(document, task, spans, schema, told)
    label = task.label or (trap.label if trap.label in schema.entities else "")
    found: list[Mention] = []
    for span in spans:
        here = [m for m in document.mentions() if label in ("", m.label)]
        strict = bool(label) and task.rule.kind is not RuleKind.BOUNDARY
        sprung = [m for m in here if _sprung(document, m, span, strict, language)]
        if not sprung:
            return []
        found += sprung
    first = found[0]
    told |= {"mention": first.text, "label": first.label}
    place = Place(document=document.id, start=first.start, end=first.end, entity=first.entity)
    return [Issue.of("P43", Severity.REJECT, TAGGED, place, **told)]


def trap_spans(document: Document, trap: Trap) -> tuple[Span, ...]:
    """Where the trap stands, as whole words, typography and case aside; empty when nowhere."""
    [found] = anchor(document.text, [Quote(trap.words, trap.label)], occurrences="all")
    return found.spans if found.how in SURE else ()


def _sprung(document: Document, mention: Mention, span: Span, strict: bool, language: str) -> bool:
    """Whether a mention of the label is what the hurried annotator would have made of the trap.

    The limits of a boundary rule, and a trap without a label, are a matter of the very span. Else a
    mention counts that holds the trap, crosses it, or is its head: the first words of a French noun
    phrase (its determiner aside), the last of an English one.
    """
    own = mention.span
    if not strict or own == span:
        return own == span
    if own.contains(span) or own.crosses(span):
        return True
    if not span.contains(own):
        return False
    return own.end == span.end if language == "en" else own.start <= _head(document, span)


def _head(document: Document, span: Span) -> int:
    """Where the first word of a French phrase begins that is no determiner."""
    words = tokenize(document.mention_text(span))
    for word in words:
        said = document.text[span.start + word.start : span.start + word.end].casefold()
        if said not in DETERMINERS["fr"] and said not in ("l'", "l’"):
            return span.start + word.start
    return span.start


def _unrelated(
    document: Document, task: Task, spans: tuple[Span, ...], schema: Schema, told: dict[str, str]
) -> list[Issue]:
    place = Place(document=document.id)
    found: list[Issue] = []
    for span in spans:
        here = {m.entity for m in document.mentions() if span.contains(m.span)}
        tied = [r for r in document.relations if r.label == task.label and {r.head, r.tail} <= here]
        if tied:
            said = f"{tied[0].head} | {tied[0].label} | {tied[0].tail}"
            found.append(Issue.of("P43", Severity.REJECT, RELATED, place, relation=said, **told))
            continue
        if held_apart(document, span, task.label, schema) or _as_in_a_counter_example(
            here, document, task
        ):
            return []
    if found:
        return found[:1]
    return [Issue.of("P42", Severity.REJECT, NO_PAIR, place, trap=told["trap"], label=task.label)]


def _as_in_a_counter_example(here: set[str], document: Document, task: Task) -> bool:
    """Whether two entities are of the labels that a counter-example of the rule relates wrongly.

    A rule may be about ends that the relation does not allow (« une personne n’est pas rattachée à une
    organisation »): then its trap is such a pair.
    """
    tempting: set[tuple[str, str]] = set()
    for example in task.rule.examples:
        labels = example.document.labels()
        for relation in example.document.relations if example.wrong else ():
            if relation.label == task.label:
                tempting.add((labels[relation.head], labels[relation.tail]))
    labels = document.labels()
    return any((labels[head], labels[tail]) in tempting for head, tail in permutations(here, 2))


def held_apart(
    document: Document, span: Span, relation: str, schema: Schema
) -> list[tuple[str, str]]:
    """The pairs of entities within a stretch that the relation could tie, head first."""
    labels = document.labels()
    here = [m.entity for m in document.mentions() if span.contains(m.span)]
    return [
        (head, tail)
        for head, tail in permutations(dict.fromkeys(here), 2)
        if schema.allows(labels[head], relation, labels[tail])
    ]


def _said(code: RuleCode) -> str:
    return f"{code.name}={code.value}" if code.value else code.name
