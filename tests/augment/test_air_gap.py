"""The air gap: requests out, answers in and the documents made on a machine where no socket can be opened."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from augment.batch_answers import answer, requests_in, write
from augment.small_work import adds_up, work
from bouture.augment.batch.export import Export, export_requests
from bouture.augment.batch.intake import import_answers
from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.summary import Summary
from bouture.llm.client import Client
from bouture.llm.recorded import Recorded


class NoNetwork(AssertionError):
    """Somebody tried to open a socket."""


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise NoNetwork

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)


async def _finish(folder: RunFolder) -> Summary:
    client = Client(Recorded(Recorded.Options()), folder.store)
    try:
        return await run(work(client), folder)
    finally:
        await client.close()


def test_a_whole_run_without_a_socket(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    loop = asyncio.new_event_loop()  # it has a pair of sockets of its own, to wake itself with
    request.getfixturevalue("no_network")
    with pytest.raises(NoNetwork):
        socket.create_connection(("127.0.0.1", 9))
    with RunFolder(tmp_path / "run", "seed: 5\n", "five") as folder:
        rounds = 0
        while (exported := export_requests(work(), folder, Export("bouture"))).folder is not None:
            rounds += 1
            usb_key = tmp_path / f"usb-{rounds}"
            write(usb_key / "answers.jsonl", map(answer, requests_in(exported.folder)))
            assert import_answers(work(), folder, [usb_key]).new == exported.requests
        assert rounds == 2
        summary = loop.run_until_complete(_finish(folder))
    loop.close()
    assert (summary.asked, summary.failed, summary.pending) == (0, 0, 0)
    assert adds_up(summary)
