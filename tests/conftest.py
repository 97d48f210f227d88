"""Fixtures every room uses."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real corpora and recorded answers; a test that needs it skips without it."""
    folder = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the corpora: {folder / 'data'} does not exist (set BOUTURE_SHARED)")
    return folder


@pytest.fixture(scope="session")
def example() -> Path:
    """The corpus shipped with bouture."""
    return ROOT / "examples" / "direct-ukraine"
