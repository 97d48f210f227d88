"""A profile on a terminal."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bouture.cli.console import out, place, table
from bouture.corpus.profile_records import Profile
from bouture.report.typeset import Typeset
from bouture.report.wording import Say

MOST = 12
"""Lines of a table that has no end of its own."""


def show_profile(profile: Profile, lang: str) -> None:
    """Counts, lengths, labels, relations, ambiguity, gaps and probable errors."""
    say, typeset = Say(lang), Typeset(lang)
    parts = [
        _sizes(profile, say, typeset),
        _shares(profile, say, typeset),
        _labels(profile, say, typeset),
        _relations(profile, say, typeset),
        _pairs(profile, say, typeset),
        _ambiguous(profile, say, typeset),
        _gaps(profile, say),
        _errors(profile, say, typeset, lang),
    ]
    out.print(Group(*(Padding(part, (0, 0, 1, 0)) for part in parts if part is not None)))


def _sizes(profile: Profile, say: Say, typeset: Typeset) -> RenderableType | None:
    made = table(
        f"{typeset.integer(profile.documents)} {say('profile.documents')}",
        say("lengths.table"),
        "#" + say("total"),
        *("#" + say(f"lengths.{name}") for name in ("mean", "minimum", "median", "maximum")),
    )
    for name, found in profile.per_document.items():
        made.add_row(
            say(f"profile.{name}"),
            typeset.integer(getattr(profile, name)),
            typeset.decimal(found.mean),
            typeset.integer(found.minimum),
            typeset.number(found.median),
            typeset.integer(found.maximum),
        )
    return made


def _shares(profile: Profile, say: Say, typeset: Typeset) -> RenderableType | None:
    made = table(say("shares.title"), "", "#%")
    made.show_header = False
    for name in profile.shares.__struct_fields__:
        made.add_row(say(f"shares.{name}"), typeset.percent(getattr(profile.shares, name)))
    return made


def _labels(profile: Profile, say: Say, typeset: Typeset) -> RenderableType | None:
    if not profile.labels:
        return None
    made = table(
        say("labels.title"),
        say("label"),
        *("#" + said for said in (say("mentions"), "%", say("documents"), say("labels.surfaces"))),
    )
    for one in profile.labels:
        made.add_row(
            Text(one.label),
            typeset.integer(one.mentions),
            typeset.decimal(100 * one.share),
            typeset.integer(one.documents),
            typeset.integer(one.surfaces),
        )
    return made


def _relations(profile: Profile, say: Say, typeset: Typeset) -> RenderableType | None:
    if not profile.relation_labels:
        return Text(say("relations.none"))
    made = table(
        say("relations.title"),
        say("relation"),
        *("#" + said for said in ("n", "%", say("documents"), say("relations.across"))),
    )
    for one in profile.relation_labels:
        made.add_row(
            Text(one.label),
            typeset.integer(one.relations),
            typeset.decimal(100 * one.share),
            typeset.integer(one.documents),
            typeset.integer(one.across_sentences),
        )
    return made


def _pairs(profile: Profile, say: Say, typeset: Typeset) -> RenderableType | None:
    kinds = ((profile.nesting, "⊃"), (profile.same_span, "="), (profile.crossing, "×"))
    if not any(pairs for pairs, _ in kinds):
        return None
    made = table(say("nesting.title"), "", "#n")
    made.show_header = False
    met = [(pair, sign) for pairs, sign in kinds for pair in pairs]
    for pair, sign in met[:MOST]:
        made.add_row(Text(f"{pair.outer} {sign} {pair.inner}"), typeset.integer(pair.count))
    return _with_rest(made, len(met), say)


def _with_rest(made: Table, number: int, say: Say) -> RenderableType:
    """The table, and how many lines it leaves out."""
    left = number - MOST
    return Group(made, Text(say("more", number=left), "dim")) if left > 0 else made


def _ambiguous(profile: Profile, say: Say, typeset: Typeset) -> RenderableType | None:
    if not profile.ambiguous:
        return None
    made = table(
        say("ambiguous.title"),
        say("ambiguous.surface"),
        say("ambiguous.labels"),
        "#" + say("ambiguous.entropy"),
    )
    for one in profile.ambiguous[:MOST]:
        labels = ", ".join(f"{label} {typeset.integer(n)}" for label, n in one.labels.items())
        made.add_row(Text(one.surface), Text(labels), typeset.decimal(one.entropy, 2))
    return _with_rest(made, len(profile.ambiguous), say)


def _gaps(profile: Profile, say: Say) -> RenderableType | None:
    gaps = profile.gaps
    signatures = tuple(f"{s.head} {s.label} {s.tail}" for s in gaps.unseen_signatures)
    kinds = {
        "rare_labels": gaps.rare_labels,
        "rare_relations": gaps.rare_relations,
        "unseen_labels": gaps.unseen_labels,
        "unseen_relations": gaps.unseen_relations,
        "unseen_signatures": signatures,
    }
    if not any(kinds.values()):
        return None
    made = table(say("gaps.title"), "", "")
    made.show_header = False
    for name, labels in kinds.items():
        if labels:
            shown = ", ".join(labels[:MOST]) + (" …" if len(labels) > MOST else "")
            made.add_row(f"{say(f'gaps.{name}')} ({len(labels)})", Text(shown))
    return made


def _errors(profile: Profile, say: Say, typeset: Typeset, lang: str) -> RenderableType | None:
    if not profile.issues:
        return Text(say("errors.none"))
    made = table(
        say("errors.title"), say("errors.code"), "#" + say("errors.number"), say("errors.example")
    )
    for code in sorted({issue.code for issue in profile.issues}):
        found = [issue for issue in profile.issues if issue.code == code]
        example = f"{place(found[0])}: {found[0].text(lang)}"
        made.add_row(code, typeset.integer(len(found)), Text(example))
    return made
