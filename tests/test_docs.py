"""The documentation says what the code does: generated pages are current, every code and command has its line."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from bouture.cli import COMMANDS
from conftest import ROOT

SOURCES = sorted((ROOT / "src" / "bouture").rglob("*.py"))
PROSE = [ROOT / name for name in ("README.md", "README.fr.md", "CONTRIBUTING.md")]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_current(generator: ModuleType) -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in generator.pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run `make docs`: {stale}"


def test_every_member_of_every_family_has_its_section(generator: ModuleType) -> None:
    for family, (catalog, _) in generator.FAMILIES.items():
        page = (ROOT / "docs" / "reference" / f"{family}.md").read_text(encoding="utf-8")
        for name in catalog.names():
            section = page.split(f"## `{name}`\n", 1)[1].split("\n## ", 1)[0]
            assert section.strip(), f"{family}: {name} has no description"


def test_every_reason_code_is_explained() -> None:
    used = {
        code
        for path in SOURCES
        for code in re.findall(r'"([MPFSNDLGAVR]\d{1,2})"', path.read_text(encoding="utf-8"))
    }
    page = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    page += (ROOT / "docs" / "reference" / "file-codes.md").read_text(encoding="utf-8")
    said = set(re.findall(r"\b[MPFSNDLGAVR]\d{1,2}\b", page)) | {f"G{n:02}" for n in range(1, 20)}
    used -= {"F16", "F32"}  # widths of numbers in weight files
    assert used - said == set()
    assert len(used) > 60


def test_every_command_is_in_the_reference_and_every_documented_command_exists() -> None:
    commands = {name for names in COMMANDS.values() for name in names}
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert commands == set(re.findall(r"^## bouture (\w+)$", page, re.MULTILINE))
    for path in PROSE:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"^bouture (\w+)", text, re.MULTILINE)) <= commands, path.name


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
