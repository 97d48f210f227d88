"""The index of strategies: every one has its line, and its links lead somewhere once the strategy exists."""

import re

from bouture.strategies.catalog import STRATEGIES
from conftest import ROOT

FOLDER = ROOT / "docs" / "strategies"


def test_every_strategy_has_its_line() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[`(\w+)`\]\((\w+)\.md\) \|", page, re.MULTILINE))
    assert all(name == target for name, target in rows.items())
    missing = set(STRATEGIES.members) - set(rows)
    assert not missing, f"add to docs/strategies/README.md: {sorted(missing)}"
