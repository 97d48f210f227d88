"""The bare loop: aiohttp posts the bodies that bouture would and decodes the JSON; nothing is kept.

Reads what to do as JSON on standard input: `url`, `bodies` (a file), `documents`, `concurrency`,
`result` (the file to write the figures to).
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp


async def worker(session: aiohttp.ClientSession, url: str, bodies: Iterator[bytes]) -> None:
    """Posts until there is nothing left."""
    for body in bodies:
        async with session.post(url, data=body) as answer:
            json.loads(await answer.read())["choices"][0]["message"]["content"]


async def bare(job: dict[str, Any]) -> dict[str, Any]:
    """All of it, measured."""
    told = json.loads(Path(job["bodies"]).read_text())
    distinct = [body.encode() for body in told["distinct"]]
    waiting = (distinct[number] for number in told["order"][: job["documents"]])
    url = f"{job['url']}/chat/completions"
    wall, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), headers={"Content-Type": "application/json"}
    ) as session:
        await asyncio.gather(*(worker(session, url, waiting) for _ in range(job["concurrency"])))
    wall, now = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF)
    return {
        "version": aiohttp.__version__,
        "documents": job["documents"],
        "wall_s": wall,
        "cpu_s": now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime,
        "peak_mb": now.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    Path(wanted["result"]).write_text(json.dumps(asyncio.run(bare(wanted))))
