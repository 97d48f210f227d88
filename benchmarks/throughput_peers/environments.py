"""An environment of its own for each peer, at a pinned version, made once in the cache folder."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Peer(NamedTuple):
    """A tool to compare with."""

    version: str
    packages: tuple[str, ...]


PEERS = {
    "curator": Peer("0.1.31", ("bespokelabs-curator==0.1.31",)),
    "langextract": Peer("1.7.1", ("langextract[openai]==1.7.1",)),
    "distilabel": Peer("1.5.3", ("distilabel[openai]==1.5.3", "requests")),
}
LIMIT_S = 1800


def python_of(name: str, cache: Path) -> str:
    """The interpreter of the peer's environment, made when it is not there.

    Raises:
        OSError: it cannot be made; says why.
    """
    peer = PEERS[name]
    folder = cache / f"{name}-{peer.version}"
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return str(python)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", str(folder)], [*install, *peer.packages]):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            raise OSError(f"not installed within {LIMIT_S} s") from None
        if done.returncode:
            raise OSError(f"not installed: {(done.stderr or done.stdout).strip()[-400:]}")
    (folder / "complete").touch()
    return str(python)
