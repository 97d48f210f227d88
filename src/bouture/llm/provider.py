"""The shape of every provider: one request in, one raw response out. Retries are not its business."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from bouture.llm.messages import Request, Response


class Provider(Protocol):
    """Asks one model, once, and keeps nothing.

    Class attributes `name` (in the catalogue) and `Options` (what a recipe can say about it).
    """

    name: str

    @property
    def contacts(self) -> tuple[str, ...]:
        """Hosts it will speak to, nothing else; none for what stays inside this process."""
        ...

    async def ask(self, request: Request) -> Response:
        """Sends the request and waits for the answer.

        Raises:
            ServerUnreachable: nothing usable came back this time; asking again may help.
            RequestRefused: the server will not take this request; asking again is useless.
            AnswerMissing: a recorded provider has no answer for this request.
            ProviderError: something is wrong that concerns every request (key, address, model).
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; nothing is asked afterwards."""
        ...


class Learnt(msgspec.Struct, frozen=True):
    """What a server turned out not to take, and what is done instead from then on."""

    parameter: str
    """As the request has it, e.g. `seed` or `response_format`."""
    instead: str
    """Its other name or form; empty: it is left out."""
    said: str = ""
    """The server's words."""


@runtime_checkable
class Learning(Protocol):
    """A provider that learns what its server takes. The client tells it what earlier runs have learnt."""

    on_learnt: Callable[[Learnt], None]
    """Called once for each new fact, by the provider."""

    def remember(self, facts: Sequence[Learnt]) -> None:
        """Takes over what was learnt before, without calling `on_learnt`."""
        ...


def whole(text: str) -> str:
    """The text with halves of characters joined, or replaced by U+FFFD where one stands alone.

    JSON can escape half a surrogate pair (`"\\ud83d"`), and models cut in the middle of an emoji do;
    neither UTF-8 nor a file can hold it.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
