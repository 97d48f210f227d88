"""What was asked of each model, what may have been billed for nothing, and what the servers taught."""

import sqlite3
from collections.abc import Iterable

import msgspec

from bouture.llm.provider import Learnt
from bouture.llm.store.schema import transaction

_OFTEN = 1000
"""The totals are written once in so many answers; what came after is counted again at the opening."""


class Totals(msgspec.Struct, frozen=True):
    """What one model was asked so far."""

    requests: int = 0
    """Answers stored, each once."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    """Sum of the wall times of the answers."""
    lost_requests: int = 0
    """Sent, perhaps billed, never answered."""
    lost_prompt: int = 0
    """Bound of the tokens of the prompts of these."""
    lost_completion: int = 0
    """Bound of the tokens these may have been answered with."""


class Reserved(msgspec.Struct, frozen=True):
    """A request that was about to be sent, with the bounds of its tokens."""

    key: str
    model: str
    prompt: int
    completion: int


_Sums = tuple[int, int, int, float]


class Accounts:
    """The books of a store, over its open connection. Errors of SQLite pass through.

    Totals are kept in memory and written now and then with the number of the last answer they count, so
    that an answer costs no second page on the disk and no answer is ever counted twice or left out.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._models = {name: int(n) for n, name in db.execute("SELECT id, name FROM models")}
        self._sums: dict[str, _Sums] = {}
        self._unwritten = 0
        (self.last,) = db.execute("SELECT coalesce(max(upto), 0) FROM totals").fetchone()
        self._open()
        self.open_keys = {key for (key,) in db.execute("SELECT key FROM reserved")}
        """Keys of the reservations there are."""

    def _open(self) -> None:
        saved = """SELECT name, requests, prompt, completion, seconds
                   FROM totals JOIN models ON models.id = totals.model"""
        since = """SELECT name, count(*), sum(prompt), sum(completion), total(seconds)
                   FROM answers JOIN models ON models.id = answers.model
                   WHERE answers.id > ? GROUP BY models.id"""
        for name, *sums in self._db.execute(saved):
            self._add(name, sums)
        for name, *sums in self._db.execute(since, (self.last,)):
            self._add(name, sums)
        (self.last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM answers").fetchone()

    def _add(self, name: str, sums: Iterable[float]) -> None:
        requests, prompt, completion, seconds = sums
        had = self._sums.get(name, (0, 0, 0, 0.0))
        self._sums[name] = (
            had[0] + int(requests),
            had[1] + int(prompt),
            had[2] + int(completion),
            had[3] + seconds,
        )

    def model(self, name: str) -> int:
        """The number of a model; a new one is written at once, in a transaction of its own."""
        number = self._models.get(name)
        if number is None:
            self._db.execute("INSERT INTO models (name) VALUES (?)", (name,))
            row = self._db.execute("SELECT id FROM models WHERE name = ?", (name,)).fetchone()
            self._models[name] = number = int(row[0])
        return number

    def answered(self, name: str, answer: int, sums: _Sums) -> None:
        """Counts the answer with this number, just stored."""
        self._add(name, sums)
        self.last = answer
        self._unwritten += 1

    @property
    def due(self) -> bool:
        """Whether the totals should be written down again."""
        return self._unwritten >= _OFTEN

    def write(self) -> None:
        """Writes the totals down, inside the caller's transaction."""
        rows = [(self._models[name], self.last, *sums) for name, sums in self._sums.items()]
        self._db.executemany("INSERT OR REPLACE INTO totals VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._unwritten = 0

    def totals(self) -> dict[str, Totals]:
        """By model asked, in the order of their names."""
        lost = {
            name: row
            for name, *row in self._db.execute(
                "SELECT name, requests, prompt, completion FROM lost "
                "JOIN models ON models.id = lost.model"
            )
        }
        return {
            name: Totals(*self._sums.get(name, (0, 0, 0, 0.0)), *lost.get(name, (0, 0, 0)))
            for name in sorted({*self._sums, *lost})
        }

    def lost(
        self, name: str, prompt: int, completion: int, key: bytes | None, requests: int = 1
    ) -> None:
        """Counts a request that was sent and never answered; its reservation goes in the same moment.

        Tokens of answers that are stored and do not say what they took come with `requests` = 0.
        """
        row = (self.model(name), requests, prompt, completion)
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO lost VALUES (?, ?, ?, ?) ON CONFLICT (model) DO UPDATE SET requests = "
                "requests + excluded.requests, prompt = prompt + excluded.prompt, "
                "completion = completion + excluded.completion",
                row,
            )
            if key is not None:
                self._db.execute("DELETE FROM reserved WHERE key = ?", (key,))
        if key is not None:
            self.open_keys.discard(key)

    def reserve(self, key: bytes, name: str, prompt: int, completion: int) -> None:
        """Notes what a request may cost at most."""
        row = (key, self.model(name), prompt, completion)
        self._db.execute("INSERT OR REPLACE INTO reserved VALUES (?, ?, ?, ?)", row)
        self.open_keys.add(key)

    def unreserve(self, key: bytes) -> None:
        """Takes it back."""
        self._db.execute("DELETE FROM reserved WHERE key = ?", (key,))
        self.open_keys.discard(key)

    def reserved(self) -> list[Reserved]:
        """What is reserved, in the order it was."""
        rows = self._db.execute(
            "SELECT key, name, prompt, completion FROM reserved "
            "JOIN models ON models.id = reserved.model ORDER BY reserved.rowid"
        )
        return [Reserved(key.hex(), *row) for key, *row in rows]

    def learn(self, model: str, fact: Learnt) -> None:
        """Remembers a fact; the latest on a parameter stays."""
        row = (self.model(model), fact.parameter, fact.instead, fact.said)
        self._db.execute("INSERT OR REPLACE INTO learnt VALUES (?, ?, ?, ?)", row)

    def learnt(self, model: str) -> list[Learnt]:
        """The facts of a model, in the order they were learnt."""
        rows = self._db.execute(
            "SELECT parameter, instead, said FROM learnt JOIN models ON models.id = learnt.model "
            "WHERE name = ? ORDER BY learnt.rowid",
            (model,),
        )
        return [Learnt(*row) for row in rows]
