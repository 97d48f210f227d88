"""Which mentions of a pool an entity may take: shared out beforehand, so that none comes up too often in a whole run."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from zlib import crc32

from bouture.corpus.document import Document, Entity

SHARE = 0.01
"""Most of the entities of a label that may come to bear one surface (science A.3.2: max(3, 1 %))."""


class Seats:
    """Shares out the mentions of a pool among the entities of the training documents.

    Dialogues know nothing of each other, so a cap over the run cannot be counted; it is built in
    instead. The entities of a label that may be replaced (`able`) are numbered in an order of chance
    (the same in every run), and each may take only the mentions that belong to its number. A mention
    belongs to at most max(uses, 1 % of the label's entities) of them. In a run with `samples` documents
    from each source, a surface is therefore used for at most samples × max(uses, 1 %) entities: never
    more than max(3, 1 % of the label's entities in all of them) when uses × samples is 3 or less, or the
    label has 100 × uses entities or more. With fewer entities and more samples, chance keeps it there:
    an entity that has several mentions draws one.
    """

    def __init__(
        self, gold: Sequence[Document], able: Callable[[Document, Entity], bool], uses: int = 1
    ) -> None:
        self._uses = uses
        keys: dict[str, list[tuple[str, str]]] = {}
        self._entities: Counter[str] = Counter()
        for document in gold:
            for entity in document.entities:
                self._entities[entity.label] += 1
                if able(document, entity):
                    keys.setdefault(entity.label, []).append((document.id, entity.id))
        self._numbers: dict[str, dict[tuple[str, str], int]] = {}
        for label, known in keys.items():
            # Entities of one document must not get neighbouring, often similar, mentions.
            random.Random(crc32(label.encode())).shuffle(known)
            self._numbers[label] = {key: number for number, key in enumerate(known)}

    def of(self, document: str, entity: Entity, pool: int, rng: random.Random) -> list[int]:
        """Places in a pool of `pool` mentions that an entity may take, in the order to try them.

        An entity that is in no training document takes the place of one, drawn.
        """
        numbers = self._numbers.get(entity.label, {})
        able = max(1, len(numbers))
        number = numbers.get((document, entity.id))
        if number is None:
            number = rng.randrange(able)
        shares = pool * max(self._uses, int(SHARE * self._entities[entity.label]))
        places = range(number * shares // able, (number + 1) * shares // able)
        found = list(dict.fromkeys(place % pool for place in places))
        rng.shuffle(found)
        return found
