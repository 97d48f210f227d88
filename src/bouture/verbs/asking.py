"""The models of a recipe as one door: providers, limits and the budget behind it."""

import time
from collections.abc import Callable

from bouture.augment.summary import Account
from bouture.corpus.issue import Wording
from bouture.errors import BoutureError, ProviderError, RecipeError
from bouture.llm.budget.amounts import Caps, Price
from bouture.llm.budget.booking import meter_of
from bouture.llm.budget.meter import Meter
from bouture.llm.client import Answering, Client, Flow
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Learnt, Provider
from bouture.llm.recorded import Recorded
from bouture.llm.several import Several
from bouture.llm.store.answers import AnswerStore
from bouture.recipe.build import Study
from bouture.recipe.models import provider_of
from bouture.recipe.sections import ModelSection, Recipe

LEFT_OUT = Wording(
    "the server does not take `{parameter}`: it is left out from now on",
    "le serveur n’accepte pas `{parameter}` : ce paramètre est désormais omis",
)
OTHERWISE = Wording(
    "the server does not take `{parameter}` as it is: `{instead}` is sent from now on",
    "le serveur n’accepte pas `{parameter}` tel quel : `{instead}` est désormais envoyé à la place",
)


class Unready:
    """A model that cannot be asked here, and why: told once it has to be asked, for all may be answered already."""

    name = "unready"
    contacts: tuple[str, ...] = ()

    def __init__(self, error: BoutureError) -> None:
        self._error = error

    async def ask(self, request: Request) -> Response:
        """Raises why not.

        Raises:
            ProviderError: the environment variable of the key is not set.
            RecipeError: an address away from this machine in an offline run.
        """
        raise self._error

    async def close(self) -> None:
        """Nothing to let go of."""


def answering(study: Study, store: AnswerStore, meter: Meter) -> Answering | None:
    """The models that the strategies of a study ask; None when they ask none."""
    recipe = study.recipe
    clients: dict[str, Client] = {}
    for name in study.asked:
        section = recipe.asked[name]
        if section.name not in clients:
            clients[section.name] = Client(
                _provider(recipe, name),
                store,
                flow=flow_of(section),
                retries=section.retries,
                meter=meter,
            )
    if len(clients) == 1:
        return next(iter(clients.values()))
    return Several(clients) if clients else None


def _provider(recipe: Recipe, name: str) -> Provider:
    try:
        return provider_of(recipe, name)
    except (ProviderError, RecipeError) as error:
        return Unready(error)


def stored_only(store: AnswerStore) -> Client:
    """A door behind which nobody is asked: only what is stored is answered."""
    return Client(Recorded(Recorded.Options()), store, retries=0)


def flow_of(section: ModelSection) -> Flow:
    """How much a model may be asked at once and in a minute."""
    return Flow(
        most=section.concurrency,
        requests_per_minute=section.requests_per_minute,
        tokens_per_minute=section.tokens_per_minute,
    )


def budget_of(recipe: Recipe, store: AnswerStore) -> Meter:
    """The budget of a run, which goes on where earlier runs in its folder have stopped."""
    budget = recipe.budget
    caps = Caps(
        money=budget.money,
        tokens=budget.tokens,
        requests=budget.requests,
        seconds=None if budget.hours is None else 3600 * budget.hours,
        currency=currency_of(recipe),
    )
    prices = {
        section.name: Price(section.prices.input, section.prices.output)
        for section in recipe.asked.values()
        if section.priced
    }
    return meter_of(store, caps, prices, time.monotonic)


def account_of(recipe: Recipe, store: AnswerStore) -> Callable[[], Account]:
    """What was spent so far in a run folder, asked whenever somebody wants to know."""
    priced = {one.name: one.prices for one in recipe.asked.values() if one.priced}
    currency = currency_of(recipe)

    def account() -> Account:
        totals = store.totals()
        prompt = {name: t.prompt_tokens + t.lost_prompt for name, t in totals.items()}
        answer = {name: t.completion_tokens + t.lost_completion for name, t in totals.items()}
        cost = sum(price.cost(prompt.get(n, 0), answer.get(n, 0)) for n, price in priced.items())
        return Account(
            requests=sum(t.requests for t in totals.values()),
            tokens=sum(prompt.values()) + sum(answer.values()),
            lost=sum(t.lost_requests for t in totals.values()),
            cost=cost if currency else None,
            currency=currency,
        )

    return account


def currency_of(recipe: Recipe) -> str:
    """The currency of the prices; empty when the recipe states none, or several."""
    found = {section.prices.currency for section in recipe.asked.values() if section.priced}
    return found.pop() if len(found) == 1 else ""


def tell(door: Answering, on_learnt: Callable[[Learnt], None]) -> None:
    """Has `on_learnt` called once for each thing a server turns out not to take."""
    for client in door.clients if isinstance(door, Several) else (door,):
        if isinstance(client, Client):
            client.on_learnt = on_learnt


def learnt_wording(fact: Learnt) -> Wording:
    """What a server turned out not to take, for people."""
    said = {"parameter": fact.parameter, "instead": fact.instead}
    wording = OTHERWISE if fact.instead else LEFT_OUT
    return Wording(*(words.format(**said) for words in wording))
