"""CoNLL columns: one token a line with its BIO or BIOES tag; flat entities, no relations."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bouture.corpus.document import Document, Mention
from bouture.corpus.issue import Place, Wording
from bouture.corpus.tokens import sentences, tokenize
from bouture.formats.conll_lines import Columns, Part, parts
from bouture.formats.conll_text import decode_tags, place_tokens
from bouture.formats.format import Carried, Placed, Scanned
from bouture.formats.losing import (
    flat,
    one_mention_each,
    relabelled,
    trimmed,
    without_mask,
    without_meta,
    without_origin,
    without_relations,
)
from bouture.formats.problem import Problem
from bouture.formats.record import RawEntity, RawMention, Record
from bouture.formats.source import load, replacing

_WORD = re.compile(r"\S+")


class Conll:
    """`token<TAB>tag`, a blank line after each sentence, comments before each document.

    Written: `# id = …`, `# text = …` (a JSON string where it holds line breaks), `# entities = […]` (ids in
    reading order, when they are not e0, e1, …) and IOB2 tags, or BIOES in a file called `.bioes`; tokens are
    bouture's French ones, cut further where a mention begins or ends inside one. Read: IOB1, IOB2, BIOES
    and BILOU, tabs or spaces, the tag in any column, `-DOCSTART-`, CoNLL-U's `# newdoc id`, `# text` and `SpaceAfter=No`. A file
    that marks no documents gives one document a sentence.
    """

    name = "conll"
    suffixes: tuple[str, ...] = (".conll", ".iob", ".iob2", ".bio", ".bioes", ".conllu", ".tsv")
    cannot_carry = Wording(
        "relations, several mentions of an entity, nested or overlapping mentions, spaces at the "
        "edges of mentions, labels with spaces, origin, metadata, the order of entities",
        "relations, plusieurs mentions d’une entité, mentions imbriquées ou chevauchantes, "
        "espaces au bord des mentions, types contenant des espaces, origine, métadonnées, ordre "
        "des entités",
    )

    def recognises(self, path: Path, head: str) -> bool:
        if path.suffix.lower() in (".csv", ".json", ".jsonl", ".ann", ".txt"):
            return False
        rows = [line.split() for line in head.split("\n")[:-1] if line.strip()]
        return any(Columns.is_tag(cell) for row in rows if len(row) > 1 for cell in row)

    def scan(self, path: Path) -> Iterator[Scanned]:
        text, problems = load(path)
        yield from problems
        if any(problem.code == "V01" for problem in problems):
            return
        rebuilt, repaired = 0, 0
        for record, document_parts in parts(text, path):
            document, guessed, opened = _read_document(document_parts, record)
            rebuilt += guessed
            repaired += opened
            yield from record.problems
            if document is not None:
                yield Placed(document, record.place)
        if rebuilt:
            yield Problem("V39", Place(str(path)), {"count": rebuilt})
        if repaired:
            yield Problem("V38", Place(str(path)), {"count": repaired})

    def lose(self, document: Document) -> Carried:
        whole, problems = document, []
        for step in (
            without_origin,
            without_mask,
            without_meta,
            without_relations,
            one_mention_each,
            trimmed,
            flat,
            _labels_without_space,
        ):
            whole, problem = step(whole)
            problems += [problem] if problem else []
        return Carried(whole, tuple(problems))

    def write(self, documents: Sequence[Document], path: Path) -> None:
        bioes = path.suffix.lower() == ".bioes"
        with replacing(path) as stream:
            for document in documents:
                lines = _lines(document, bioes)
                stream.write("".join(f"{line}\n" for line in lines).encode("utf-8"))


def _labels_without_space(document: Document) -> tuple[Document, Problem | None]:
    return relabelled(
        document, lambda c: not c.isspace(), Wording("with spaces", "avec des espaces")
    )


def _lines(document: Document, bioes: bool) -> Iterator[str]:
    yield f"# id = {_value(document.id)}"
    yield f"# text = {_value(document.text)}"
    mentions = document.mentions()
    ids = [mention.entity for mention in mentions]
    if ids != [f"e{number}" for number in range(len(ids))]:
        yield f"# entities = {json.dumps(ids, ensure_ascii=False)}"
    breaks = [sentence.start for sentence in sentences(document.text)][1:]
    ends = {mention.end for mention in mentions} if bioes else set()
    for (start, end), tag in _tagged(document.text, mentions):
        if breaks and start >= breaks[0]:
            while breaks and start >= breaks[0]:
                breaks.pop(0)
            # A sentence that ends inside a mention would cut it: readers close mentions at blank lines.
            if not tag.startswith("I-"):
                yield ""
        if end in ends and tag != "O":
            tag = ("S" if tag.startswith("B-") else "E") + tag[1:]
        yield f"{document.text[start:end]}\t{tag}"
    yield ""


def _tagged(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[tuple[int, int], str]]:
    """Every token with its IOB2 tag; no token crosses the edge of a mention."""
    cuts = {edge for span in tokenize(text) for edge in (span.start, span.end)}
    cuts |= {edge for mention in mentions for edge in (mention.start, mention.end)}
    waiting = list(mentions)
    for word in _WORD.finditer(text):
        inner = sorted(cut for cut in cuts & set(range(word.start() + 1, word.end())))
        for start, end in pairwise([word.start(), *inner, word.end()]):
            while waiting and waiting[0].end <= start:
                waiting.pop(0)
            tag = "O"
            if waiting and waiting[0].start <= start:
                tag = f"{'B' if waiting[0].start == start else 'I'}-{waiting[0].label}"
            yield (start, end), tag


def _value(text: str) -> str:
    """A value for a comment: as it is when one plain line, else as a JSON string."""
    plain = text and text == text.strip() and text[0] != '"' and not re.search(r"[\n\r]", text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def _read_document(read: list[Part], record: Record) -> tuple[Document | None, bool, int]:
    """The document, whether its text had to be rebuilt, and how many mentions began with I-."""
    text, guessed, opened = "", False, 0
    entities: list[RawEntity] = []
    ids: list[str] | None = None
    for part in read:
        ids = part.ids if part.ids is not None else ids
        rows = part.rows
        placed = place_tokens(rows, part.text, part.breaks)
        guessed |= placed.guessed
        if placed.contradicted:
            record.add(
                "V42",
                what="'# text' and the tokens differ",
                what_fr="« # text » et les mots diffèrent",
                reading="the text was rebuilt from the tokens",
                reading_fr="le texte a été reconstitué à partir des mots",
            )
        offset = len(text) + 1 if text else 0
        text = f"{text}\n{placed.text}" if text else placed.text
        mentions, unopened = decode_tags([row.tag for row in rows], part.breaks)
        opened += unopened
        for label, first, last in mentions:
            start, end = offset + placed.spans[first][0], offset + placed.spans[last][1]
            entities.append(RawEntity(f"e{len(entities)}", label, [RawMention(start, end)]))
    if ids is not None:
        if len(ids) == len(entities):
            entities = [e._replace(id=id) for e, id in zip(entities, ids, strict=True)]
        else:
            record.add(
                "V06",
                owner="comment",
                field="entities",
                expected=f"a list of {len(entities)} ids",
                expected_fr=f"une liste de {len(entities)} identifiants",
                found=str(len(ids)),
            )
    return record.document(text, entities, []), guessed, opened
