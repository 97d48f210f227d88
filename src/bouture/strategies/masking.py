"""What to leave out of training without leaving out what is annotated beside it."""

from collections.abc import Iterable

from bouture.corpus.document import Span


def outside(masked: Iterable[Span], kept: Iterable[Span]) -> tuple[Span, ...]:
    """The parts of `masked` outside `kept`, merged, in order: a mask over a part of a mention would cover all of it."""
    free: list[list[int]] = []
    for span in sorted(masked):
        if free and span.start <= free[-1][1]:
            free[-1][1] = max(free[-1][1], span.end)
        else:
            free.append([span.start, span.end])
    taken = sorted(kept)
    found: list[Span] = []
    for start, end in free:
        at = start
        for span in taken:
            if span.end <= at or span.start >= end:
                continue
            if span.start > at:
                found.append(Span(at, span.start))
            at = max(at, span.end)
        if at < end:
            found.append(Span(at, end))
    return tuple(found)
