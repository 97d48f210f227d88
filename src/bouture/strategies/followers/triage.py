"""What self-correction and verification share: mentions of one label in one request, verdicts read, disagreements settled."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, Mention
from bouture.corpus.issue import Issue
from bouture.corpus.tokens import sentences
from bouture.llm.messages import Message, Request
from bouture.strategies.conversation import Prompts, Rules, one_line
from bouture.strategies.dialogue import Asked, Dialogue, Materials
from bouture.strategies.followers import doubt
from bouture.strategies.followers.settling import (
    Disagreement,
    Policy,
    contradiction,
    kinds,
    settle,
)
from bouture.strategies.followers.usage import Usage
from bouture.strategies.followers.verdicts import Said, missing, read_verdicts, unusable
from bouture.strategies.following import Heard, noted


class TriageOptions(BaseModel):
    """What can be said of both followers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asked: doubt.Asked = Field(
        "new",
        description="mentions to ask about: `doubtful` (something speaks against them), `new` (these, and surfaces unseen in gold), or `all`",
    )
    most: int = Field(20, ge=1, le=100, description="mentions of one label in one request")
    mask: bool = Field(
        True, description="whether the region of a disagreement is left out of training"
    )
    apply: bool = Field(
        False,
        description="whether a correction is made where gold agrees with it; never otherwise (A.7)",
    )
    judge_model: str = Field(
        "", description="one of the recipe's `models`, asked to judge; else the strategy's model"
    )
    guide_characters: int = Field(
        4000, ge=0, description="length of the guide's rules in the prompt, definitions aside"
    )


class Question(NamedTuple):
    """What is asked of the judge."""

    messages: tuple[Message, ...]
    shown: tuple[str, ...] = ()
    """Ids of the gold documents in it."""


class Triage:
    """A follower that asks about the mentions of a document, label by label.

    A member says how it asks (`question`) and what a verdict means (`meant`).
    """

    name = ""
    asks_model = True

    def __init__(self, materials: Materials, options: TriageOptions, folder: Path) -> None:
        self.options = options
        self.materials = materials
        self.prompts = Prompts(folder, materials.language)
        self.rules = Rules(materials.guide, self.prompts, options.guide_characters)
        self._usage = Usage(materials.gold)
        self._judge = materials.models.get(
            options.judge_model, Asked(materials.model, materials.parameters)
        )
        self._policy = Policy(self.name, materials.schema, options.mask, options.apply)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        found: list[Disagreement] = []
        notes: list[Issue] = []
        shown: set[str] = set()
        asked = judged = 0
        for label, batch in self._batches(document):
            question = self.question(document, label, batch, rng)
            shown.update(question.shown)
            response = yield Request(question.messages, self._judge.name, self._judge.parameters)
            verdicts = read_verdicts(response.text, len(batch))
            asked += len(batch)
            judged += len(verdicts)
            if not verdicts:
                notes.append(unusable(self.name, document.id, response.text))
            elif silent := len(batch) - len(verdicts):
                notes.append(missing(self.name, document.id, silent, len(batch)))
            for number, said in sorted(verdicts.items()):
                one = self.meant(document, batch[number - 1], said)
                if isinstance(one, Disagreement):
                    found.append(one)
                elif one is None:
                    notes.append(contradiction(document, batch[number - 1], self.name))
        made, issues, masked = settle(document, found, self._policy, self._usage)
        said_of = {"asked": asked, "judged": judged, "disagreements": kinds(found)}
        heard = Heard(self.name, said_of, (*notes, *issues), tuple(masked), tuple(sorted(shown)))
        return [noted(made, heard)]

    def question(
        self, document: Document, label: str, batch: Sequence[Mention], rng: random.Random
    ) -> Question:
        """What asks about some mentions of one label."""
        raise NotImplementedError

    def meant(self, document: Document, mention: Mention, said: Said) -> Disagreement | bool | None:
        """The disagreement, True when there is none, None when the verdict contradicts itself."""
        raise NotImplementedError

    def items(self, document: Document, batch: Iterable[Mention]) -> str:
        """The mentions as prompts list them, each marked in its sentence."""
        lines = [
            self.prompts.fill("item", number=n, mention=m.text, sentence=marked(document, m))
            for n, m in enumerate(batch, 1)
        ]
        return "\n".join(lines)

    def _batches(self, document: Document) -> Iterable[tuple[str, list[Mention]]]:
        for label, mentions in doubt.asked_of(document, self.options.asked, self._usage).items():
            for start in range(0, len(mentions), self.options.most):
                yield label, mentions[start : start + self.options.most]


def marked(document: Document, mention: Mention) -> str:
    """The sentence of a mention on one line, the mention between @@ and ## (as in GPT-NER, arXiv 2304.10428)."""
    around = [
        s for s in sentences(document.text) if s.start < mention.end and mention.start < s.end
    ]
    start = min([s.start for s in around] + [mention.start])
    end = max([s.end for s in around] + [mention.end])
    text = document.text
    before, after = text[start : mention.start], text[mention.end : end]
    return one_line(f"{before}@@{mention.text}##{after}")
