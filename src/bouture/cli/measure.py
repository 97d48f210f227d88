"""evaluate, agree, check."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from bouture.cli.console import print_issues, print_json, say
from bouture.cli.options import CorpusFile, GuideFile, Json, Language, Quiet
from bouture.errors import UsageError


def evaluate(
    *,
    train: Annotated[Path, Parameter(help="Gold documents.")],
    test: Annotated[Path, Parameter(help="Gold documents to measure on; never a source.")],
    synthetic: Annotated[
        list[Path], Parameter(help="New documents; one or several files.", negative="")
    ],
    task: Annotated[Literal["entities", "relations"], Parameter(help="What is learnt.")],
    sizes: Annotated[str, Parameter(help="Numbers of gold documents: `25,50,100,all`.")] = "all",
    seeds: Annotated[int, Parameter(help="Repetitions, at least 5.")] = 5,
    arms: Annotated[
        str, Parameter(help="`none,duplicate,…`; all that can be compared when absent.")
    ] = "",
    factor: Annotated[float, Parameter(help="Documents added per gold document.")] = 1.0,
    metric: Annotated[
        Literal["micro", "macro"], Parameter(help="The F1 that the verdict rests on.")
    ] = "micro",
    bootstrap: Annotated[int, Parameter(help="Resamples behind each interval.")] = 2000,
    processes: Annotated[int, Parameter(help="0: as many as there are usable cores.")] = 0,
    exploratory: Annotated[
        bool, Parameter(negative="", help="Allow fewer seeds or no control, and say so loudly.")
    ] = False,
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Does it help? Trains with and without the new documents, with the duplicate control.

    For example:
      bouture evaluate --train gold.jsonl --test test.jsonl --synthetic demo/accepted.jsonl \\
      --task entities --sizes 25,50,100 --seeds 5
    """
    from bouture.cli.progress import Progress
    from bouture.cli.show_study import show_evaluation
    from bouture.verbs.measure import evaluate as measure

    given: dict[str, Any] = {
        "task": task,
        "sizes": _sizes(sizes),
        "seeds": seeds,
        "arms": _names(arms),
        "factor": factor,
        "metric": metric,
        "bootstrap": bootstrap,
        "processes": processes,
        "exploratory": exploratory,
    }
    with Progress(quiet or json) as progress:
        found = measure(train, test, synthetic, on_event=progress.evaluation, **given)
    if json:
        print_json(found)
    else:
        show_evaluation(found, lang)
    return 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _sizes(text: str) -> tuple[int | str, ...]:
    found: list[int | str] = []
    for name in _names(text):
        if name != "all" and (not name.isdecimal() or int(name) == 0):
            raise UsageError(f"--sizes: {name!r} is no number of documents", hint="e.g. 25,50,all")
        found.append(name if name == "all" else int(name))
    return tuple(found)


def agree(
    a: CorpusFile,
    b: CorpusFile,
    /,
    *,
    seed: Annotated[int, Parameter(help="Of the bootstrap behind the intervals.")] = 13,
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Agreement of two annotations of the same documents: people, or a person and a machine.

    For example:
      bouture agree first.jsonl second.jsonl
    """
    from bouture.cli.show_agreement import show_agreement
    from bouture.verbs.measure import agree as measure

    found = measure(a, b, seed)
    if json:
        print_json(found)
    elif not quiet:
        show_agreement(found, lang)
    return 0


def check(
    corpus: CorpusFile,
    /,
    *,
    gold: Annotated[Path, Parameter(help="Gold documents that thresholds are taken from.")],
    test: Annotated[
        list[Path], Parameter(help="Held-out documents that must not leak.", negative="")
    ] = [],  # noqa: B006 - read only
    guide: GuideFile = None,
    language: Annotated[Literal["fr", "en"], Parameter(help="Language of the corpus.")] = "fr",
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Quality and coherence of any corpus: every check, calibrated on gold. 1 when one is rejected.

    For example:
      bouture check new.jsonl --gold train.jsonl --test test.jsonl --guide guide.md
    """
    from bouture.augment.outcome import Status, settle
    from bouture.formats import read
    from bouture.verbs.measure import check as measure

    held_out = [document for path in test for document in read(path)]
    found = measure(corpus, gold, held_out=held_out, guide=guide, language=language)
    statuses = {document.id: settle(issues) for document, issues in found}
    rejected = sum(status is Status.REJECTED for status in statuses.values())
    if json:
        print_json(
            [
                {"document": document.id, "status": statuses[document.id], "issues": issues}
                for document, issues in found
            ]
        )
    else:
        print_issues([issue for _, issues in found for issue in issues], lang)
        counts = {status: list(statuses.values()).count(status) for status in Status}
        said = ", ".join(f"{n} {status}" for status, n in counts.items() if n)
        say(f"{len(found)} documents: {said}", quiet)
    return int(rejected > 0)
