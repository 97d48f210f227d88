"""What a corpus is like, as one HTML page."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from bouture.corpus.document import Document, Mention
from bouture.corpus.issue import Issue
from bouture.corpus.profile_records import Profile
from bouture.report import charts
from bouture.report.annotated import colours, highlighted
from bouture.report.charts import Axis, Spec
from bouture.report.page import render
from bouture.report.wording import Say

MOST = 40
"""Ambiguous forms shown."""
PLACES = 8
"""Probable errors shown of each code."""
AROUND = 90
"""Characters of context shown on each side of a probable error."""
_HISTOGRAMS = ("tokens", "mentions", "relations")


class Suspect(NamedTuple):
    """One probable annotation error."""

    document: str
    message: str
    excerpt: Markup | None
    """The text around it with its mentions, where the documents are at hand."""


class Suspects(NamedTuple):
    """Probable errors with one code."""

    code: str
    number: int
    shown: tuple[Suspect, ...]


def profile_page(
    profile: Profile, title: str, language: str, documents: Sequence[Document] = ()
) -> str:
    """The page of a profile.

    Args:
        profile: what to show.
        title: name of the corpus.
        language: `fr` or `en`.
        documents: the corpus itself, to show probable errors in their context.
    """
    say = Say(language)
    classes = colours(label.label for label in profile.labels)
    return render(
        "profile.html.j2",
        language,
        _charts(profile, say),
        {
            "title": title,
            "profile": profile,
            "sections": _sections(say),
            "tiles": [
                (say(f"profile.{name}"), getattr(profile, name))
                for name in ("documents", "sentences", "tokens", "mentions", "entities")
            ]
            + [
                (say("profile.relations"), profile.relations),
                (say("profile.issues"), len(profile.issues)),
            ],
            "histograms": [name for name in _HISTOGRAMS if name in profile.per_document],
            "shares": list(msgspec.structs.asdict(profile.shares).items()),
            "gaps": _gaps(profile),
            "errors": _suspects(profile.issues, documents, classes, language),
            "classes": classes,
            "few": charts.FEW,
            "most": MOST,
        },
    )


def _sections(say: Say) -> list[tuple[str, str]]:
    return [
        ("lengths", say("lengths.title")),
        ("labels", say("labels.nav")),
        ("relations", say("relations.title")),
        ("nesting", say("nesting.nav")),
        ("ambiguous", say("ambiguous.nav")),
        ("gaps", say("gaps.nav")),
        ("errors", say("errors.nav")),
    ]


def _charts(profile: Profile, say: Say) -> dict[str, Spec]:
    made: dict[str, Spec] = {}
    for name in _HISTOGRAMS:
        found = profile.per_document.get(name)
        if found is not None:
            rows: list[charts.Row] = [
                {"low": a, "high": b + 1, "count": count} for a, b, count in found.bars
            ]
            made[f"lengths-{name}"] = charts.histogram(rows, Axis(say(name)), say("documents"))
    if profile.labels:
        rows = [_bar(one.label, one.mentions) for one in profile.labels]
        made["labels"] = charts.bars(rows, Axis(say("mentions")))
    if profile.relation_labels:
        rows = [_bar(one.label, one.relations) for one in profile.relation_labels]
        made["relations"] = charts.bars(rows, Axis(say("relations")))
    return made


def _bar(label: str, count: int) -> charts.Row:
    return {"label": label, "count": count}


def _gaps(profile: Profile) -> list[tuple[str, Sequence[str]]]:
    """Kinds of gaps that hold something, with their labels."""
    gaps = profile.gaps
    kinds: list[tuple[str, Sequence[str]]] = [
        ("rare_labels", gaps.rare_labels),
        ("rare_relations", gaps.rare_relations),
        ("unseen_labels", gaps.unseen_labels),
        ("unseen_relations", gaps.unseen_relations),
    ]
    return [(name, labels) for name, labels in kinds if labels]


def _suspects(
    issues: Sequence[Issue],
    documents: Sequence[Document],
    classes: Mapping[str, str],
    language: str,
) -> list[Suspects]:
    known = {document.id: document for document in documents}
    by_code: dict[str, list[Issue]] = {}
    for issue in issues:
        by_code.setdefault(issue.code, []).append(issue)
    return [
        Suspects(
            code,
            len(found),
            tuple(
                Suspect(issue.place.document, issue.text(language), _excerpt(issue, known, classes))
                for issue in found[:PLACES]
            ),
        )
        for code, found in sorted(by_code.items())
    ]


def _excerpt(
    issue: Issue, documents: Mapping[str, Document], classes: Mapping[str, str]
) -> Markup | None:
    """The text around an issue, cut between words, the place itself marked."""
    document, start, end = documents.get(issue.place.document), issue.place.start, issue.place.end
    if document is None or start is None or end is None:
        return None
    text = document.text
    low = 0 if start <= AROUND else text.rfind(" ", 0, start - AROUND) + 1
    high = text.find(" ", end + AROUND)
    high = len(text) if high < 0 else high
    inside = [m for m in document.mentions() if low <= m.start and m.end <= high]
    moved = [m._replace(start=m.start - low, end=m.end - low) for m in inside]
    place = Mention("", "", start - low, end - low, text[start:end])
    shown = highlighted(text[low:high], moved, classes, place=place.span)
    return Markup("{}{}{}").format("… " if low else "", shown, " …" if high < len(text) else "")
