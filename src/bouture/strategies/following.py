"""What comes after a strategy: followers that ask about what it has made, as part of the same dialogue."""

import random
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from bouture.corpus.document import Document, Origin, Span
from bouture.corpus.issue import Issue
from bouture.strategies.dialogue import Dialogue, Strategy


class Follower(Protocol):
    """Asks about one document that was made, and returns it: as it was, with issues, masked or mended.

    Made of `(materials, options)` like a strategy. It never declines and never loses a document:
    an answer that cannot be used leaves the document as it was, with a note in its origin. A class
    whose dialogues yield requests says so with `asks_model = True`.
    """

    name: str

    def __call__(self, document: Document, rng: random.Random) -> Dialogue: ...


class Followed:
    """A strategy with followers: each document it makes is handed to each of them in turn.

    It goes by the name of the strategy. The strategy draws its chances first, so it makes the same
    with followers as without; the `origin` stays the strategy's, what followers say is added to it.
    """

    def __init__(self, strategy: Strategy, followers: Sequence[Follower]) -> None:
        self.strategy = strategy
        self.followers = tuple(followers)

    @property
    def name(self) -> str:
        """That of the strategy."""
        return self.strategy.name

    @name.setter
    def name(self, name: str) -> None:
        self.strategy.name = name

    @property
    def asks_model(self) -> bool:
        """Whether the strategy or one of the followers does."""
        return any(getattr(one, "asks_model", False) for one in (self.strategy, *self.followers))

    def __getattr__(self, name: str) -> Any:
        """All else that a strategy says of itself (`sources`, `options`)."""
        if name == "strategy":  # not there yet: while it is copied or unpickled
            raise AttributeError(name)
        return getattr(self.strategy, name)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        documents = yield from self.strategy(document, rng)
        for follower in self.followers:
            followed: list[Document] = []
            for made in documents:
                followed += yield from follower(made, rng)
            documents = followed
        return documents


class Heard(msgspec.Struct, frozen=True):
    """What a follower found about a document."""

    follower: str
    said: dict[str, Any] = {}
    """Kept in the origin's parameters, under `followers` and its name."""
    issues: tuple[Issue, ...] = ()
    masked: tuple[Span, ...] = ()
    shown: tuple[str, ...] = ()
    """Ids of the gold documents shown to the model as examples."""


def noted(document: Document, heard: Heard) -> Document:
    """The document with what a follower found added to its origin and its mask."""
    origin = document.origin or Origin("", (document.id,))
    followers = {**origin.parameters.get("followers", {}), heard.follower: heard.said}
    origin = msgspec.structs.replace(
        origin,
        issues=(*origin.issues, *heard.issues),
        demonstrations=tuple(dict.fromkeys((*origin.demonstrations, *heard.shown))),
        parameters={**origin.parameters, "followers": followers},
    )
    mask = document.mask
    if heard.masked:
        spans = tuple(sorted({*mask.spans, *heard.masked}))
        mask = msgspec.structs.replace(mask, spans=spans)
    return msgspec.structs.replace(document, origin=origin, mask=mask)
