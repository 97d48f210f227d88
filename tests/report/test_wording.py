"""Wordings: none missing, none unused, both languages, French typography."""

import re
import string
from importlib.resources import files

import pytest

from bouture.cli.show_plan import WORDS
from bouture.report.typeset import Typeset
from bouture.report.wording import WORDINGS, Say

SOURCE = files("bouture")
TEXTS = [
    path.read_text(encoding="utf-8")
    for folder in ("report", "report/templates", "cli")
    for path in SOURCE.joinpath(folder).iterdir()
    if path.name.endswith((".py", ".j2")) and not path.name.startswith("wording")
]
CALLS = {key for text in TEXTS for key in re.findall(r'\b(?:t|say)\(\s*["\']([\w.]+)["\']', text)}
PREFIXES = {
    prefix
    for text in TEXTS
    for pair in re.findall(
        r'\b(?:t|say)\(\s*(?:["\']([\w.]+\.)["\'] [~+]|f["\']([\w.]+\.)\{)', text
    )
    for prefix in pair
    if prefix
}
LITERALS = {
    key for text in TEXTS for key in re.findall(r'["\']([a-z_]+(?:\.[a-z_0-9]+)?)["\']', text)
}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_none_is_missing() -> None:
    wanted = {key for key in CALLS if not key.endswith(".")}
    assert wanted - set(WORDINGS) - set(WORDS) == set()
    assert wanted


def test_none_is_unused() -> None:
    unused = [
        key
        for key in WORDINGS
        if key not in CALLS | LITERALS and not any(key.startswith(p) for p in PREFIXES)
    ]
    assert unused == []


@pytest.mark.parametrize("key", sorted(WORDINGS))
def test_both_languages_hold_the_same_fields(key: str) -> None:
    wording = WORDINGS[key]
    assert wording.en.strip() == wording.en != ""
    assert wording.fr.strip() == wording.fr != ""
    assert fields(wording.en) == fields(wording.fr)


@pytest.mark.parametrize("key", sorted(WORDINGS))
def test_french_typography(key: str) -> None:
    french = WORDINGS[key].fr
    assert not re.search(r" [;:?!»%]|« ", french), "a no-break space is due"
    assert not re.search(r"[^\s\u00a0\u202f][;?!»]", french), "a space is due"
    assert not re.search(r"\w'\w", french), "a typographic apostrophe is due"


def test_say() -> None:
    assert Say("fr")("reasons.examples", number=3) == "Exemples réels (3)"
    with pytest.raises(KeyError):
        Say("en")("no.such.key")


def test_numbers() -> None:
    french, english = Typeset("fr"), Typeset("en")
    assert french.decimal(1234.56) == "1\u202f234,6"
    assert english.decimal(-1234.56) == "−1,234.6"
    assert french.percent(0.123) == "12,3\u00a0%"
    assert english.percent(0.123) == "12.3%"
    assert french.difference(-0.0004) == "0,0"
    assert french.difference(0.0234) == "+2,3"
    assert french.p(0.0001) == "<\u00a00,001"
    assert english.number(0.9312) == "0.9312"
    assert english.number(12.5) == "12.5"
    assert english.number(1200) == "1,200"
    assert french.duration(3725) == "1\u00a0h 02\u00a0min"
    assert french.duration(62) == "1\u00a0min 02\u00a0s"
    assert english.money(0, "") == "0.00"
    assert english.money(3, "CHF") == "3.00\u00a0CHF"
