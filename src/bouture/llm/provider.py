"""The shape of every provider: one request in, one raw response out. Retries are not its business."""

from typing import Protocol

from bouture.llm.messages import Request, Response


class Provider(Protocol):
    """Asks one model, once, and keeps nothing.

    Class attributes `name` (in the catalogue) and `Options` (what a recipe can say about it).
    """

    name: str

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


def whole(text: str) -> str:
    """The text with halves of characters joined, or replaced by U+FFFD where one stands alone.

    JSON can escape half a surrogate pair (`"\\ud83d"`), and models cut in the middle of an emoji do;
    neither UTF-8 nor a file can hold it.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
