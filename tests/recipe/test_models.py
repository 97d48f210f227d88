"""Several models in one recipe, budgets that can be kept, and runs that stay on this machine."""

from pathlib import Path

import pytest

from bouture.errors import ProviderError, RecipeError
from bouture.llm.messages import Response
from bouture.recipe.build import Study, build
from bouture.recipe.identity import fingerprint, used
from bouture.recipe.models import provider_of
from bouture.recipe.reader import load_recipe

OTHER = "{provider: openai, name: other, options: {base_url: 'http://localhost:1/v1'}}"


def study(example: Path, **settings: str) -> Study:
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return build(load_recipe(example, named))


def test_a_strategy_asks_the_model_it_names(example: Path) -> None:
    found = study(example, models__other=OTHER, strategies__rewrite__model="other")
    assert found.asked == ("other",)
    document = found.train[0]
    request = next(found.strategies["rewrite"](document, found.jobs[0].rng(1)))
    assert request.model == "other"
    assert used(found)["models"]["other"]["options"] == {"base_url": "http://localhost:1/v1"}


def test_the_model_of_a_strategy_belongs_to_what_must_not_change(example: Path) -> None:
    plain = fingerprint(study(example, models__other=OTHER))
    assert (
        fingerprint(study(example, models__other=OTHER, strategies__rewrite__model="other"))
        != plain
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"strategies.rewrite.model": "none"}, "no 'none' in `models`"),
        ({"models.b": "{name: written-for-the-example}"}, "two different sections"),
        ({"budget.tokens": "1000", "model.parameters": "{}"}, "max_tokens"),
        ({"budget.money": "1", "models.b": "{name: b, parameters: {max_tokens: 5}}"}, "prices"),
        ({"budget.money": "-1"}, "greater than 0"),
        ({"budget.euros": "1"}, "euros"),
    ],
)
def test_what_could_not_be_kept_is_refused(
    example: Path, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(example, settings)
    assert said in str(caught.value)


def test_two_currencies_cannot_share_a_budget(example: Path) -> None:
    dollars = "{name: b, parameters: {max_tokens: 5}, prices: {input: 1, currency: USD}}"
    with pytest.raises(RecipeError, match="different currencies"):
        load_recipe(example, {"budget.money": "1", "models.b": dollars})


@pytest.mark.parametrize("host", ["api.example.org", "192.0.2.7", "localhost.example.org"])
def test_offline_contacts_this_machine_alone(example: Path, host: str) -> None:
    away = {
        "offline": "true",
        "model.provider": "openai",
        "model.options": f"{{base_url: 'https://{host}/v1'}}",
    }
    with pytest.raises((RecipeError, ProviderError), match="not on this machine"):
        provider_of(load_recipe(example, away), "")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_offline_still_asks_a_server_of_this_machine(example: Path, host: str) -> None:
    here = {
        "offline": "true",
        "model.provider": "openai",
        "model.options": f"{{base_url: 'http://{host}:8000/v1'}}",
    }
    assert provider_of(load_recipe(example, here), "").name == "openai"


def test_a_turn_can_ask_another_model(example: Path) -> None:
    turn = "{repair_model: other}"
    found = study(example, models__other=OTHER, strategies__rewrite__options=turn)
    assert found.asked == ("", "other")
    dialogue = found.strategies["rewrite"](found.train[0], found.jobs[0].rng(1))
    first = next(dialogue)
    second = dialogue.send(Response("Je ne peux pas."))
    assert (first.model, second.model) == ("written-for-the-example", "other")
    with pytest.raises(RecipeError, match="no 'nobody' in `models`"):
        study(example, strategies__rewrite__options="{repair_model: nobody}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model.options", "{base_url: 'http://me:SECRETSECRET@127.0.0.1:1/v1'}"),
        ("model.options", "{base_url: 'http://h/v1?key=SECRETSECRET'}"),
        ("model.options", "{base_url: 'http://h/v1', proxy: 'http://me:SECRETSECRET@h:1'}"),
        ("model.options", "{base_url: 'http://h/v1', api_key: SECRETSECRET}"),
        ("model.concurrency", "sk-SECRETSECRET"),
        ("model.name", "sk-SECRETSECRET"),
        ("model.parameters", "{authorization: SECRETSECRET}"),
        ("seed", "http://me:SECRETSECRET@h"),
    ],
)
def test_a_key_in_the_wrong_place_is_refused_and_not_repeated(
    example: Path, key: str, value: str
) -> None:
    settings = {"model": "{provider: openai, name: m}", key: value}
    with pytest.raises(RecipeError) as caught:
        build(load_recipe(example, settings))
    assert "SECRET" not in str(caught.value)


def test_a_parameter_that_ends_in_token_is_no_secret(example: Path) -> None:
    found = load_recipe(example, {"model.parameters": "{max_token: 12}"})
    assert found.model is not None and found.model.parameters == {"max_token": 12}
