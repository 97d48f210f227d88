"""The most memory that a process and all it started held at once; none of them is left behind."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

EVERY_S = 0.5


class Peak:
    """Looks at a session every half second: pages shared by several processes count once (PSS)."""

    def __init__(self, session: int) -> None:
        self._session = session
        self.mb = 0.0

    def watch(self, process: "subprocess.Popen[bytes]", limit_s: float) -> None:
        """Until the process ends, or the limit is reached."""
        ends = time.monotonic() + limit_s
        while True:
            try:
                process.wait(EVERY_S)
                return
            except subprocess.TimeoutExpired:
                self.mb = max(self.mb, sum(map(_pss_mb, self._members())))
            if time.monotonic() > ends:
                return

    def end(self) -> None:
        """Ends whatever of the session still runs."""
        for pid in self._members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _members(self) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    told = (folder / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(told[3]) == self._session and told[0] != "Z":
                    found.append(int(folder.name))
        return found


def _pss_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0
