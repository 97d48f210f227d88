"""A preview, a summary and an evaluation on a terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.rule import Rule
from rich.text import Text

from bouture.augment.outcome import Outcome
from bouture.augment.summary import Summary
from bouture.cli.console import STYLES, out, table
from bouture.corpus.issue import Issue
from bouture.corpus.markup import to_markup
from bouture.evaluate.evaluation import Decision, Evaluation
from bouture.llm.messages import Message
from bouture.report.impact import arm_name, impact
from bouture.report.typeset import Typeset
from bouture.report.wording import Say

if TYPE_CHECKING:
    from bouture.verbs.study import Shown

STATUSES = ("requested", "accepted", "repaired", "review", "rejected", "failed", "pending")
ALWAYS = ("requested", "accepted", "rejected")
"""Statuses shown although they are 0."""
_DECISIONS = {
    Decision.AUGMENT: "bold green",
    Decision.DO_NOT_AUGMENT: "bold red",
    Decision.CANNOT_TELL: "bold yellow",
}


def show_preview(shown: "Sequence[Shown]", lang: str) -> None:
    """Each job: prompt, answer, document in inline markup, findings."""
    say = Say(lang)
    for number, job in enumerate(shown, 1):
        strategy = job.outcomes[0].strategy if job.outcomes else ""
        source = job.source.id if job.source else ""
        out.print(Rule(Text(f"{number}/{len(shown)}  {strategy}  {source}", "bold")))
        if not job.turns and job.source:
            _block(say("pairs.source"), to_markup(job.source))
        for request, response in job.turns:
            for message in request.messages:
                _block(_role(message), message.content)
            model = f" ({response.model})" if response.model else ""
            _block(say("pairs.answer") + model, response.text, "green")
        for outcome in job.outcomes:
            _outcome(outcome, say, lang)


def _role(message: Message) -> str:
    return f"▸ {message.role}"


def _block(title: str, text: str, style: str = "") -> None:
    out.print(Text(title, "bold cyan"))
    out.print(Text(text.rstrip("\n"), style))
    out.print()


def _outcome(outcome: Outcome, say: Say, lang: str) -> None:
    title = say("show.new", status=say(f"fate.{outcome.status.value}"))
    body = to_markup(outcome.document) if outcome.document else outcome.error or "–"
    _block(title, body)
    _issues(outcome.issues, lang)


def _issues(issues: Iterable[Issue], lang: str) -> None:
    for issue in issues:
        out.print(
            Text.assemble((f"{issue.code:<4} ", STYLES[issue.severity]), issue.text(lang)),
            soft_wrap=True,
        )
    out.print()


def show_summary(summary: Summary, evaluations: Sequence[Evaluation], lang: str) -> None:
    """Counts by strategy, reasons, cost in tokens; the verdicts last."""
    say, typeset = Say(lang), Typeset(lang)
    shown = [name for name in STATUSES if name in ALWAYS or getattr(summary, name)]
    made = table(
        say("made.title"), say("strategy"), *("#" + say(f"status.{name}") for name in shown)
    )
    for strategy, counts in summary.strategies.items():
        made.add_row(Text(strategy), *(typeset.integer(getattr(counts, name)) for name in shown))
    if len(summary.strategies) != 1:
        made.add_section()
        totals = (typeset.integer(getattr(summary, name)) for name in shown)
        made.add_row(say("total"), *totals)
    out.print(made)
    if summary.rejections:
        said = ", ".join(f"{code} {typeset.integer(n)}" for code, n in summary.rejections.items())
        out.print(Text.assemble((f"\n{say('show.rejections')} ", "bold"), said), soft_wrap=True)
    for error, number in summary.errors.items():
        line = f"{typeset.integer(number)} × {error}"
        out.print(Text.assemble((f"{say('made.errors')} ", "bold"), line), soft_wrap=True)
    if summary.requests:
        tokens = typeset.integer(summary.prompt_tokens + summary.completion_tokens)
        said = say(
            "show.requests",
            requests=typeset.integer(summary.requests),
            tokens=tokens,
            time=typeset.duration(summary.seconds),
        )
        out.print(Text(said, "dim"), soft_wrap=True)
    if summary.cost is not None:
        cost = typeset.money(summary.cost, summary.currency)
        each = (
            typeset.money(summary.cost / summary.modelled, summary.currency)
            if summary.modelled
            else "–"
        )
        out.print(Text(say("show.cost", cost=cost, each=each), "dim"), soft_wrap=True)
    why = summary.stopped_fr if lang == "fr" else summary.stopped
    if why:
        out.print(Text(say("made.stopped", why=why), "bold yellow"), soft_wrap=True)
        if summary.unread:
            unread = typeset.integer(summary.unread)
            out.print(Text(say("made.unread", unread=unread), "dim"), soft_wrap=True)
    for evaluation in evaluations:
        _verdict(evaluation, say, lang)


def show_evaluation(evaluation: Evaluation, lang: str) -> None:
    """Scores by arm, differences with their intervals, notes; the verdict last."""
    say, typeset = Say(lang), Typeset(lang)
    shown = impact(evaluation, 1, lang)
    scores = table(
        say("task." + evaluation.task),
        say("impact.arm"),
        *("#" + said for said in ("n", say("impact.added"), "P", "R", "F1 micro", "F1 macro")),
    )
    for line in shown.lines:
        cell = line.cell
        values = (cell.micro.precision, cell.micro.recall, cell.micro.f1, cell.macro.f1)
        scores.add_row(
            Text(arm_name(cell.arm, say)),
            typeset.integer(cell.size),
            typeset.integer(cell.n_extra),
            *(typeset.points(value) for value in values),
        )
    differences = table(
        say("impact.differences_table", metric=evaluation.metric),
        say("impact.arm"),
        "#n",
        "#" + say("impact.over_none"),
        "#" + say("impact.over_duplicate"),
    )
    for line in shown.lines:
        if line.over_none or line.over_duplicate:
            over = (
                f"{typeset.difference(c.delta)} {typeset.interval(c.low, c.high)}" if c else "–"
                for c in (line.over_none, line.over_duplicate)
            )
            size = typeset.integer(line.cell.size)
            differences.add_row(
                Text(arm_name(line.cell.arm, say)), size, *(Text(said) for said in over)
            )
    out.print(Group(scores, Text(), differences))
    for note in shown.notes:
        out.print(Text(note, "dim"))
    _verdict(evaluation, say, lang)


def _verdict(evaluation: Evaluation, say: Say, lang: str) -> None:
    verdict = evaluation.verdict
    task, decision = say("task." + evaluation.task), say("decision." + verdict.decision.value)
    out.print()
    out.print(Text.assemble((f"{task}. ", "bold"), (decision, _DECISIONS[verdict.decision])))
    out.print(Text(verdict.text_fr if lang == "fr" else verdict.text))
