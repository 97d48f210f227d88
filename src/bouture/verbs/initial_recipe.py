"""The recipe that `init` writes: the default mixture where a model is named, operations without model where none is."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.corpus.issue import Wording
from bouture.llm.catalog import PROVIDERS
from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.planner.serving import Part, default_mixture

SEED = 13
"""Of the split, and written into the recipe."""
ROUNDS = 3
FACTOR = 3
LOCAL = ("mention_replacement", "label_wise_token_replacement", "shuffle_within_segments")


class Wishes(NamedTuple):
    """What a new project is to use beside its corpus."""

    model: str = ""
    """Name of the model to ask, as its server knows it; none: nothing is asked."""
    provider: str = "mistral"
    raw: str | Path | None = None
    """Texts without annotation, to annotate."""


WORDS: Mapping[str, Wording] = {
    "local": Wording(
        "Local operations, no model (Dai & Adel, 2020): the point of comparison.",
        "Opérations locales, sans modèle (Dai & Adel, 2020) : le point de comparaison.",
    ),
    "local.instead": Wording(
        "Without a model: these lines instead of `strategies` and `mixture` above.",
        "Sans modèle : ces lignes à la place de `strategies` et de `mixture` ci-dessus.",
    ),
    "mixed": Wording(
        "The default mixture for 50 to 200 documents: docs/strategies/planner.md",
        "Le mélange par défaut pour 50 à 200 documents : docs/strategies/planner.md",
    ),
    "mixed.instead": Wording(
        "With a model, the default mixture for 50 to 200 documents (docs/strategies/planner.md): remove\n"
        "the lines of `strategies` above, then the “# ” at the beginning of the lines from here to `# budget:`.",
        "Avec un modèle, le mélange par défaut pour 50 à 200 documents (docs/strategies/planner.md) : ôtez\n"
        "les lignes de `strategies` ci-dessus, puis « # » au début des lignes qui vont d’ici à `# budget:`.",
    ),
    "factor": Wording(
        "documents asked for, for each of yours, at most",
        "documents demandés pour chacun des vôtres, au plus",
    ),
    "rounds": Wording(
        "each looks at what the ones before it have brought",
        "chacun tient compte de ce que les précédents ont rapporté",
    ),
    "shares": Wording(
        "weights at the start; what is lacking and what is accepted then move them",
        "poids de départ ; ce qui manque et ce qui est accepté les font ensuite varier",
    ),
    "provider": Wording(
        "or openai, vllm, ollama, llamacpp, tgi, local: see docs/providers.md",
        "ou openai, vllm, ollama, llamacpp, tgi, local : voir docs/providers.md",
    ),
    "key": Wording(
        "The key is read from {where}. For a server of your own:",
        "La clé est lue dans {where}. Pour votre propre serveur :",
    ),
    "server": Wording(
        "The server is looked for at {where}. For another:",
        "Le serveur est cherché à l’adresse {where}. Pour un autre :",
    ),
    "guide": Wording(
        "to complete: see the passages marked TO COMPLETE",
        "à compléter : voir les passages marqués « À COMPLÉTER »",
    ),
    "variable": Wording("NAME_OF_THE_VARIABLE", "NOM_DE_LA_VARIABLE"),
    "prices": Wording("per million tokens", "par million de jetons"),
    "budget": Wording(
        "never passed; raise it to continue", "jamais dépassé ; relevez-le pour continuer"
    ),
    "arms": Wording(
        "without this line, an arm for each strategy too",
        "sans cette ligne, un bras par stratégie aussi",
    ),
    "raw": Wording("texts without annotation", "textes sans annotation"),
    "dev": Wording("to decide on", "pour décider"),
    "test": Wording("to measure on; never a source", "pour mesurer ; jamais une source"),
}


class _Say(NamedTuple):
    language: str

    def __call__(self, key: str) -> str:
        return self.of(WORDS[key])

    def of(self, wording: Wording) -> str:
        """A wording in the language."""
        return wording.fr if self.language == "fr" else wording.en


def initial_recipe(
    folder: Path,
    parts: Mapping[str, Sequence[Document]],
    language: str,
    wishes: Wishes,
    *,
    unfinished: bool,
) -> str:
    """The text of `recipe.yaml` for a project in `folder`.

    Args:
        unfinished: the guide has passages to complete.

    Raises:
        UnknownNameError: no such provider.
    """
    say = _Say(language)

    held_out = [
        f"  {part}: data/{part}.jsonl # {say(part)}" for part in ("dev", "test") if part in parts
    ]
    mixture = default_mixture(STRATEGIES.names(), _has(parts["train"], wishes))
    related = any(document.relations for document in parts["train"])
    template = files("bouture.verbs").joinpath("templates", f"recipe.{language}.yaml")
    raw = "" if wishes.raw is None else os.path.relpath(Path(wishes.raw).resolve(), folder)
    return Template(template.read_text(encoding="utf-8")).substitute(
        name=_quoted(folder.name),
        seed=SEED,
        held_out="\n".join(held_out),
        guide=f"  guide: guide.md # {say('guide')}" if unfinished else "  guide: guide.md",
        raw=f"  raw: {_quoted(Path(raw).as_posix())} # {say('raw')}\n" if raw else "",
        made=_made(mixture, wishes, language),
        half=max(1, len(parts["train"]) // 2),
        measure="test" if "test" in parts else "dev",
        tasks="entities, relations" if related else "entities",
        arms=f"  arms: [none, duplicate, mixture] # {say('arms')}\n" if wishes.model else "",
    )


def _has(train: Sequence[Document], wishes: Wishes) -> Iterator[str]:
    """What the corpus has that strategies need."""
    yield "guide"
    if any(document.relations for document in train):
        yield "relations"
    if wishes.raw is not None:
        yield "raw"


def _made(mixture: Sequence[Part], wishes: Wishes, language: str) -> str:
    """Strategies, mixture, model and budget; what is not used stands there in comments."""
    say = _Say(language)

    local = ["strategies:", f"  # {say('local')}", *(f"  - use: {name}" for name in LOCAL)]
    mixed = [*_mixed(mixture, language), *_model(wishes, language)]
    if wishes.model:
        return "\n".join(
            [f"# {say('mixed')}", *mixed, "", f"# {say('local.instead')}", *_off(local)]
        )
    return "\n".join([*local, "", *_off(say("mixed.instead").split("\n")), *_off(mixed)])


def _mixed(mixture: Sequence[Part], language: str) -> Iterator[str]:
    """`strategies` and `mixture`, family by family."""
    say = _Say(language)

    yield "strategies:"
    title = ""
    for part in mixture:
        family = say.of(part.family)
        if family != title:
            title = family
            yield f"  # {family}"
        yield f"  - use: {part.strategy}"
    yield "mixture:"
    yield f"  factor: {FACTOR} # {say('factor')}"
    yield f"  rounds: {ROUNDS} # {say('rounds')}"
    yield f"  shares: # {say('shares')}"
    yield from (f"    {part.strategy}: {part.share:g}" for part in mixture)


def _model(wishes: Wishes, language: str) -> Iterator[str]:
    say = _Say(language)

    yield "model:"
    yield f"  provider: {wishes.provider} # {say('provider')}"
    yield f"  name: {_quoted(wishes.model) if wishes.model else 'mistral-small-latest'}"
    yield "  parameters: {temperature: 0.9, max_tokens: 1500}"
    if reached := _reached(wishes.provider, say):
        yield f"  # {reached}"
        yield f'  # options: {{base_url: "http://localhost:8000/v1", key_variable: {say("variable")}}}'
    prices = f"prices: {{input: 0.1, output: 0.3, currency: EUR}} # {say('prices')}"
    budget = f"budget: {{money: 5, hours: 8}} # {say('budget')}"
    if wishes.model:  # Nobody has said what this model costs.
        yield f"  # {prices}"
        yield f"# {budget}"
    else:
        yield f"  {prices}"
        yield budget


def _reached(provider: str, say: _Say) -> str:
    """Where the key or the server is looked for; nothing for what is not asked over a network."""
    member = PROVIDERS.load(provider)
    address = member.Options.model_fields.get("base_url")
    if address is None:
        return ""
    variable = getattr(getattr(member, "dialect", None), "key_variable", "")
    if variable:
        return say("key").format(where=variable)
    return say("server").format(where=address.default)


def _off(lines: Sequence[str]) -> list[str]:
    return [f"# {line}" for line in lines]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
