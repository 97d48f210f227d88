"""Verification: is this mention an entity of this type, yes or no, with gold examples near it? (GPT-NER, arXiv 2304.10428)."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from bouture.corpus.document import Document, Entity, Mention, Span
from bouture.corpus.tokens import sentences
from bouture.llm.messages import Message
from bouture.strategies.demonstrations import Demonstrations
from bouture.strategies.dialogue import Materials
from bouture.strategies.followers.settling import Disagreement
from bouture.strategies.followers.triage import Question, Triage, TriageOptions, marked
from bouture.strategies.followers.verdicts import Said

MOST_OF_LABEL, MOST_OTHERS = 400, 800
"""Gold mentions to choose examples from: of the label, and of all; evenly spread over the corpus."""


class Verification(Triage):
    """Asks yes or no on each mention; gold mentions in sentences near those asked about are the examples.

    Half of the examples are mentions of the label (yes), half of other labels (no). A « no » is an
    issue to review and its region is masked; with `apply: true` the mention goes where gold, too,
    mostly leaves that string unannotated.
    """

    name = "verification"

    class Options(TriageOptions):
        """Those of every triage, and how many examples."""

        demonstrations: int = Field(
            6, ge=0, le=20, description="gold mentions shown, half of them of other labels"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        super().__init__(materials, options, Path(__file__).parent)
        self._number = options.demonstrations
        self._singles = [s for d in materials.gold for s in _singles(d)] if self._number else []
        self._any = Demonstrations(_spread(self._singles, MOST_OTHERS), materials.schema)
        self._of_label: dict[str, Demonstrations] = {}

    def question(
        self, document: Document, label: str, batch: Sequence[Mention], rng: random.Random
    ) -> Question:
        shown, examples = self._examples(document, label, batch, rng)
        user = self.prompts.fill(
            "user",
            label=label,
            rules=self.rules.of([label]),
            examples="\n".join(examples) or self.prompts["no examples"],
            items=self.items(document, batch),
        )
        messages = (Message("system", self.prompts["system"]), Message("user", user))
        return Question(messages, tuple(sorted(set(shown))))

    def meant(self, document: Document, mention: Mention, said: Said) -> Disagreement | bool | None:
        if said.letter == "A":
            return True
        # A model that answers in letters: what is of another type or boundary is not this entity.
        return Disagreement(mention) if said.letter else None

    def _examples(
        self, document: Document, label: str, batch: Sequence[Mention], rng: random.Random
    ) -> tuple[list[str], list[str]]:
        """The gold documents shown and the lines that show them, in random order."""
        about = "\n".join(dict.fromkeys(marked(document, mention) for mention in batch))
        own = {document.id, *(document.origin.sources if document.origin else ())}
        number = (self._number + 1) // 2
        right = self._with(label).choose(about, (), number + len(own), rng, by="similarity")
        wrong = self._any.choose(about, (), 3 * self._number, rng, by="similarity")
        yes = [d for d in reversed(right) if _gold(d) not in own][:number]
        no = [d for d in reversed(wrong) if _label(d) != label and _gold(d) not in own]
        drawn = [(d, "yes") for d in yes]
        drawn += [(d, "no") for d in no[: self._number - number]]
        rng.shuffle(drawn)
        return [_gold(d) for d, _ in drawn], [self._example(d, answer) for d, answer in drawn]

    def _example(self, single: Document, answer: str) -> str:
        [mention] = single.mentions()
        return self.prompts.fill(
            "example",
            mention=mention.text,
            sentence=marked(single, mention),
            answer=self.prompts[answer],
        )

    def _with(self, label: str) -> Demonstrations:
        """The gold mentions of a label, made ready when they are first asked for."""
        if label not in self._of_label:
            singles = [s for s in self._singles if _label(s) == label]
            spread = _spread(singles, MOST_OF_LABEL)
            self._of_label[label] = Demonstrations(spread, self.materials.schema)
        return self._of_label[label]


def _singles(document: Document) -> Iterator[Document]:
    """Each mention alone in its sentence; those that share their span with another label are left out."""
    mentions = document.mentions()
    for number, mention in enumerate(mentions):
        if any(m.span == mention.span and m.label != mention.label for m in mentions):
            continue
        around = [s for s in sentences(document.text) if s.contains(mention.span)]
        if around:
            start = around[0].start
            span = Span(mention.start - start, mention.end - start)
            text = document.mention_text(around[0])
            yield Document(f"{document.id}#{number}", text, (Entity("E1", mention.label, (span,)),))


def _label(single: Document) -> str:
    return single.entities[0].label


def _gold(single: Document) -> str:
    return single.id.rpartition("#")[0]


def _spread(singles: Sequence[Document], most: int) -> list[Document]:
    """At most so many of them, evenly spread."""
    step = max(1.0, len(singles) / most)
    return [singles[int(i * step)] for i in range(min(most, len(singles)))]
