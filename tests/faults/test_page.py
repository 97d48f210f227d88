"""The page on reliability names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_every_test_that_the_page_names_exists() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    by_file = {
        path.relative_to(ROOT).as_posix(): set(
            re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
        )
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    named = re.findall(r"`(?:(tests/[\w/]+\.py)::)?(test_\w+)`", page)
    assert len(named) > 40
    known = set().union(*by_file.values())
    assert [
        name for file, name in named if name not in (by_file.get(file, set()) if file else known)
    ] == []
