"""Whether a document made from another still says the same: every mention and relation kept (science C.1, F3)."""

import re
from collections import Counter

from bouture.corpus.document import Document, Mention, Relation, remembered
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import sentences

LOST = Wording(
    "lost: the mention “{surface}” ({entity}, {label}), {times} time(s)",
    "perdue : la mention « {surface} » ({entity}, {label}), {times} fois",
)
CHANGED = Wording(
    "changed: the mention “{surface}” ({entity}, {label}) has become “{now}”",
    "modifiée : la mention « {surface} » ({entity}, {label}) est devenue « {now} »",
)
RELABELLED = Wording(
    "changed: entity {entity} (“{surface}”) is {now}, it was {label}",
    "modifiée : l’entité {entity} (« {surface} ») est {now}, elle était {label}",
)
ADDED = Wording(
    "added: the mention “{surface}” ({entity}, {label}), {times} time(s)",
    "ajoutée : la mention « {surface} » ({entity}, {label}), {times} fois",
)
RELATION_LOST = Wording("lost: the relation {relation}", "perdue : la relation {relation}")
RELATION_REVERSED = Wording(
    "reversed: the relation {relation}", "inversée : la relation {relation}"
)
RELATION_ADDED = Wording("added: the relation {relation}", "ajoutée : la relation {relation}")
POLARITY = Wording(
    "{cue} in one text only: {found}", "{cue_fr} dans un seul des deux textes : {found}"
)
CUES = (
    (
        "negation",
        "négation",
        re.compile(
            r"\bn(?:e\b|[’'])(?:\W*\w+){1,4}?\W+(?:pas|plus|jamais|rien|aucune?|personne|ni)\b"
            r"|\bpersonne n(?:e\b|[’'])|\b(?:sans|aucune?|nul(?:le)?|dément\w*|nie(?:nt)? avoir|not|never|without|denie[sd])\b",
            re.IGNORECASE,
        ),
    ),
    (
        "hypothesis",
        "hypothèse",
        re.compile(
            r"\b(?:aurai(?:t|ent)|serai(?:t|ent)|pourrai(?:t|ent)|devrai(?:t|ent)|menace(?:nt)? d(?:e\b|[’'])|"
            r"peut-être|éventuel\w*|would|could|might|(?-i:may)|perhaps|allegedly)\b",
            re.IGNORECASE,
        ),
    ),
)
"""Words that turn a fact into its contrary or into a possibility, in French and English (science C.1, L8)."""

_Key = tuple[str, str, str]


def compare(source: Document, made: Document, *, polarity: bool = False) -> list[Issue]:
    """What `made` lost, changed or added with regard to `source`; empty when it says the same.

    Mentions are compared as a multiset of (entity id, label, surface), surfaces without regard to
    case and typography; relations as a set. Lost and changed ones are rejects (F3), added ones go to
    review. With `polarity`, a negation or a hypothesis in a sentence that holds both ends of a
    relation goes to review when the other text has none anywhere (L8).
    """
    issues = _mentions(source, made) + _relations(source, made)
    return issues + _polarity(source, made) if polarity else issues


def _mentions(source: Document, made: Document) -> list[Issue]:
    before, after = _keys(source), _keys(made)
    if before == after:
        return []
    lost, added = before - after, after - before
    shown = {_key(m): m.text for d in (made, source) for m in d.mentions()}
    labels = made.labels()
    issues = []
    for key in list(lost):
        entity, label, _ = key
        place = Place(document=made.id, entity=entity)
        told = {"surface": shown[key], "entity": entity, "label": label}
        if labels.get(entity, label) != label:
            told["now"] = labels[entity]
            issues.append(Issue.of("F3", Severity.REJECT, RELABELLED, place, **told))
            for moved in [k for k in added if k[0] == entity and k[2] == key[2]]:
                del added[moved]
            continue
        instead = next((k for k in added if k[:2] == key[:2]), None)
        if instead is None:
            told_times = {**told, "times": lost[key]}
            issues.append(Issue.of("F3", Severity.REJECT, LOST, place, **told_times))
            continue
        told["now"] = shown[instead]
        issues.append(Issue.of("F3", Severity.REJECT, CHANGED, place, **told))
        added -= Counter({instead: lost[key]})
    for key, times in added.items():
        place = Place(document=made.id, entity=key[0])
        told_added = {"surface": shown[key], "entity": key[0], "label": key[1], "times": times}
        issues.append(Issue.of("F3", Severity.REVIEW, ADDED, place, **told_added))
    return issues


@remembered
def _keys(document: Document) -> Counter[_Key]:
    return Counter(map(_key, document.mentions()))


def _key(mention: Mention) -> _Key:
    return mention.entity, mention.label, fold(mention.text)


def _relations(source: Document, made: Document) -> list[Issue]:
    before, after = set(source.relations), set(made.relations)
    if before == after:
        return []
    reversed_ = {r for r in before - after if Relation(r.tail, r.label, r.head) in after - before}
    turned = {Relation(r.tail, r.label, r.head) for r in reversed_}
    found = (
        (RELATION_LOST, Severity.REJECT, before - after - reversed_),
        (RELATION_REVERSED, Severity.REJECT, reversed_),
        (RELATION_ADDED, Severity.REVIEW, after - before - turned),
    )
    issues = []
    for wording, severity, relations in found:
        for relation in sorted(relations):
            said = f"{relation.head} | {relation.label} | {relation.tail}"
            place = Place(document=made.id, relation=said)
            issues.append(Issue.of("F3", severity, wording, place, relation=said))
    return issues


def _polarity(source: Document, made: Document) -> list[Issue]:
    """A cue counts where a relation is stated, and only if the other text has none anywhere.

    A rewording may well say « n’est pas » of something else, or move a negation to another sentence.
    """
    issues = []
    for number, (name, name_fr, pattern) in enumerate(CUES):
        found: list[str] = []
        for here, there in ((source, made), (made, source)):
            if _cued(here)[number] and not _cued(there)[number]:
                found += [match.group() for match in pattern.finditer(_stating(here))]
        if found:
            told = {"cue": name, "cue_fr": name_fr, "found": ", ".join(found)}
            issues.append(
                Issue.of("L8", Severity.REVIEW, POLARITY, Place(document=made.id), **told)
            )
    return issues


@remembered
def _cued(document: Document) -> tuple[bool, ...]:
    """Whether the text has each cue anywhere."""
    return tuple(pattern.search(document.text) is not None for _, _, pattern in CUES)


@remembered
def _stating(document: Document) -> str:
    """The sentences that hold a mention of both ends of some relation, one a line."""
    found = []
    for sentence in sentences(document.text):
        here = {e.id for e in document.entities if any(sentence.contains(s) for s in e.spans)}
        if any({r.head, r.tail} <= here for r in document.relations):
            found.append(document.mention_text(sentence))
    return "\n".join(found)
