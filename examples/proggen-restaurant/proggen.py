"""A strategy of one's own: asks for short queries with their entities in the form of ProgGen, and reads what comes back.

`use: proggen.py:ProgGen` in a recipe. Sentence and entities are asked for on two lines (« Named Entities: [x (Type)] »),
so each string has to be found in its sentence again: that is `bouture.anchor`. After ProgGen (arXiv 2403.11103), whose
recorded answers this example reads; the prompt is our own.
"""

import random
import re
from collections.abc import Sequence

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.anchoring import How, Quote, anchor
from bouture.corpus.document import Document, Entity, Origin
from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Severity, Wording
from bouture.corpus.label_aliases import resolve
from bouture.llm.messages import Message, Request, Response
from bouture.strategies.dialogue import Declined, Dialogue, Materials

PROMPT = """Suppose you are a user of a dialog system that helps with restaurants. Write 3 different queries and list the named entities in each, with their types.

Types: {labels}.

An example:

Query: "{text}"
Named Entities: [{entities}]

{vary}. Do not reuse the wording of the example. Answer with the numbered queries, each followed by a line "Named Entities: [...]"."""
ITEM = re.compile(
    r'^\s*(?:\d+\.\s*)?(?:Query:\s*)?"?(?P<text>.+?)"?\s*\n+\s*Named Entities:\s*(?P<list>.*)$',
    re.MULTILINE,
)
ENTITY = re.compile(r"([^,()\[\]]+(?:\([^()]*\))??[^,()\[\]]*?)\s*\(([^()]+)\)\s*(?:,|\]|$)")
UNCLOSED = Wording("the list of entities is cut", "la liste d’entités est coupée")
NO_ITEM = Wording(
    "no query with its entities in the answer", "aucune requête avec ses entités dans la réponse"
)
UNREADABLE = Wording("entities that cannot be read: {rest!r}", "entités illisibles : {rest!r}")
OUTSIDE = Wording("label {label!r} is outside the schema", "type {label!r} hors du schéma")
ABSENT = Wording("{surface!r} is not in the query", "{surface!r} n’est pas dans la requête")
SEVERAL = Wording("{surface!r} is in several places", "{surface!r} est à plusieurs endroits")


class ProgGen:
    """Three new queries for each question; one that lost an entity on the way goes to review."""

    name = "proggen"
    asks_model = True

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        vary: str = Field(description="what the queries are told to differ in")

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        labels = ", ".join(label.replace("_", " ") for label in self._materials.schema.entities)
        listed = ", ".join(f"{m.text} ({m.label.replace('_', ' ')})" for m in document.mentions())
        said = PROMPT.format(
            labels=labels, text=document.text, entities=listed, vary=self.options.vary
        )
        message = Message("user", said)
        response = yield Request((message,), self._materials.model, self._materials.parameters)
        return self._read(response, document)

    def _read(self, response: Response, source: Document) -> list[Document]:
        made = [self._item(item, source) for item in ITEM.finditer(response.text)]
        if not made:
            findings = Findings(source.id)
            findings.add("M04", Severity.REJECT, NO_ITEM)
            raise Declined(*findings.issues, answer=response.text)
        return made

    def _item(self, item: re.Match[str], source: Document) -> Document:
        text, listed = item["text"].strip(), item["list"].strip()
        findings = Findings(source.id)
        if not listed.endswith("]"):
            findings.add("M03", Severity.REVIEW, UNCLOSED)
        quotes = self._quotes(listed, findings)
        entities = []
        for found in anchor(text, quotes):
            if found.span is None:
                findings.add("M07", Severity.REVIEW, ABSENT, surface=shown(found.quote.text))
            else:
                if found.how is How.AMBIGUOUS:
                    findings.add("M09", Severity.NOTE, SEVERAL, surface=shown(found.quote.text))
                entities.append(Entity(f"e{len(entities)}", found.quote.label, (found.span,)))
        parameters = {**self.options.model_dump(), "keeps": "nothing"}
        origin = Origin(self.name, (), (source.id,), parameters=parameters)
        origin = msgspec.structs.replace(origin, issues=tuple(findings.issues))
        return Document(source.id, text, tuple(entities), origin=origin)

    def _quotes(self, listed: str, findings: Findings) -> Sequence[Quote]:
        """The entities of a list, of labels that the schema has."""
        quotes = []
        for surface, label in ENTITY.findall(listed):
            meant = resolve(label, self._materials.schema.entities)
            if meant is None:
                findings.add("M06", Severity.REVIEW, OUTSIDE, label=label)
            else:
                quotes.append(Quote(surface.strip(' "'), meant))
        if rest := ENTITY.sub("", listed).strip(" [],.;"):
            findings.add("M05", Severity.REVIEW, UNREADABLE, rest=shown(rest))
        return quotes
