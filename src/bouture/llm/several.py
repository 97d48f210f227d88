"""Several models behind one door: each request goes to the client of its model."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import reduce

from bouture.errors import BudgetReached, ProviderError
from bouture.llm.client import GRACE_S, Client
from bouture.llm.flow.stats import Stats
from bouture.llm.messages import Request, Response


class Several:
    """The clients of a run by the name of the model asked, as one.

    Args:
        clients: by `Request.model`. They share a store, and a meter when there is a budget; one client may
            serve several models.
    """

    def __init__(self, clients: Mapping[str, Client]) -> None:
        self._by_model = dict(clients)
        self.clients: Iterable[Client] = tuple({id(c): c for c in clients.values()}.values())
        """Each once."""

    @property
    def stats(self) -> Stats:
        """The sum over all clients."""
        return reduce(Stats.plus, (client.stats for client in self.clients), Stats())

    @property
    def concurrency(self) -> int:
        """Requests in flight at most, over all clients."""
        return sum(client.concurrency for client in self.clients)

    async def answer(self, request: Request) -> Response:
        """The answer of the model asked; see `Client.answer` for the errors.

        Raises:
            ProviderError: there is no such model.
        """
        client = self._by_model.get(request.model)
        if client is None:
            known = ", ".join(repr(model) for model in self._by_model) or "none"
            raise ProviderError(
                f"no model is called {request.model!r}",
                hint=f"add it to `models` of the recipe; known: {known}",
            )
        try:
            return await client.answer(request)
        except BudgetReached as reached:
            for other in self.clients:
                other.end(reached)
            raise

    def stop(self, reason: str, grace_s: float = GRACE_S) -> None:
        """Sends nothing more to any; see `Client.stop`."""
        for client in self.clients:
            client.stop(reason, grace_s)

    async def close(self) -> None:
        """Closes every client."""
        closing = [client.close() for client in self.clients]
        for problem in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(problem, BaseException):
                raise problem
